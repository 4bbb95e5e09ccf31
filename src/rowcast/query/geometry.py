"""The box around a GeoJSON geometry. Pure arithmetic on decoded JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from rowcast.errors import InvalidQuery


def bounds(raw: Any) -> tuple[float, float, float, float]:
    """The box (west, south, east, north) around a GeoJSON geometry or of four numbers. Raises ``InvalidQuery``."""
    try:
        raw = json.loads(raw) if isinstance(raw, str) else raw
    except (ValueError, RecursionError):
        raw = None
    points: list[tuple[float, float]] = []
    if isinstance(raw, Mapping):
        _collect(raw.get("coordinates"), points.append)
    elif isinstance(raw, list) and len(raw) == 4 and all(_is_number(number) for number in raw):
        points = [(raw[0], raw[1]), (raw[2], raw[3])]
    if not points:
        raise InvalidQuery("The filter value has to be a GeoJSON geometry")
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _collect(coordinates: Any, add: Callable[[tuple[float, float]], None], depth: int = 0) -> None:
    if not isinstance(coordinates, list) or depth > 6:
        return
    if len(coordinates) >= 2 and all(_is_number(number) for number in coordinates[:2]):
        add((float(coordinates[0]), float(coordinates[1])))
    else:
        for below in coordinates:
            _collect(below, add, depth + 1)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
