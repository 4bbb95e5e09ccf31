"""Items of several collections from one file, in one transaction. Keys in the file are names by which its items point
to each other: where one is taken already, the item gets another, and what points to it follows. Must not know how the
file came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from rowcast.auth import Actor
from rowcast.engine.mutation.change import update_keys
from rowcast.engine.mutation.insert import create_one
from rowcast.engine.mutation.prepare import prepare
from rowcast.engine.mutation.remove import delete_keys
from rowcast.engine.mutation.scope import Scope, within
from rowcast.engine.mutation.up import existing_key
from rowcast.errors import InvalidPayload
from rowcast.query.sql import mutate
from rowcast.schema import Collection

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

Key = str | int
Mode = Literal["add", "merge"]
Item = Mapping[str, Any]


@dataclass
class Part:
    """What became of the items of one collection: ``existing`` were there, ``new`` were not, ``mapped`` tells which key
    a taken one was replaced by."""

    existing: list[Key] = field(default_factory=list)
    new: list[Key] = field(default_factory=list)
    deleted: list[Key] = field(default_factory=list)
    mapped: dict[str, Key] = field(default_factory=dict)


class _Undone(Exception):
    """Ends the transaction of a dry run."""


async def import_batch(
    engine: Engine, actor: Actor, content: bytes, mode: Mode = "add", *, dry: bool = False, delete: bool = False
) -> dict[str, Part]:
    """Store the items of ``[{collection, items}, …]`` and tell what became of them, by collection.

    ``add``: items whose key is taken get a new one where the database or a special gives keys; else they stay as they
    are. ``merge``: they are changed, and with ``delete`` all other items of these collections are deleted. ``dry``:
    nothing is stored. Raises InvalidPayload, and as ``create``.
    """
    sections = _sections(content)
    ready = [(name, [await prepare(engine, actor, name, "create", item) for item in items]) for name, items in sections]
    result: dict[str, Part] = {}

    async def work(scope: Scope) -> None:
        batch = Batch(scope, mode, ready)
        await batch.write()
        if delete and mode == "merge":
            await batch.delete_others()
        result.update(batch.parts)
        if dry:
            raise _Undone

    with suppress(_Undone):
        await within(engine, actor, work)
    return result


def _sections(content: bytes) -> list[tuple[str, list[Item]]]:
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidPayload(f"The file is no JSON: {error}") from None
    if not isinstance(found, list) or not found or not all(map(_is_section, found)):
        raise InvalidPayload('The file has to hold an array of {"collection", "items"}')
    return [(each["collection"], each["items"]) for each in found]


def _is_section(each: Any) -> bool:
    if not isinstance(each, dict) or not isinstance(each.get("items"), list):
        return False
    name = each.get("collection")
    if not isinstance(name, str) or name.startswith("directus_"):
        raise InvalidPayload(f'Items of "{name}" are not imported')
    return all(isinstance(item, dict) for item in each["items"])


class Batch:
    """One import under way. ``parts``: what became of it so far."""

    def __init__(self, scope: Scope, mode: Mode, sections: Sequence[tuple[str, list[Item]]]) -> None:
        self._scope, self._mode, self._sections = scope, mode, sections
        self.parts = {name: Part() for name, _ in sections}
        self._coming = {name: set(self._keys(name)) for name, _ in sections}

    async def write(self) -> None:
        """Store every item; what points to an item that comes later is set when that is there."""
        late: list[tuple[str, Key, dict[str, Any]]] = []
        for name, items in self._sections:
            collection = self._scope.writing.collection(name)
            for item in items:
                now, later = self._split(collection, item)
                key = await self._store(collection, now)
                if later and key is not None:
                    late.append((name, key, later))
        for name, key, values in late:
            await update_keys(self._scope, name, [key], self._pointing(self._scope.writing.collection(name), values))

    async def delete_others(self) -> None:
        """Delete the items of the collections that were not in the file, those that point to others first."""
        for name, part in reversed(self.parts.items()):
            collection = self._scope.writing.collection(name)
            rows = await self._scope.tx.fetch(mutate.keys(collection))
            kept = {*part.existing, *part.new}
            others = [row[0] for row in rows if row[0] not in kept]
            if others:
                part.deleted += await delete_keys(self._scope, name, others)

    async def _store(self, collection: Collection, item: Item) -> Key | None:
        """Write one item; its key, or None if it is left as it was."""
        part, primary = self.parts[collection.name], collection.primary
        given = item.get(primary)
        self._coming[collection.name].discard(str(given))
        payload = self._pointing(collection, item)
        key = await existing_key(self._scope, collection, payload)
        if key is None:
            part.new.append(await create_one(self._scope, collection.name, payload))
            return part.new[-1]
        rest = {name: value for name, value in payload.items() if name != primary}
        if self._mode == "add" and _is_given(collection):
            part.new.append(await create_one(self._scope, collection.name, rest))
            part.mapped[str(given)] = part.new[-1]
            return part.new[-1]
        part.existing.append(key)
        if self._mode == "add":
            return None
        if rest:
            await update_keys(self._scope, collection.name, [key], rest)
        return key

    def _split(self, collection: Collection, item: Item) -> tuple[dict[str, Any], dict[str, Any]]:
        """What can be stored now, and what points to an item that is not there yet."""
        later = {
            name: item[name]
            for name, target in self._targets(collection, item)
            if str(item[name]) in self._coming.get(target, ())
        }
        return {name: value for name, value in item.items() if name not in later}, later

    def _pointing(self, collection: Collection, item: Item) -> dict[str, Any]:
        """The item with the keys that others have got."""
        moved = {
            name: self.parts[target].mapped[str(item[name])]
            for name, target in self._targets(collection, item)
            if target in self.parts and str(item[name]) in self.parts[target].mapped
        }
        return {**item, **moved}

    def _targets(self, collection: Collection, item: Item) -> Iterator[tuple[str, str]]:
        """(field, collection) of what the item points to by a key."""
        for name, value in item.items():
            link = self._scope.schema.link(collection.name, name)
            if link is None or link.kind == "o2m" or value is None or isinstance(value, dict | list):
                continue
            target = link.target if link.kind == "m2o" else item.get(link.relation.one_collection_field or "")
            if isinstance(target, str):
                yield name, target

    def _keys(self, name: str) -> Iterator[str]:
        primary = self._scope.writing.collection(name).primary
        for section, items in self._sections:
            if section == name:
                yield from (str(item[primary]) for item in items if item.get(primary) is not None)


def _is_given(collection: Collection) -> bool:
    """Whether an item gets its key without anybody saying it."""
    column = collection.key.column
    by_itself = column is not None and (column.has_auto_increment or "int" in column.data_type)
    return by_itself or "uuid" in collection.key.special
