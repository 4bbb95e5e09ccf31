"""The state of writing one statement: names of tables, places of values, and how a column or function is written. Must not know
whole statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from rowcast.errors import InvalidQuery
from rowcast.query.calls import json_path
from rowcast.query.sql.dialect import SQLITE, SQLite, quoted
from rowcast.query.sql.statement import Bound, Statement
from rowcast.query.tree import Condition, Const, Ref
from rowcast.schema import Field, Link, Schema

Element = ColumnElement[Any]
MASKED = "**********"


class Compiled(Protocol):
    """What is used of SQLAlchemy's compiled statement."""

    string: str
    positiontup: list[str] | None


@dataclass(frozen=True, slots=True)
class Table:
    """One use of a collection's table in the statement."""

    collection: str
    alias: str

    def __call__(self, name: str) -> str:
        """The text of one of its columns."""
        return f"{self.alias}.{quoted(name)}"

    @property
    def clause(self) -> sa.FromClause:
        """The table for a FROM clause."""
        return sa.table(self.collection).alias(self.alias)


@dataclass(slots=True)
class Writer:
    """Writes one statement. ``reveal`` shows concealed values, for the program itself."""

    schema: Schema
    reveal: bool = False
    dialect: SQLite = SQLITE
    places: dict[str, Bound] = field(default_factory=dict)
    tables: int = 0

    def table(self, collection: str) -> Table:
        """A new use of the table."""
        self.tables += 1
        return Table(collection, f"t{self.tables}")

    def place(self, value: Bound) -> Element:
        """A new place for a value."""
        name = f"p{len(self.places)}"
        self.places[name] = value
        return sa.bindparam(name, type_=sa.types.NullType())

    def finish(self, select: sa.Select[Any]) -> Statement:
        """The statement with its places in order. Raises ``InvalidQuery`` when it is too intricate to be written."""
        try:
            compiled = select.compile(dialect=self.dialect.compiler)
        except RecursionError:
            raise InvalidQuery("The query is nested too deep") from None
        order = compiled.positiontup or []
        return Statement(
            compiled.string, tuple(self.places.get(name) or Const(compiled.params[name]) for name in order)
        )

    # ---- columns and functions

    def shown(self, table: Table, ref: Ref) -> Element:
        """A column or function as it goes into the answer, null where it is masked."""
        return self._masked(table, ref, self._shown(table, ref))

    def compared(self, table: Table, ref: Ref) -> Element:
        """A column or function as it is compared, null where it is masked."""
        return self._masked(table, ref, self._compared(table, ref))

    def stored(self, table: Table, ref: Ref) -> Element:
        """A column as it is stored (or a function), for order, groups and nullness: an index on it serves."""
        value = self._compared(table, ref) if ref.function else sa.literal_column(table(ref.field.name))
        return self._masked(table, ref, value)

    def conceal(self, field: Field, expression: str) -> str:
        """The wire form of a column's text, hidden if it is a secret."""
        if field.concealed and not self.reveal:
            return f"CASE WHEN {expression} IS NOT NULL THEN '{MASKED}' END"
        return self.dialect.wire(field, expression)

    def _shown(self, table: Table, ref: Ref) -> Element:
        if ref.function == "json" and not ref.field.concealed:
            return sa.literal_column(self.dialect.json_wire(table(ref.field.name), json_path(ref.argument or "")))
        return (
            self._compared(table, ref)
            if ref.function
            else sa.literal_column(self.conceal(ref.field, table(ref.field.name)))
        )

    def _compared(self, table: Table, ref: Ref) -> Element:
        if ref.function == "count" and ref.link is not None:
            return self._count(table, ref, ref.link)
        name = table(ref.field.name)
        if ref.function is None:
            return sa.literal_column(self.dialect.comparable(ref.field, name))
        if ref.function == "count":
            return sa.literal_column(self.dialect.json_length(name))
        if ref.function == "json":
            return sa.literal_column(self.dialect.json_value(name, json_path(ref.argument or "")))
        return sa.literal_column(self.dialect.part(ref.field, name, ref.function))

    def _count(self, table: Table, ref: Ref, link: Link) -> Element:
        there = self.table(link.relation.collection)
        query = sa.select(sa.func.count()).select_from(there.clause).where(self.joined(table, link, there))
        if ref.counted is not None:
            query = query.where(self.holds(there, ref.counted))
        return query.scalar_subquery()

    def _masked(self, table: Table, ref: Ref, value: Element) -> Element:
        return value if ref.mask is None else sa.case((self.holds(table, ref.mask), value))

    # ---- relations and conditions

    def joined(self, here: Table, link: Link, there: Table) -> Element:
        """The rows of ``there`` that ``link`` leads to from the row of ``here``."""
        relation = link.relation
        if link.kind == "o2m":
            key = self.schema.collections[here.collection].primary
            return sa.literal_column(there(relation.field)) == sa.literal_column(here(key))
        key = self.schema.collections[there.collection].primary
        met = sa.literal_column(there(key)) == sa.literal_column(here(relation.field))
        if link.kind == "a2o" and relation.one_collection_field:
            named = sa.literal_column(here(relation.one_collection_field)) == self.place(Const(there.collection))
            return sa.and_(named, met)
        return met

    def holds(self, table: Table, condition: Condition) -> Element:
        """The condition about the row of ``table``."""
        from rowcast.query.sql.where import holds

        return holds(self, table, condition)
