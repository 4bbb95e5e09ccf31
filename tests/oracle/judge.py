"""Judges what was told of one step against what fresh questions gave before and after it. Must not know how it was told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from rowcast.engine.telling.review import changes_rights
from rowcast.feed import Commit, Kind
from rowcast.query.parse import Query
from tests.oracle.fresh import Sight
from tests.oracle.world import Held

Told = tuple[str, Any]
NOWHERE = Sight("[]", {}, {})


@dataclass(frozen=True, slots=True)
class Unit:
    """What one mutation did to one collection: the outcome for each key, in order."""

    collection: str
    kinds: Mapping[Any, Kind]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """So many of these rows: a question that limits them without an order."""

    count: int
    rows: Sequence[Any]


def units_of(commits: Iterable[Commit]) -> list[Unit]:
    """All mutations of these commits; rows that were created and deleted within one are left out. What may change rights is told
    as a whole."""
    found: dict[tuple[int, int, str], dict[Any, list[Kind]]] = {}
    for number, commit in enumerate(commits):
        folded = changes_rights(commit)
        for change in commit.changes:
            rows = found.setdefault((number, 0 if folded else change.unit, change.collection), {})
            kinds = rows.pop(change.key, [])
            rows[change.key] = [*kinds, change.kind]
    return [Unit(name, dict(_outcomes(rows))) for (_, _, name), rows in found.items()]


def _outcomes(rows: Mapping[Any, Sequence[Kind]]) -> Iterator[tuple[Any, Kind]]:
    for key, kinds in rows.items():
        born, gone = kinds[0] is Kind.CREATE, kinds[-1] is Kind.DELETE
        if not (born and gone):
            yield key, Kind.CREATE if born else Kind.DELETE if gone else Kind.UPDATE


def unlogged(before: Mapping[str, Any], after: Mapping[str, Any], units: Sequence[Unit]) -> Iterator[str]:
    """Rows that have changed though no commit says so, or not as it says."""
    for table, rows in after.items():
        logged = {key for unit in units if unit.collection == table for key in unit.kinds}
        for key in rows.keys() | before[table].keys():
            if rows.get(key) != before[table].get(key) and key not in logged:
                yield f"{table} {key} has changed without a commit"


@dataclass(frozen=True, slots=True)
class Case:
    """One subscription and one step. ``stable``: its rights are those from before. ``slow``: it takes nothing at present, has
    just begun to take what waited, or is new."""

    held: Held
    before: Sight | None
    after: Sight | None
    units: Sequence[Unit]
    stable: bool
    commits: int
    slow: bool = False

    @property
    def mine(self) -> list[Unit]:
        """The mutations of its collection."""
        return [unit for unit in self.units if unit.collection == self.held.question.collection]


def judge(case: Case, told: Sequence[Told]) -> Iterator[str]:
    """What is wrong with the events of a subscription in the default mode."""
    if case.after is None:
        if told:
            yield f"told {told} though it may not ask"
        return
    if not case.stable and case.commits == 1:
        yield from _unreadable(case, case.after, told)
        if not list(_judge(replace(case, units=_merged(case.units)), case.after, told)):
            return
    yield from _judge(case, case.after, told)


def _judge(case: Case, after: Sight, told: Sequence[Told]) -> Iterator[str]:
    times = _times(case)
    if case.commits > 1 or any(count > 1 for count in times.values()):
        yield from _roughly(case, after, told, times)
        return
    must = list(_events(case, after, NOWHERE))
    may = list(_events(case, after, case.before or NOWHERE))
    if _fits(case, must, may, told) and not _unrelated(case, after, times):
        return
    if not (told and _is_related(case, after, times, told[-1]) and _fits(case, must, may, told[:-1])):
        yield f"told {told}\n    instead of {may} and then an update of {_unrelated(case, after, times)}"


def _unreadable(case: Case, after: Sight, told: Sequence[Told]) -> Iterator[str]:
    """Where rights have changed, nothing is told that could not be read before the commit or after it: no row but as it is now, and
    no key as deleted but of a row that was held."""
    before = (case.before or NOWHERE).rows
    for kind, data in told:
        for row in _each(data):
            if kind == "delete" and str(row) not in before:
                yield f"told the delete of {row}, which it never held"
            if kind != "delete" and row not in after.rows.values():
                yield f"told {kind} of {row}, which nobody could read"


def _merged(units: Iterable[Unit]) -> list[Unit]:
    """All that a commit did to a collection as one mutation."""
    found: dict[str, dict[Any, Kind]] = {}
    for unit in units:
        known = found.setdefault(unit.collection, {})
        for key, kind in unit.kinds.items():
            born = known.pop(key, None) is Kind.CREATE
            if not (born and kind is Kind.DELETE):
                known[key] = Kind.CREATE if born else kind
    return [Unit(name, kinds) for name, kinds in found.items() if kinds]


def _times(case: Case) -> Counter[str]:
    """By how many mutations each row was touched."""
    return Counter(str(key) for unit in case.mine for key in unit.kinds)


def expected(case: Case) -> list[Told] | None:
    """What ought to be told exactly; None if that cannot be said."""
    times = _times(case)
    unsure = case.after is None or case.before is None or not case.stable or case.commits > 1 or case.held.wish.is_exact
    if unsure or case.after is None or any(count > 1 for count in times.values()):
        return None
    return list(_events(case, case.after, case.before or NOWHERE))


def judge_set(case: Case, told: Sequence[Told]) -> Iterator[str]:
    """What is wrong with the events of an exact set, and with what is held then."""
    mirror, after = case.held.mirror, case.after
    if mirror.is_grouped:
        wanted: Any = [] if after is None else msgspec.json.decode(after.raw)
        if mirror.answer != wanted:
            yield f"holds {mirror.answer}\n    instead of {wanted}, told {told}"
        return
    rows = {} if after is None else after.rows
    if mirror.rows != rows:
        yield f"holds {mirror.rows}\n    instead of {rows}, told {told}"
    if case.commits > 1 or (case.stable and any(count > 1 for count in _times(case).values())):
        return
    if case.slow:
        return
    for kind, data in told:
        for row in data if isinstance(data, list) else [data]:
            if kind in ("create", "update") and row not in rows.values():
                yield f"told {kind} of {row}, which nobody could read"
    yield from _misplaced(case, told)


def _misplaced(case: Case, told: Sequence[Told]) -> Iterator[str]:
    """Rows that are at another place among those that were not told of."""
    if not case.held.wish.query.sort or case.before is None or case.after is None or any(k == "init" for k, _ in told):
        return
    news = {str(row if kind == "delete" else row["id"]) for kind, data in told for row in _each(data)}
    still = [key for key in case.before.rows if key in case.after.rows and key not in news]
    now = [key for key in case.after.rows if key in case.before.rows and key not in news]
    if still != now:
        yield f"{still} stand in the order {now} by now, and {told} do not tell so"


def judge_counts(wanted: Mapping[str, Any] | None, frames: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The numbers in the last frame of a step are those of a fresh question."""
    told = [frame["meta"] for frame in frames if "meta" in frame]
    if told and told[-1] != wanted:
        yield f"told the counts {told[-1]} instead of {wanted}"


