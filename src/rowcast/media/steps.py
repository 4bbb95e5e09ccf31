"""The further steps that a wish may name, and how their arguments are read. Must not know pixels: what a step does is in
``media.paint``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Args = tuple[Any, ...]
_COLOUR = re.compile(r"#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6}|#[0-9a-fA-F]{8}|[a-z]{3,20}")


@dataclass(frozen=True, slots=True)
class Reading:
    """How the arguments of a step are read: raises ValueError, TypeError or KeyError for what it does not take.
    ``most``: pixels."""

    name: str
    read: Callable[[Sequence[Any], int], Args]


def whole(value: Any, low: int, high: int) -> int:
    """A whole number in bounds. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value) or not low <= value <= high:
        raise ValueError(value)
    return int(value)


def number(value: Any, low: float, high: float) -> float:
    """A number in bounds. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(value)
    return float(value)


def colour(value: Any) -> str:
    """A colour as ``#rgb``, ``#rrggbb``, ``#rrggbbaa`` or an English name. Raises ValueError."""
    if not isinstance(value, str) or not _COLOUR.fullmatch(value):
        raise ValueError(value)
    return value


def _none(args: Sequence[Any], _most: int) -> Args:
    if any(arg not in (True, None) for arg in args):
        raise ValueError(args)
    return ()


def _resize(args: Sequence[Any], most: int) -> Args:
    """``{width, height, fit, withoutEnlargement}``, or width and height, and then such an object."""
    told: dict[str, Any] = {}
    for name, arg in zip(("width", "height", "options"), args, strict=False):
        told.update(arg if isinstance(arg, Mapping) else {name: arg})
    width, height = (None if told.get(n) is None else whole(told[n], 1, most) for n in ("width", "height"))
    fit = told.get("fit", "cover")
    if fit not in ("cover", "contain", "inside", "outside") or not (width or height):
        raise ValueError(told)
    return width, height, fit, told.get("withoutEnlargement") is True


def _extract(args: Sequence[Any], most: int) -> Args:
    told = args[0] if args else {}
    place = [whole(told[name], 0, most) for name in ("left", "top")]
    return (*place, *(whole(told[name], 1, most) for name in ("width", "height")))


def _extend(args: Sequence[Any], most: int) -> Args:
    told = args[0] if args else {}
    if isinstance(told, Mapping):
        sides = [whole(told.get(name, 0), 0, most) for name in ("left", "top", "right", "bottom")]
        return (*sides, colour(told.get("background", "#00000000")))
    return (*([whole(told, 0, most)] * 4), "#00000000")


def _rotate(args: Sequence[Any], _most: int) -> Args:
    background = args[1].get("background", "#00000000") if len(args) > 1 else "#00000000"
    return (number(args[0], -3600, 3600) if args and args[0] is not None else None, colour(background))


def _flatten(args: Sequence[Any], _most: int) -> Args:
    told = args[0] if args and isinstance(args[0], Mapping) else {}
    return (colour(told.get("background", "#000000")),)


def _modulate(args: Sequence[Any], _most: int) -> Args:
    told = args[0] if args else {}
    return tuple(number(told.get(name, 1), 0, 10) for name in ("brightness", "saturation"))


def _one(low: float, high: float, default: float) -> Callable[[Sequence[Any], int], Args]:
    def read(args: Sequence[Any], _most: int) -> Args:
        return (number(args[0], low, high) if args and args[0] is not True else default,)

    return read


def _tint(args: Sequence[Any], _most: int) -> Args:
    return (colour(args[0] if args else None),)


STEPS: dict[str, Reading] = {
    "resize": Reading("resize", _resize),
    "extract": Reading("extract", _extract),
    "extend": Reading("extend", _extend),
    "rotate": Reading("rotate", _rotate),
    "flip": Reading("flip", _none),
    "flop": Reading("flop", _none),
    "blur": Reading("blur", _one(0.3, 100, 1)),
    "sharpen": Reading("sharpen", _one(0.1, 10, 1)),
    "median": Reading("median", _one(1, 9, 3)),
    "gamma": Reading("gamma", _one(1, 3, 2.2)),
    "threshold": Reading("threshold", _one(0, 255, 128)),
    "negate": Reading("negate", _none),
    "normalise": Reading("normalise", _none),
    "normalize": Reading("normalise", _none),
    "greyscale": Reading("greyscale", _none),
    "grayscale": Reading("greyscale", _none),
    "modulate": Reading("modulate", _modulate),
    "tint": Reading("tint", _tint),
    "flatten": Reading("flatten", _flatten),
}
"""Name → how its arguments are read. The names are those of the library that the reference uses, so that presets carry
over."""
