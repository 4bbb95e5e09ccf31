"""Turns the flat pairs of a URL (``filter[a][_eq]=1``, ``fields[]=a``) into nested values. Knows nothing of what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from rowcast.errors import InvalidQuery

MAX_DEPTH = 60
_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def unflatten(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Nested dicts and lists of the pairs, in their order. A repeated plain key becomes a list; members that are all numbers
    make a list in their order. Raises ``InvalidQuery`` for a key nested too deep."""
    tree: dict[str, Any] = {}
    for key, value in pairs:
        _put(tree, _segments(key), value)
    return {key: _settle(value) for key, value in tree.items()}


class _Several(list[Any]):
    """The values of a repeated key."""


def _segments(key: str) -> list[str]:
    match = _KEY.fullmatch(key)
    if match is None:
        return [key]
    segments = [match[1], *match[2][1:-1].split("][")] if match[2] else [match[1]]
    if len(segments) > MAX_DEPTH:
        raise InvalidQuery("The query is nested too deep")
    return segments


def _put(tree: dict[str, Any], segments: list[str], value: str) -> None:
    *parents, last = segments
    for segment in parents:
        below = tree.setdefault(segment or str(len(tree)), {})
        if not isinstance(below, dict):
            below = tree[segment] = {}
        tree = below
    if last == "":
        last = str(len(tree))
    if last not in tree or isinstance(tree[last], dict):
        tree[last] = value
    elif isinstance(tree[last], _Several):
        tree[last].append(value)
    else:
        tree[last] = _Several([tree[last], value])


def _settle(value: Any) -> Any:
    if isinstance(value, _Several):
        return list(value)
    if not isinstance(value, dict):
        return value
    if value and all(key.isascii() and key.isdigit() for key in value):
        return [_settle(value[key]) for key in sorted(value, key=int)]
    return {key: _settle(below) for key, below in value.items()}
