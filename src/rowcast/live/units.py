"""What a commit did to each collection, mutation by mutation. Must not know who cares.

Within a unit only the outcome counts: a row that was created and then updated was created as it is in the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rowcast.feed import Change, Commit, Kind
from rowcast.feed.commit import Key


def units(commit: Commit, *, folded: bool = False) -> Iterator[tuple[str, list[Change]]]:
    """(collection, its changes) for each unit, in order of their first change; at most one change of each row. ``folded``: the
    whole commit is one unit."""
    if len(commit.changes) == 1:
        yield commit.changes[0].collection, [commit.changes[0]]
        return
    grouped: dict[tuple[int, str], dict[Key, Change]] = {}
    for change in commit.changes:
        rows = grouped.setdefault((0 if folded else change.unit, change.collection), {})
        earlier = rows.pop(change.key, None)
        whole = change if earlier is None else fold(earlier, change)
        if whole is not None:
            rows[change.key] = whole
    for (_, collection), rows in grouped.items():
        if rows:
            yield collection, list(rows.values())


def fold(first: Change, second: Change) -> Change | None:
    """Two changes of one row as one; None if they undo each other."""
    before, after = first.before, second.after
    if before is None and after is None:
        return None
    kind = Kind.CREATE if before is None else Kind.DELETE if after is None else Kind.UPDATE
    return replace(second, kind=kind, before=before, after=after)
