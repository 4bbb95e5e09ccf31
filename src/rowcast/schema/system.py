"""The system collections as packaged data (``system.json``): their tables, fields and relations. Knows names and types, must not
know what the program does with them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

PREFIX = "directus_"
"""Names that belong to the system."""

METADATA = frozenset({"directus_collections", "directus_fields", "directus_relations"})
"""The collections whose rows are part of the data model."""


class ColumnFact(msgspec.Struct, frozen=True):
    """A column of a system table: declared type and ``DEFAULT`` text."""

    name: str
    type: str
    not_null: bool = False
    default: str | None = None
    primary_key: bool = False


class KeyFact(msgspec.Struct, frozen=True):
    """A foreign key of a system table; ``references`` is (table, column)."""

    column: str
    references: tuple[str, str]
    on_delete: str


class IndexFact(msgspec.Struct, frozen=True):
    """An index of a system table."""

    name: str
    unique: bool
    columns: tuple[str, ...]


class TableFact(msgspec.Struct, frozen=True):
    """A system table."""

    columns: tuple[ColumnFact, ...]
    foreign_keys: tuple[KeyFact, ...]
    indexes: tuple[IndexFact, ...]


class FieldFact(msgspec.Struct, frozen=True):
    """A field of a system collection."""

    type: str
    special: tuple[str, ...] = ()
    hidden: bool = False
    readonly: bool = False


class CollectionFact(msgspec.Struct, frozen=True):
    """A system collection."""

    collection: str
    singleton: bool
    accountability: str | None


class System(msgspec.Struct, frozen=True):
    """All of it. ``ignored``: columns of the reference that are not ours and stay hidden in a database of its making."""

    collections: tuple[CollectionFact, ...]
    tables: dict[str, TableFact]
    fields: dict[str, dict[str, FieldFact]]
    relations: tuple[dict[str, Any], ...]
    ignored: dict[str, tuple[str, ...]]


@cache
def system() -> System:
    """The packaged data, read once."""
    return msgspec.json.decode(files("rowcast.schema").joinpath("system.json").read_bytes(), type=System)
