"""What stands for a value that the server knows: who asks, and its clock, moved by spans of time. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from msgspec import Struct


class Span(Struct, frozen=True):
    """A length of time in one unit, as ``NOW`` takes it. Spans add up: ``days(1) + hours(2)``, but months and years, which are not
    always as long, only among themselves."""

    amount: float
    unit: str

    def __neg__(self) -> Span:
        return Span(-self.amount, self.unit)

    def __add__(self, other: Span | timedelta) -> Span:
        second = span(other)
        for lengths in (_SECONDS, _MONTHS):
            if self.unit in lengths and second.unit in lengths:
                return _shortest(self.amount * lengths[self.unit] + second.amount * lengths[second.unit], lengths)
        raise TypeError(f"{self.unit}s and {second.unit}s do not add up: a {self.unit} is not always as long.")

    def __sub__(self, other: Span | timedelta) -> Span:
        return self + -span(other)

    @property
    def text(self) -> str:
        """As it is sent: ``-1 day``."""
        number = f"{self.amount:+.3f}".rstrip("0").rstrip(".")
        return f"{number} {self.unit}"


_SECONDS: Final = {"week": 604_800, "day": 86_400, "hour": 3600, "minute": 60, "second": 1}
_MONTHS: Final = {"year": 12, "month": 1}
_LARGEST: Final = 999_999


def _shortest(amount: float, lengths: Mapping[str, int]) -> Span:
    """In the largest unit of which it is a whole number."""
    unit = next((name for name, length in lengths.items() if amount % length == 0), list(lengths)[-1])
    found = Span(amount / lengths[unit], unit)
    if abs(found.amount) > _LARGEST:
        raise TypeError(f"{found.text} is too long to be told so exactly.")
    return found


def span(length: Span | timedelta) -> Span:
    """A length of time as a Span."""
    return _shortest(length.total_seconds(), _SECONDS) if isinstance(length, timedelta) else length


def seconds(amount: float) -> Span:
    """So many seconds."""
    return Span(amount, "second")


def minutes(amount: float) -> Span:
    """So many minutes."""
    return Span(amount, "minute")


def hours(amount: float) -> Span:
    """So many hours."""
    return Span(amount, "hour")


def days(amount: float) -> Span:
    """So many days."""
    return Span(amount, "day")


def weeks(amount: float) -> Span:
    """So many weeks."""
    return Span(amount, "week")


def months(amount: int) -> Span:
    """So many months."""
    return Span(amount, "month")


def years(amount: int) -> Span:
    """So many years."""
    return Span(amount, "year")


class Variable:
    """A value that the server puts in: ``CURRENT_USER``, ``CURRENT_USER.email``. No Struct, see ``Condition``."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def __getattr__(self, name: str) -> Variable:
        if name.startswith("_"):
            raise AttributeError(name)
        return Variable(f"{self.text}.{name}")


class Now:
    """The server's clock: ``NOW``, ``NOW - days(1)``, ``NOW + hours(2) - minutes(5)``, ``NOW - timedelta(days=1)``. No Struct, see
    ``Condition``."""

    __slots__ = ("shift",)

    def __init__(self, shift: Span | None = None) -> None:
        self.shift = shift

    def __repr__(self) -> str:
        return self.text

    def __add__(self, other: Span | timedelta) -> Now:
        return Now(span(other) if self.shift is None else self.shift + other)

    def __sub__(self, other: Span | timedelta) -> Now:
        return self + -span(other)

    @property
    def text(self) -> str:
        """As it is sent."""
        return "$NOW" if self.shift is None else f"$NOW({self.shift.text})"


NOW: Final = Now()
CURRENT_USER: Final = Variable("$CURRENT_USER")
CURRENT_ROLE: Final = Variable("$CURRENT_ROLE")
