"""The sentences that tell which rule a value breaks. Knows operators and texts only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_SENTENCES = {
    "eq": "Value has to be {valid}.",
    "neq": "Value can't be {invalid}.",
    "gt": "Value has to be greater than {valid}.",
    "gte": "Value has to be greater than or equal to {valid}.",
    "lt": "Value has to be less than {valid}.",
    "lte": "Value has to be less than or equal to {valid}.",
    "in": "Value has to be one of {valid}.",
    "nin": "Value can't be one of {invalid}.",
    "nbetween": "Value can't be between {invalid}.",
    "null": "Value has to be null.",
    "nnull": "Value can't be null.",
    "empty": "Value has to be empty.",
    "nempty": "Value can't be empty.",
    "contains": "Value has to contain {substring}.",
    "ncontains": "Value can't contain {substring}.",
    "starts_with": "Value has to start with {substring}.",
    "nstarts_with": "Value can't start with {substring}.",
    "ends_with": "Value has to end with {substring}.",
    "nends_with": "Value can't end with {substring}.",
    "regex": "Value doesn't have the correct format.",
    "required": "Value is required.",
}


def sentence(operator: str, details: Mapping[str, Any]) -> str:
    """The sentence for an operator of a violation; empty for one that has none."""
    told = _SENTENCES.get(operator, "")
    for name, value in details.items():
        told = told.replace("{" + name + "}", _quoted(value), 1)
    return told


def _quoted(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_quoted, value))
    return f'"{value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)}"'
