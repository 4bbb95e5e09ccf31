"""What one database says in its own way, as SQLAlchemy expressions or text. Knows one database's functions; must not know the tree.

Another database is another class with these methods.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import ColumnElement

from rowcast.query.operators import TIMES
from rowcast.query.sql.wire import moment, wire
from rowcast.schema import Field

Element = ColumnElement[Any]

_DATE_PARTS = {
    "year": "%Y", "month": "%m", "week": "%W", "day": "%d", "weekday": "%w", "hour": "%H", "minute": "%M", "second": "%S"
}  # fmt: skip
_XS, _YS = 0, 1


class SQLite:
    """SQLite from 3.44. JSON is text; values have their own types, so comparisons take times in canonical form."""

    compiler: Dialect = sqlite.dialect(paramstyle="qmark")
    minds_case = False
    """Whether ``_contains`` and its kin tell ``a`` from ``A``; ``match`` has to do the same."""

    def wire(self, field: Field, expression: str) -> str:
        """The column's value as it goes into the answer."""
        return wire(field, expression)

    def comparable(self, field: Field, expression: str) -> str:
        """The column's value as it is compared with cast constants."""
        if field.type in TIMES:
            return f"({moment(field.type, expression)})"
        if field.type == "boolean":
            return f"(CASE WHEN {expression} IN (0,'false') THEN 0 WHEN {expression} IS NOT NULL THEN 1 END)"
        return expression

    def part(self, field: Field, expression: str, name: str) -> str:
        """A part of a date or time as an integer."""
        return f"CAST(strftime('{_DATE_PARTS[name]}',{moment(field.type, expression)}) AS INTEGER)"

    def json_value(self, expression: str, path: Sequence[str | int]) -> str:
        """What a JSON column holds at a path, as an SQL value."""
        return f"(CASE WHEN json_valid({expression}) THEN json_extract({expression},{_path(path)}) END)"

    def json_wire(self, expression: str, path: Sequence[str | int]) -> str:
        """What a JSON column holds at a path, as JSON."""
        return f"CASE WHEN json_valid({expression}) THEN {expression} -> {_path(path)} END"

    def json_length(self, expression: str) -> str:
        """The number of members of a JSON list."""
        return f"(CASE WHEN json_valid({expression}) THEN json_array_length({expression}) END)"

    def json_text(self, element: Element) -> Element:
        """A value as JSON text; null is ``null``."""
        return sa.func.json_quote(element, type_=sa.String)

    def json_object(self, members: Sequence[tuple[str, Element]]) -> Element:
        """The JSON text of an object."""
        return sa.func.json_object(
            *(part for key, element in members for part in (text(key), element)), type_=sa.String
        )

    def json_list(self, element: Element) -> Element:
        """The JSON text of a list of the rows' JSON texts."""
        joined = sa.func.coalesce(sa.func.group_concat(element, type_=sa.String), text(""), type_=sa.String)
        return text("[") + joined + text("]")

    def members(self, places: Element) -> sa.Select[Any]:
        """The values of a JSON list that is bound as one argument, as rows."""
        return sa.select(sa.func.json_each(places).table_valued("value", name="v").c.value)

    def contains(self, value: Element, part: Element) -> Element:
        """``value`` contains ``part``."""
        return sa.func.instr(value, part) > sa.literal_column("0")

    def starts_with(self, value: Element, part: Element) -> Element:
        """``value`` begins with ``part``."""
        return sa.func.instr(value, part) == sa.literal_column("1")

    def ends_with(self, value: Element, part: Element) -> Element:
        """``value`` ends with ``part``, which is not empty."""
        return sa.func.substr(value, -sa.func.length(part)) == part

    def folded(self, value: Element) -> Element:
        """``value`` without difference of case (of ASCII letters)."""
        return sa.func.lower(value)

    def number(self, value: Element) -> Element:
        """A bound text as a number."""
        return sa.cast(value, sa.Numeric)

    def box(self, expression: str, places: Sequence[Element]) -> Element:
        """The box around a GeoJSON column meets the box (west, south, east, north)."""
        bounds: dict[tuple[str, int], Element] = {
            (which, axis): sa.literal_column(
                f"(CASE WHEN json_valid({expression}) THEN (SELECT {which}(value) FROM json_tree({expression},'$.coordinates')"
                f" WHERE type IN ('real','integer') AND key={axis}) END)"
            )
            for which in ("min", "max")
            for axis in (_XS, _YS)
        }
        west, south, east, north = places
        return sa.and_(
            bounds["min", _XS] <= east,
            bounds["max", _XS] >= west,
            bounds["min", _YS] <= north,
            bounds["max", _YS] >= south,
        )


SQLITE = SQLite()


def text(value: str) -> Element:
    """A text constant in the statement."""
    return sa.literal_column("'" + value.replace("'", "''") + "'", sa.String)


def quoted(name: str) -> str:
    """A name as SQL text, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def _path(path: Sequence[str | int]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else '."' + step.replace('"', "") + '"' for step in path)
    return "'" + ("$" + "".join(steps)).replace("'", "''") + "'"
