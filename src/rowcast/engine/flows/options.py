"""Reads the options of operations, which people write as JSON or as text of it. Must not know any operation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from rowcast.errors import InvalidPayload


def json_of(value: Any) -> Any:
    """JSON that may be written as text. Raises InvalidPayload for text that begins like JSON and is none."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        raise InvalidPayload("An option of the operation is no JSON") from None


def object_of(value: Any, name: str) -> Mapping[str, Any]:
    """An object; nothing is an empty one. Raises InvalidPayload."""
    found = json_of(value)
    if found in (None, ""):
        return {}
    if not isinstance(found, Mapping):
        raise InvalidPayload(f'"{name}" must be an object')
    return found


def list_of(value: Any) -> list[Any]:
    """A list of what is there; one value is a list of it."""
    if isinstance(value, list):
        return [part for part in value if part not in (None, "")]
    return [] if value in (None, "") else [value]


def number_of(value: Any, name: str) -> float:
    """A number, perhaps as text; nothing is 0. Raises InvalidPayload."""
    try:
        number = float(value or 0)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise InvalidPayload(f'"{name}" must be a number')
    return number
