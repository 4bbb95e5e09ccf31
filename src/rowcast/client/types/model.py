"""What a class has to say of each collection, from what ``/collections``, ``/fields`` and ``/relations`` answer. Must not know the
language of the class."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

_SHOWN_ONLY = frozenset({"no-data", "group", "alias"})
_MANY = frozenset({"o2m", "m2m", "m2a", "files", "translations"})


Lead = tuple[tuple[str, ...], str | None]
"""The collections that a field leads to, or the one whose rows it lists."""


class Member(Struct, frozen=True):
    """A field. ``type`` is its type in the data model; ``one`` are the collections that it leads to, one of them for each row;
    ``many`` is the collection whose rows it lists. ``choices`` are the values that its form offers, if those are all; ``default``
    is what the database writes if nothing is given."""

    name: str
    type: str
    nullable: bool
    primary: bool
    one: tuple[str, ...] = ()
    many: str | None = None
    choices: tuple[str | int, ...] = ()
    default: Any = None


class Model(Struct, frozen=True):
    """A collection with the name of its class."""

    collection: str
    name: str
    singleton: bool
    members: tuple[Member, ...]

    @property
    def key(self) -> Member | None:
        """Its primary key."""
        return next((member for member in self.members if member.primary), None)


def model_of(
    collections: Iterable[Mapping[str, Any]],
    fields: Iterable[Mapping[str, Any]],
    relations: Iterable[Mapping[str, Any]],
    *,
    system: bool = False,
) -> list[Model]:
    """All collections that are tables, in the order of their names; ``system``: those of the server too."""
    by_collection: dict[str, list[Mapping[str, Any]]] = {}
    for field in fields:
        by_collection.setdefault(field["collection"], []).append(field)
    leads = _leads(relations)
    wanted = [each for each in collections if each.get("schema") and (system or not _is_system(each["collection"]))]
    names = _names(sorted(each["collection"] for each in wanted))
    metas = {each["collection"]: each.get("meta") or {} for each in wanted}
    return [
        Model(
            collection,
            name,
            bool(metas[collection].get("singleton")),
            _members(by_collection.get(collection, []), leads),
        )
        for collection, name in names.items()
    ]


def _is_system(collection: str) -> bool:
    return collection.startswith("directus_")


def _leads(relations: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Lead]:
    """Where fields lead: (collection, field) → (the one, the many)."""
    leads: dict[tuple[str, str], Lead] = {}
    for relation in relations:
        related, meta = relation.get("related_collection"), relation.get("meta") or {}
        ones = (related,) if related else tuple(meta.get("one_allowed_collections") or ())
        leads[relation["collection"], relation["field"]] = (ones, None)
        if related and meta.get("one_field"):
            leads[related, meta["one_field"]] = ((), relation["collection"])
    return leads


def _members(fields: Iterable[Mapping[str, Any]], leads: Mapping[tuple[str, str], Lead]) -> tuple[Member, ...]:
    return tuple(
        _member(field, *leads.get((field["collection"], field["field"]), ((), None)))
        for field in fields
        if _is_data(field)
    )


def _is_data(field: Mapping[str, Any]) -> bool:
    special = set((field.get("meta") or {}).get("special") or ())
    return field["type"] != "alias" or bool(special & _MANY) or (not special & _SHOWN_ONLY and bool(special))


def _member(field: Mapping[str, Any], one: tuple[str, ...], many: str | None) -> Member:
    schema = field.get("schema") or {}
    primary = bool(schema.get("is_primary_key"))
    nullable = bool(schema.get("is_nullable", True)) and not primary
    default = None if primary else schema.get("default_value")
    return Member(field["field"], field["type"], nullable, primary, one, many, _choices(field), default)


def _choices(field: Mapping[str, Any]) -> tuple[str | int, ...]:
    """None where others may be typed in, or where one is no plain value."""
    options = (field.get("meta") or {}).get("options")
    if not isinstance(options, Mapping) or options.get("allowOther"):
        return ()
    offered = options.get("choices")
    values: list[Any] = [each.get("value") if isinstance(each, Mapping) else each for each in offered or ()]
    is_plain = all(isinstance(each, str) or (isinstance(each, int) and not isinstance(each, bool)) for each in values)
    return tuple(dict.fromkeys(values)) if is_plain else ()


def _names(collections: Iterable[str]) -> dict[str, str]:
    """A name of its own for the class of each."""
    names: dict[str, str] = {}
    for collection in collections:
        words = re.findall(r"[A-Za-z0-9]+", collection) or ["Collection"]
        name = "".join(word[:1].upper() + word[1:] for word in words)
        name = f"C{name}" if name[0].isdigit() else name
        while name in names.values():
            name += "_"
        names[collection] = name
    return names
