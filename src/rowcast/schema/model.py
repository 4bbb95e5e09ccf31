"""The frozen values of a data model. Must not know how they are stored, introspected or altered."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

ALIAS = "alias"


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key of one column as the database has it."""

    table: str
    column: str
    foreign_table: str
    foreign_column: str
    constraint_name: str | None = None
    on_update: str = "NO ACTION"
    on_delete: str = "NO ACTION"


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the database has it. ``data_type`` is lower case, without length (``varchar``, ``integer``)."""

    name: str
    table: str
    data_type: str
    default_value: Any = None
    max_length: int | None = None
    numeric_precision: int | None = None
    numeric_scale: int | None = None
    is_generated: bool = False
    generation_expression: str | None = None
    is_nullable: bool = True
    is_unique: bool = False
    is_indexed: bool = False
    is_primary_key: bool = False
    has_auto_increment: bool = False
    foreign_key_table: str | None = None
    foreign_key_column: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a collection.

    ``type`` is the field type of the wire (``string``, ``timestamp``, ``alias`` …), ``special`` its effects
    (``cast-json``, ``date-created``, ``m2o`` …), ``column`` None for alias fields, ``meta`` the row of ``directus_fields``
    (decoded; None when the table's column has no such row).
    """

    collection: str
    name: str
    type: str
    special: tuple[str, ...] = ()
    column: Column | None = None
    meta: Mapping[str, Any] | None = field(default=None, hash=False)

    @property
    def is_alias(self) -> bool:
        """True when no column holds the field (relations seen from the other side, groups, dividers)."""
        return self.column is None

    @property
    def concealed(self) -> bool:
        """True when readers get ``**********`` in place of the value."""
        return "conceal" in self.special or "encrypt" in self.special


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation, described from its many side: ``collection.field`` points to ``related`` (None: to any of ``allowed``)."""

    collection: str
    field: str
    related: str | None
    one_field: str | None = None
    junction_field: str | None = None
    sort_field: str | None = None
    deselect_action: str = "nullify"
    one_collection_field: str | None = None
    allowed: tuple[str, ...] = ()
    foreign_key: ForeignKey | None = None
    meta: Mapping[str, Any] | None = dataclasses.field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Link:
    """A relation seen from one of its fields.

    ``m2o``: the field holds a key of ``target``. ``o2m``: rows of ``target`` whose ``relation.field`` holds our key (a m2m is
    an o2m to the junction). ``a2o``: the field holds a key of the collection named by ``relation.one_collection_field``;
    ``target`` is None.
    """

    kind: Literal["m2o", "o2m", "a2o"]
    target: str | None
    relation: Relation


@dataclass(frozen=True)
class Collection:
    """One collection: a table with the meaning that its metadata give it. ``primary`` is the name of the key field."""

    name: str
    primary: str
    fields: Mapping[str, Field]
    system: bool = False
    singleton: bool = False
    accountability: str | None = "all"
    sort_field: str | None = None
    meta: Mapping[str, Any] | None = None

    @cached_property
    def columns(self) -> tuple[Field, ...]:
        """The fields that are columns, in the order of the table."""
        return tuple(f for f in self.fields.values() if f.column is not None)

    @property
    def key(self) -> Field:
        """The primary key's field."""
        return self.fields[self.primary]


@dataclass(frozen=True)
class Schema:
    """The whole data model at one moment. ``version`` grows with each change; plans of another version are void. ``folders``
    are the rows of ``directus_collections`` (decoded) that have no table: they only group others."""

    version: int
    collections: Mapping[str, Collection]
    relations: tuple[Relation, ...] = ()
    folders: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def get(self, name: str) -> Collection | None:
        """The collection of that name, or None."""
        return self.collections.get(name)

    @cached_property
    def links(self) -> Mapping[tuple[str, str], Link]:
        """(collection, field) → the relation seen from there."""
        found: dict[tuple[str, str], Link] = {}
        for relation in self.relations:
            kind: Literal["m2o", "a2o"] = "m2o" if relation.related else "a2o"
            found[relation.collection, relation.field] = Link(kind, relation.related, relation)
            if relation.related and relation.one_field:
                found[relation.related, relation.one_field] = Link("o2m", relation.collection, relation)
        return found

    def link(self, collection: str, name: str) -> Link | None:
        """The relation that this field stands for, or None for a plain field."""
        return self.links.get((collection, name))
