"""Texts with places to fill: ``{{$trigger.body.name}}``. Knows the data chain as plain JSON; must not know flows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

_PLACE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_PART = re.compile(r"[^.\[\]]+")


def fill(value: Any, chain: Mapping[str, Any]) -> Any:
    """The value with its places filled, at any depth. A text that is nothing but a place becomes what is there; within
    a text, objects and lists stand as JSON, and what is not there as nothing."""
    if isinstance(value, str):
        whole = _PLACE.fullmatch(value)
        return find(whole[1], chain) if whole else _PLACE.sub(lambda place: text(find(place[1], chain)), value)
    if isinstance(value, Mapping):
        return {name: fill(part, chain) for name, part in value.items()}
    return [fill(part, chain) for part in value] if isinstance(value, list) else value


def find(path: str, chain: Mapping[str, Any]) -> Any:
    """What stands at ``$trigger.body.rows[0].name``; None if nothing does."""
    found: Any = chain
    for part in _PART.findall(path):
        if isinstance(found, Mapping):
            found = found.get(part)
        elif isinstance(found, list) and part.isdecimal() and len(part) < 9:
            found = found[int(part)] if int(part) < len(found) else None
        else:
            return None
    return found


def text(value: Any) -> str:
    """The value within a text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
