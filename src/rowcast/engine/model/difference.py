"""The difference of two JSON values as a list of changes, and the value that follows from one. Knows nothing of data models.

A change is ``{kind, path, lhs, rhs}``: kind ``N`` (new: rhs), ``D`` (deleted: lhs), ``E`` (edited: both), or ``A`` (a list grew or
shrank: ``index`` and ``item``, a change of kind N or D). ``path`` is left out at the root. This is the form in which clients of
the reference exchange differences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

Change = dict[str, Any]
Path = tuple[str | int, ...]


class _Missing:
    """The value that is not there (null is a value)."""


MISSING: Final = _Missing()
MOST_GROWTH = 10_000
"""How far behind the end of a list a new member may stand."""


def difference(left: Any, right: Any, path: Path = ()) -> list[Change]:
    """What must change in ``left`` to make it ``right``; empty when they are equal."""
    return list(_changes(left, right, path))


def changed(value: Any, changes: Iterable[Mapping[str, Any]]) -> Any:
    """The value that follows from ``value`` by the changes; ``MISSING`` when it is deleted. ``value`` itself is left alone.

    Raises LookupError or TypeError when a change does not fit the value.
    """
    result = deepcopy(value)
    for change in changes:
        path = list(change.get("path") or ())
        if not path and change["kind"] != "A":
            result = MISSING if change["kind"] == "D" else deepcopy(change["rhs"])
        else:
            _change(result, path, change)
    return result


def _changes(left: Any, right: Any, path: Path) -> Iterator[Change]:
    at: Change = {"path": list(path)} if path else {}
    if left is MISSING and right is not MISSING:
        yield {"kind": "N", **at, "rhs": right}
    elif right is MISSING and left is not MISSING:
        yield {"kind": "D", **at, "lhs": left}
    elif isinstance(left, dict) and isinstance(right, dict):
        for name in [*left, *(name for name in right if name not in left)]:
            yield from _changes(left.get(name, MISSING), right.get(name, MISSING), (*path, name))
    elif isinstance(left, list) and isinstance(right, list):
        yield from _list_changes(left, right, path, at)
    elif not _same(left, right):
        yield {"kind": "E", **at, "lhs": left, "rhs": right}


def _list_changes(left: list[Any], right: list[Any], path: Path, at: Change) -> Iterator[Change]:
    """From the end, so that removals can be carried out one after the other."""
    common = min(len(left), len(right))
    for index in range(len(left) - 1, common - 1, -1):
        yield {"kind": "A", **at, "index": index, "item": {"kind": "D", "lhs": left[index]}}
    for index in range(common, len(right)):
        yield {"kind": "A", **at, "index": index, "item": {"kind": "N", "rhs": right[index]}}
    for index in range(common):
        yield from _changes(left[index], right[index], (*path, index))


def _same(left: Any, right: Any) -> bool:
    """Equal as JSON: ``true`` is not ``1``."""
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _change(value: Any, path: list[Any], change: Mapping[str, Any]) -> None:
    if change["kind"] == "A":
        for step in path:
            value = value[step]
        _change_list(value, change["index"], change["item"])
        return
    for step in path[:-1]:
        value = value[step]
    if change["kind"] == "D":
        del value[path[-1]]
    else:
        value[path[-1]] = deepcopy(change["rhs"])


def _change_list(items: Any, index: int, item: Mapping[str, Any]) -> None:
    """Set or remove one member; other writers of this form tell the new members from the end, so the list grows as needed."""
    if item["kind"] == "D":
        del items[index]
        return
    if not isinstance(items, list) or not 0 <= index < len(items) + MOST_GROWTH:
        raise LookupError(index)
    items.extend([None] * (index + 1 - len(items)))
    items[index] = deepcopy(item["rhs"])
