"""What an answer looks like member by member, for doors whose callers choose names, order and nesting themselves. Knows names only:
whether a field exists is decided when the question is resolved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rowcast.query.parse import Query


@dataclass(frozen=True, slots=True)
class Plain:
    """A column or a function call (``year(built)``) as ``key``; ``as_text``: numbers are shown as text."""

    key: str
    of: str
    as_text: bool = False


@dataclass(frozen=True, slots=True)
class Constant:
    """The same text in every row."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Inside:
    """An object of further members about the same row."""

    key: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """The related object (m2o) or list (o2m) behind ``field``, as ``query`` and its shape have it."""

    key: str
    field: str
    query: Query


@dataclass(frozen=True, slots=True)
class RelatedToAny:
    """The related object behind ``field``, which is of one of several collections (m2a): by collection, the query that has its
    shape. An object of any other collection is null."""

    key: str
    field: str
    queries: tuple[tuple[str, Query], ...]


Member = Plain | Constant | Inside | Related | RelatedToAny
Shape = tuple[Member, ...]


def paths_of(shape: Shape) -> Iterator[str]:
    """What is asked for, as dotted paths, for looking at: under its real names, without what is fixed."""
    for member in shape:
        match member:
            case Plain(_, of):
                yield of
            case Inside(_, members):
                yield from paths_of(members)
            case Related(_, field, query):
                yield from (f"{field}.{path}" for path in paths_of(query.shape or ()))
            case RelatedToAny(_, field, queries):
                yield from (f"{field}:{name}.{path}" for name, query in queries for path in paths_of(query.shape or ()))
