"""The forms in which a setting may be written, each with the sentence that tells what is allowed. Must not know any
setting's name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from rowcast.auth.addresses import is_rule

_TRUE, _FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")
_MEASURE = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)", re.IGNORECASE)
_SECONDS = {
    **dict.fromkeys(("ms", "msec", "msecs", "millisecond", "milliseconds"), 0.001),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86_400.0),
    **dict.fromkeys(("w", "week", "weeks"), 604_800.0),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), 31_557_600.0),
}
_BYTES = {"": 1, "b": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3}


@dataclass(frozen=True, slots=True)
class Form:
    """One way of writing a value. ``allowed`` completes the sentence "NAME must be ..."; ``read`` raises ValueError for
    anything else."""

    allowed: str
    read: Callable[[str], Any]


def _boolean(text: str) -> bool:
    lowered = text.lower()
    if lowered not in _TRUE + _FALSE:
        raise ValueError(text)
    return lowered in _TRUE


boolean = Form("true or false", _boolean)
text = Form("a text", str)


def _items(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.removeprefix("array:").split(",") if part.strip())


names = Form("a comma-separated list", _items)


def _matching(pattern: str, allowed: str) -> Form:
    compiled = re.compile(pattern)

    def read(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(text)
        return text

    return Form(allowed, read)


def _addresses(text: str) -> tuple[str, ...]:
    rules = _items(text)
    if not all(map(is_rule, rules)):
        raise ValueError(text)
    return rules


def _locations(text: str) -> tuple[str, ...]:
    found = _items(text)
    if not found or not all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) for name in found):
        raise ValueError(text)
    return found


addresses = Form("a comma-separated list of IP addresses, ranges (a-b) and networks (a/n)", _addresses)
locations = Form("a comma-separated list of names of letters, digits and _", _locations)
email = _matching(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address")
address = _matching(r"(https?://\S+|/)", "an address that starts with http:// or https://, or /")
path = _matching(r"/\S*", "a path that starts with /")


def choice(*options: str) -> Form:
    """One of these words, in any case."""

    def read(text: str) -> str:
        if text.lower() not in options:
            raise ValueError(text)
        return text.lower()

    return Form("one of " + ", ".join(options), read)


def integer(low: int, high: int | None = None) -> Form:
    """A whole number in these bounds."""

    def read(text: str) -> int:
        number = int(text)
        if number < low or (high is not None and number > high):
            raise ValueError(text)
        return number

    return Form(f"a whole number of at least {low}" if high is None else f"a whole number from {low} to {high}", read)


def unlimited(low: int) -> Form:
    """A whole number, or ``-1`` or ``infinity`` for no limit (None)."""
    bound = integer(low)

    def read(text: str) -> int | None:
        return None if text.lower() in ("-1", "infinity") else bound.read(text)

    return Form(f"{bound.allowed}, or -1 for no limit", read)


def _seconds(text: str, unit: str) -> float:
    match = _MEASURE.fullmatch(text.strip())
    factor = _SECONDS.get((match[2] or unit).lower()) if match else None
    if match is None or factor is None:
        raise ValueError(text)
    return float(match[1]) * factor


span = Form("a time such as 15m, 7d or 900000 (milliseconds)", lambda text: _seconds(text, "ms"))
whole_span = Form(span.allowed, lambda text: int(span.read(text)))


def _positive_seconds(text: str) -> float:
    value = _seconds(text, "s")
    if value <= 0:
        raise ValueError(text)
    return value


seconds = Form("a number of seconds above 0", _positive_seconds)


def _size(text: str) -> int:
    match = _MEASURE.fullmatch(text.strip())
    factor = _BYTES.get(match[2].lower()) if match else None
    if match is None or factor is None:
        raise ValueError(text)
    return int(float(match[1]) * factor)


size = Form("a size such as 1mb, 500kb or 1048576", _size)


def _boolean_or_list(text: str) -> bool | tuple[str, ...]:
    try:
        return _boolean(text)
    except ValueError:
        return _items(text)


origins = Form("true, false or a comma-separated list of origins", _boolean_or_list)


_NETWORKS = {
    "loopback": ("127.0.0.0/8", "::1/128"),
    "linklocal": ("169.254.0.0/16", "fe80::/10"),
    "uniquelocal": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
}


def _proxy(text: str) -> bool | int | tuple[str, ...]:
    if text.isdecimal():
        return int(text)
    value = _boolean_or_list(text)
    if isinstance(value, bool):
        return value
    networks = tuple(network for name in value for network in _NETWORKS.get(name, (name,)))
    for network in networks:
        ip_network(network, strict=False)
    return networks


proxy = Form("true, false, a number of proxies, or a comma-separated list of addresses", _proxy)
header = Form("false or the name of a header", lambda text: None if text.lower() == "false" else text)
