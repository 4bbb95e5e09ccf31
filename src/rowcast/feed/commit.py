"""The values of the change log. Must not know who wrote the rows or who listens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

import msgspec

Key = str | int
GAP = "rowcast_gap"
"""The collection of a change that is no row's: rows of the collection that its key names may have changed without being logged."""


NONE: frozenset[str] = frozenset()


class Kind(StrEnum):
    """What became of a row."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


_decode_row = msgspec.json.Decoder(dict[str, Any]).decode
_decode_parts = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class Image:
    """A row as it was before or after a change: a JSON object of its columns in wire form (booleans are JSON booleans, json
    columns are embedded, times are ISO text). Decoded at most once, whoever asks."""

    def __init__(self, raw: bytes | str) -> None:
        self.raw = raw

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """The decoded columns, for predicates."""
        return _decode_row(self.raw)

    @cached_property
    def parts(self) -> Mapping[str, msgspec.Raw]:
        """The columns as undecoded JSON, for splicing into frames."""
        return _decode_parts(self.raw)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Image) and self.raw == other.raw

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Image({self.raw!r})"


@dataclass(frozen=True, slots=True)
class Change:
    """One changed row. ``key`` is the primary key. A row whose key changes is two changes, the delete of the old and the create
    of the new, so that whoever holds rows by key needs no case for it. ``unit`` numbers the mutation within the commit that
    caused it: changes of one unit, collection and kind are announced together. ``user``: the id of the user who asked for that
    mutation; None for the public, the server itself and other programs."""

    collection: str
    key: Key
    kind: Kind
    before: Image | None
    after: Image | None
    unit: int = 0
    user: str | None = None

    @property
    def size(self) -> int:
        """The length of both images."""
        before, after = self.before, self.after
        return (0 if before is None else len(before.raw)) + (0 if after is None else len(after.raw))


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the change log. ``epoch`` names one history (a restore starts another), ``offset`` orders within it."""

    epoch: str
    offset: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.offset}"

    @classmethod
    def parse(cls, text: str) -> Position | None:
        """The position that a text stands for; None if it is none."""
        epoch, mark, offset = text.rpartition(".")
        return cls(epoch, int(offset)) if mark and offset.isascii() and offset.isdigit() and len(offset) < 20 else None


@dataclass(frozen=True)
class Commit:
    """What one transaction changed, in order; ``position`` is that of its last change. ``at``: when it was committed here, or
    found if another program committed it, in seconds since 1970; 0 where that is not known. ``ahead``: collections that later
    parts of the same transaction touch, where another program's is announced in parts. ``is_apart``: nobody here waits for it to be
    told before something else happens."""

    position: Position
    changes: tuple[Change, ...] = field(default=())
    at: float = field(default=0.0, compare=False)
    ahead: frozenset[str] = field(default=frozenset(), compare=False)
    is_apart: bool = field(default=False, compare=False)

    @property
    def size(self) -> int:
        """The length of all images."""
        return sum([change.size for change in self.changes])

    @cached_property
    def collections(self) -> frozenset[str]:
        """The collections it touches: most of those who hear of a commit need to know no more."""
        return frozenset([change.collection for change in self.changes])

    @cached_property
    def gaps(self) -> frozenset[str]:
        """The collections whose rows may have changed without being logged (see ``GAP``)."""
        return frozenset([str(c.key) for c in self.changes if c.collection == GAP]) if GAP in self.collections else NONE

    @cached_property
    def beyond(self) -> frozenset[str]:
        """The collections of which more rows than those in ``changes`` may be others now: what a reader finds in the database has
        later parts of the same transaction already, and what was not logged."""
        return self.ahead | self.gaps

    @cached_property
    def decisive(self) -> frozenset[str]:
        """The collections whose rows may be others now."""
        return self.collections | self.beyond if self.beyond else self.collections
