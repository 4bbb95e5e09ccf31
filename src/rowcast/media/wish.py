"""What somebody wants of a picture: a list of steps and a format, read from a query or a preset. Must not know pixels.

A wish is a value: two equal ones make the same picture, so its ``name`` is what the result is kept by.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from rowcast.errors import InvalidQuery
from rowcast.media.steps import STEPS

Format = Literal["jpg", "png", "webp", "avif", "tiff", "gif"]
TYPES: dict[str, Format] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/tiff": "tiff",
    "image/gif": "gif",
}
"""The types of pictures that others can be made of."""

_FORMATS: dict[str, Format] = {
    "jpg": "jpg",
    "jpeg": "jpg",
    "png": "png",
    "webp": "webp",
    "avif": "avif",
    "tiff": "tiff",
}
_FITS = ("cover", "contain", "inside", "outside")
MEMBERS = frozenset({"width", "height", "fit", "format", "quality", "withoutEnlargement", "transforms"})
_SYSTEM = {"small": 64, "medium": 300, "large": 800}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do to the pixels: a name of ``media.steps`` and what it is given."""

    name: str
    args: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """``format`` None: as the original, ``auto``: the best that the asker takes. ``quality`` 1 to 100."""

    steps: tuple[Step, ...] = ()
    format: Format | Literal["auto"] | None = None
    quality: int | None = None

    def name(self, *also: object) -> str:
        """A name that only equal wishes (about what ``also`` tells) have."""
        parts = [[[step.name, step.args] for step in self.steps], self.format, self.quality, also]
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:32]


def _preset(size: int, fit: str) -> Mapping[str, Any]:
    both = {"width": size, "height": size} if fit == "cover" else {"width": size}
    return {**both, "fit": fit, "format": "auto"}


PRESETS: dict[str, Mapping[str, Any]] = {
    f"system-{name}-{fit}": _preset(size, fit) for name, size in _SYSTEM.items() for fit in ("cover", "contain")
}
"""The presets that are always there, by key."""


def wish_of(members: Mapping[str, Any], most: int, operations: int) -> Wish | None:
    """The wish that ``width``, ``height``, ``fit``, ``format``, ``quality``, ``withoutEnlargement`` and ``transforms``
    say; None if they say nothing. ``most``: pixels in either direction; ``operations``: how many transforms. Raises
    InvalidQuery."""
    given = {name: value for name, value in members.items() if name in MEMBERS and value not in (None, "")}
    if not given:
        return None
    width, height = (_number(given, name, 1, most) for name in ("width", "height"))
    steps = _transforms(given.get("transforms"), most, operations)
    if width or height:
        fit = _word(given, "fit", _FITS) or "cover"
        steps = (*steps, Step("resize", (width, height, fit, _truth(given.get("withoutEnlargement")))))
    format_ = _word(given, "format", ("auto", *_FORMATS))
    wanted: Any = "auto" if format_ == "auto" else _FORMATS.get(format_ or "")
    return Wish(steps, wanted, _number(given, "quality", 1, 100))


def _number(given: Mapping[str, Any], name: str, low: int, high: int) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    text = str(value)
    if isinstance(value, bool) or not (
        text.isascii() and text.isdecimal() and len(text) < 10 and low <= int(text) <= high
    ):
        raise InvalidQuery(f'"{name}" must be a whole number from {low} to {high}')
    return int(text)


def _word(given: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str | None:
    value = given.get(name)
    if value is not None and value not in allowed:
        raise InvalidQuery(f'"{name}" must be one of {", ".join(allowed)}')
    return value


def _truth(value: Any) -> bool:
    return value in (True, "true", "", "1", 1)


def _transforms(value: Any, most: int, operations: int) -> tuple[Step, ...]:
    """The further steps: a list, or its JSON text, of ``[name, argument…]``."""
    if value is None:
        return ()
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError):
            raise InvalidQuery('"transforms" is no JSON') from None
    if not isinstance(value, list) or not all(isinstance(each, list) and each for each in value):
        raise InvalidQuery('"transforms" must be a list of lists [name, …]')
    if len(value) > operations:
        raise InvalidQuery(f'"transforms" may have {operations} members')
    return tuple(_step(each, most) for each in value)


def _step(each: list[Any], most: int) -> Step:
    name, *args = each
    read = STEPS.get(name) if isinstance(name, str) else None
    if read is None:
        raise InvalidQuery(f'"{name}" is no transformation; there are {", ".join(STEPS)}')
    try:
        return Step(read.name, read.read(args, most))
    except (ValueError, TypeError, KeyError):
        raise InvalidQuery(f'The transformation "{name}" is given what it does not take') from None
