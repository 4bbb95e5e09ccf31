"""The steps that change a data model, as frozen values. Must not know how a database takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rowcast.schema.model import ForeignKey


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """A column to be.

    ``type`` is a field type of the wire (not ``alias``); ``max_length`` is for ``string``; ``default`` is a value in wire form
    (``CURRENT_TIMESTAMP`` or ``now()``: the moment of the insert; None: no default)."""

    name: str
    type: str
    max_length: int | None = None
    default: Any = None
    nullable: bool = True
    primary_key: bool = False
    auto_increment: bool = False
    unique: bool = False
    indexed: bool = False


@dataclass(frozen=True, slots=True)
class CreateTable:
    """A new table. Exactly one column is the primary key."""

    name: str
    columns: tuple[ColumnPlan, ...]


@dataclass(frozen=True, slots=True)
class DropTable:
    """The table and its rows go. Foreign keys of other tables that point to it go with it."""

    name: str


@dataclass(frozen=True, slots=True)
class AddColumn:
    """A further column. Without a default it must be nullable unless the table is empty (``ContainsNull``)."""

    table: str
    column: ColumnPlan


@dataclass(frozen=True, slots=True)
class AlterColumn:
    """Type, length, default, nullability, uniqueness and index of a column become those of ``column``; its name, values and
    foreign key, and whether it is the primary key, stay. Raises ``ContainsNull`` or ``NotUnique`` where rows forbid it."""

    table: str
    column: ColumnPlan


@dataclass(frozen=True, slots=True)
class DropColumn:
    """A column goes, with its index, uniqueness and foreign key."""

    table: str
    column: str


@dataclass(frozen=True, slots=True)
class RenameColumn:
    """A column gets another name; whatever refers to it follows."""

    table: str
    column: str
    name: str


@dataclass(frozen=True, slots=True)
class AddForeignKey:
    """A foreign key in place of the one that the column may have. Raises ``InvalidForeignKey`` if rows break it."""

    key: ForeignKey


@dataclass(frozen=True, slots=True)
class DropForeignKey:
    """The column points nowhere any more; nothing happens if it did not."""

    table: str
    column: str


Step = CreateTable | DropTable | AddColumn | AlterColumn | DropColumn | RenameColumn | AddForeignKey | DropForeignKey