def _each(data: Any) -> list[Any]:
    return data if isinstance(data, list) else [data]


def _fits(case: Case, must: Sequence[Told], may: Sequence[Told], told: Sequence[Told]) -> bool:
    return same(may, told) or (not case.stable and _between(must, told, may))


def _unrelated(case: Case, after: Sight, times: Mapping[str, int]) -> list[Any]:
    """The rows that look otherwise, or are held now, by changes of other rows: they must be told in one update."""
    query = case.held.wish.query
    if not case.stable or case.before is None or query.limit is not None or _start(query):
        return []
    if case.held.question.only not in (None, "update"):
        return []
    return [row for key, row in after.rows.items() if key not in times and case.before.rows.get(key) != row]


def _is_related(case: Case, after: Sight, times: Mapping[str, int], event: Told) -> bool:
    """Whether the event is an update of rows that are held, and of all that look otherwise."""
    kind, data = event
    rows = data if isinstance(data, list) else [data]
    others = [row for key, row in after.rows.items() if key not in times]
    return (
        kind == "update"
        and all(row in others for row in rows)
        and len(rows) <= len(others)
        and all(row in rows for row in _unrelated(case, after, times))
    )


def _events(case: Case, after: Sight, before: Sight) -> Iterator[Told]:
    """What ought to be told, in order."""
    for unit in case.mine:
        for kind, events in _of_unit(case, unit, after, before):
            if case.held.question.only in (None, kind):
                yield kind, events


