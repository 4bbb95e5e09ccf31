"""From a query as written to the tree of what it means, in one data model, for one who may see certain fields.

This is the door of the room's first half; the work is done by ``select``, ``condition``, ``sort``, ``search`` and ``aggregate``.
"""

from __future__ import annotations

from typing import Any

from rowcast.query.condition import FilterReader
from rowcast.query.parse import Query
from rowcast.query.select import Selector, paths
from rowcast.query.sight import Sight, Visible
from rowcast.query.tree import Always, Condition, Select
from rowcast.schema import Schema

Limits = tuple[int, int | None, int]
"""Rows when no limit is asked for (-1: all), greatest number of rows (None: any), greatest number of names in a path."""

NO_LIMITS: Limits = (-1, None, 10)


def resolve(
    schema: Schema, collection: str, query: Query, visible: Visible | None = None, limits: Limits = NO_LIMITS
) -> Select:
    """The question of ``query`` about ``collection``.

    ``visible`` gives the readable fields of a collection (None: all of them; an empty set: no right to it); without it all may be
    read. Raises ``Forbidden`` for what is unknown or may not be read, and ``InvalidQuery``. That there is a right to the collection
    at all is the caller's business when rows are only counted: a right to no field is a right to count.
    """
    default, greatest, depth = limits
    sight = Sight(schema, visible, depth)
    selector = Selector(sight, FilterReader(sight), default, greatest)
    wanted = paths(query.fields)
    for path in wanted:
        sight.deep_enough(path)
    found = schema.get(collection) if _counts_only(query) else None
    return selector.select(found or sight.collection(collection), wanted, query)


def _counts_only(query: Query) -> bool:
    return bool(query.aggregate) and not query.group and all(names == ("*",) for names in query.aggregate.values())


def condition(schema: Schema, collection: str, filter_json: Any, visible: Visible | None = None) -> Condition:
    """A filter about the rows of ``collection`` as a condition; None and ``{}`` are always true. Without ``visible`` it is a stored
    rule: names are not checked against rights, and empty lists and texts mean what they say. Raises as ``resolve``."""
    if not filter_json:
        return Always(True)
    sight = Sight(schema, visible)
    return FilterReader(sight, strict=visible is not None).read(sight.collection(collection), filter_json)
