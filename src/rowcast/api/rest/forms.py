"""Single members of a body, checked: present, a text, an address, one of several. Must not know what they are for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from rowcast.auth.email import is_email
from rowcast.errors import InvalidPayload

S = TypeVar("S", bound=str)


def required(body: Mapping[str, Any], name: str, noun: str = "") -> str:
    """A text that must be there. ``noun`` follows the name in the refusal (``"email" field is required``). Raises
    InvalidPayload."""
    value = optional(body, name)
    if value is None:
        raise InvalidPayload(f'"{name}"{noun} is required')
    if value == "":
        raise InvalidPayload(f'"{name}" is not allowed to be empty')
    return value


def optional(body: Mapping[str, Any], name: str) -> str | None:
    """A text that may be missing or null. Raises InvalidPayload for another type."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidPayload(f'"{name}" must be a string')
    return value


def email(body: Mapping[str, Any], name: str = "email") -> str:
    """An e-mail address that must be there. Raises InvalidPayload."""
    value = required(body, name)
    if not is_email(value):
        raise InvalidPayload(f'"{name}" must be a valid email')
    return value


def emails(body: Mapping[str, Any], name: str) -> list[str]:
    """One e-mail address or a list of them. Raises InvalidPayload."""
    value = body.get(name)
    given = value if isinstance(value, list) else [value]
    return [email({name: one}, name) for one in given]


def choice(body: Mapping[str, Any], name: str, allowed: Sequence[S]) -> S | None:
    """One of several words, or None when it is missing. Raises InvalidPayload."""
    value = optional(body, name)
    for word in allowed:
        if value == word:
            return word
    if value is not None:
        raise InvalidPayload(f'"{name}" must be one of [{", ".join(sorted(allowed))}]')
    return None