def _of_unit(case: Case, unit: Unit, after: Sight, before: Sight) -> Iterator[Told]:
    single = case.held.wish.item is not None
    by_kind = {kind: [str(key) for key, what in unit.kinds.items() if what is kind] for kind in Kind}
    for key in by_kind[Kind.CREATE]:
        yield from _rows(case, "create", [key], after)
    yield from _rows(case, "update", sorted(by_kind[Kind.UPDATE]), after)
    gone = [before.keys[key] for key in by_kind[Kind.DELETE] if key in before.keys]
    if gone:
        yield "delete", str(gone[0]) if single else gone


def _rows(case: Case, kind: str, keys: Iterable[str], after: Sight) -> Iterator[Told]:
    query = case.held.wish.query
    seen = [key for key in keys if key in after.rows]
    if query.sort and len(seen) > 1:
        seen = [key for key in after.rows if key in seen]
    if case.held.wish.item is not None:
        for key in seen:
            yield kind, after.rows[key]
        return
    start = _start(query)
    whole = [after.rows[key] for key in seen]
    rows = whole[start : None if query.limit is None or query.limit < 0 else start + query.limit]
    if rows:
        yield kind, rows if query.sort or query.limit is None else AnyOf(len(rows), whole)


def _start(query: Query) -> int:
    """How many rows a window leaves out."""
    return (query.page - 1) * (query.limit or 100) if query.page else query.offset or 0


def same(wanted: Sequence[Told], told: Sequence[Told]) -> bool:
    """Whether these are the same events; deleted keys may stand in any order."""
    return len(wanted) == len(told) and all(a == b or _alike(a, b) for a, b in zip(wanted, told, strict=True))


def _alike(wanted: Told, told: Told) -> bool:
    if wanted[0] != told[0] or not isinstance(told[1], list):
        return False
    if isinstance(wanted[1], AnyOf):
        return len(told[1]) == wanted[1].count and all(row in wanted[1].rows for row in told[1])
    return wanted[0] == "delete" and sorted(map(str, wanted[1])) == sorted(map(str, told[1]))


def _without_deletes(events: Iterable[Told]) -> list[Told]:
    return [event for event in events if event[0] != "delete"]


def _between(must: Sequence[Told], told: Sequence[Told], may: Sequence[Told]) -> bool:
    """Whether all rows are told, and no key as deleted that may not be: with the rights the deleted rows have changed."""
    return same(_without_deletes(must), _without_deletes(told)) and _gone(told) <= _gone(may)


def _gone(events: Iterable[Told]) -> set[str]:
    keys: set[str] = set()
    for kind, data in events:
        if kind == "delete":
            keys |= set(map(str, data)) if isinstance(data, list) else {str(data)}
    return keys


def _roughly(case: Case, after: Sight, told: Sequence[Told], times: Mapping[str, int]) -> Iterator[str]:
    """Of what several mutations of one step have touched, states in between may be told: no other row may be, and what a row
    looks like at last must be, unless related rows are shown that were changed behind it."""
    known = _gone([("delete", list((case.before or NOWHERE).rows))]) | set(times)
    if stray := _gone(told) - known:
        yield f"told the delete of {stray}, which it never held"
    query = case.held.wish.query
    if (
        query.limit is not None
        or _start(query)
        or case.held.question.only
        or (case.commits > 1 and case.held.is_nested)
    ):
        return
    data = [row for kind, rows in told if kind != "delete" for row in (rows if isinstance(rows, list) else [rows])]
    for key in times:
        if key in after.rows and after.rows[key] not in data:
            yield f"{key} was not told as it is: {after.rows[key]} is not in {told}"
