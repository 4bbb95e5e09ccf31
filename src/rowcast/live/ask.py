"""What the live engine cannot tell from the change alone, as data: questions to the database about one view and one commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from rowcast.feed import Change, Commit, Kind
from rowcast.live.event import Event
from rowcast.live.view import View


@dataclass(frozen=True, slots=True)
class Part:
    """One event that waits for its text. ``whole``: the question must be asked of exactly these rows, since their order, number
    or sum is told; otherwise each row may be read by itself. Of deleted rows nothing is read, only whether the view held them.
    ``related``: changes of other collections; the rows that they lead to are told, but for ``changes``, which were told already.
    ``view``: what the question is about, if not the view of who is told."""

    event: Event
    kind: Kind
    changes: tuple[Change, ...]
    whole: bool = False
    related: tuple[Change, ...] = ()
    view: View | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be asked for one view about one commit. ``decided``: changes tell which of its rows the view held.

    The answer needs: the rows with these ``keys`` that the view holds now, each by itself; one list of rows for each of ``wholes``
    and of ``relations``; which of the deleted rows ``gone`` the view held, unless ``decided`` says that it is known; the counts, if
    the view has any.
    """

    view: View
    commit: Commit
    parts: tuple[Part, ...]
    decided: bool

    @property
    def keys(self) -> list[str | int]:
        """The keys of the rows that are read each by itself."""
        return list(dict.fromkeys(c.key for p in self.parts if _is_single(p) for c in p.changes))

    @property
    def wholes(self) -> list[Part]:
        """The parts that are read as a whole."""
        return [part for part in self.parts if part.whole]

    @property
    def relations(self) -> list[Part]:
        """The parts about rows of which others changed that they are related to."""
        return [part for part in self.parts if part.related]

    @property
    def gone(self) -> list[Change]:
        """The deletes of which only the database can say whether the view held the row."""
        return [] if self.decided else [c for p in self.parts if p.kind is Kind.DELETE for c in p.changes]


def _is_single(part: Part) -> bool:
    return part.kind is not Kind.DELETE and not part.whole and not part.related


@dataclass(frozen=True, slots=True)
class Answer:
    """``rows``: finished JSON by key as text. ``wholes``, ``relations``: JSON arrays, in the order of those of the ask. ``held``:
    keys (as text) of deleted rows that the view held. ``counts``: the JSON object of the view's counts."""

    rows: Mapping[str, bytes] = field(default_factory=dict)
    wholes: Sequence[bytes] = ()
    relations: Sequence[bytes] = ()
    held: Set[str] = frozenset()
    counts: bytes | None = None
