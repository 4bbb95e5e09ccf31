"""What an answer looks like member by member, for doors whose callers choose names, order and nesting themselves. Knows names only:
whether a field exists is decided when the question is resolved."""

from __future__ import annotations

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
