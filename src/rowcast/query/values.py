"""Casts a value of a question to the stored form of a field type, so that it can be compared. Must not know SQL or fields.

Stored forms: times are canonical ISO text (timestamps in UTC), numbers are int or float, booleans are bool, the rest is text.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from rowcast.errors import InvalidQuery

Scalar = str | int | float | bool | None
_SHORT = re.compile(r"\d{4}(-\d{2})?", re.ASCII)
"""A year or a month: its first day."""


def cast(field_type: str, value: Any) -> Scalar:
    """``value`` (native or REST text) in the stored form of the type; None stays None. Raises ``InvalidQuery``."""
    return None if value is None else _CASTS.get(field_type, _text)(value)


def fitting(kind: str, value: Any) -> Any:
    """A variable's value in the stored form of a type; what does not fit is null and so equals nothing."""
    if kind == "string" and isinstance(value, (str, int, type(None))):
        return value
    try:
        return value if kind == "unknown" else cast(kind, value)
    except InvalidQuery:
        return None


def _text(value: Any) -> str:
    text = _written(value)
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise InvalidQuery("Invalid text value")
    return text


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def _integer(value: Any) -> int | float:
    number = _number(value)
    if abs(number) >= 2**63:
        raise InvalidQuery("Invalid numeric value")
    return number


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise InvalidQuery("Invalid numeric value")
    try:
        return _whole(value)
    except (ValueError, OverflowError):
        raise InvalidQuery("Invalid numeric value") from None


def _whole(value: str | int | float) -> int | float:
    """An int wherever no digit is lost by it."""
    if isinstance(value, str):
        if not value.isascii() or "_" in value or len(value) > 400:
            raise ValueError
        try:
            value = int(value)
        except ValueError:
            value = float(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value if -(2**63) <= value < 2**63 else float(value)


def _boolean(value: Any) -> bool:
    if isinstance(value, str):
        value = {"true": True, "1": True, "false": False, "0": False}.get(value.lower(), value)
    if isinstance(value, bool) or (isinstance(value, int) and value in (0, 1)):
        return bool(value)
    raise InvalidQuery("Invalid boolean value")


def _timestamp(value: Any) -> str:
    moment = _moment(value)
    moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.").zfill(20) + f"{moment.microsecond // 1000:03}Z"


def _date_time(value: Any) -> str:
    return _local(value).strftime("%Y-%m-%dT%H:%M:%S").zfill(19)


def _date(value: Any) -> str:
    return _local(value).strftime("%Y-%m-%d").zfill(10)


def _time(value: Any) -> str:
    if isinstance(value, str):
        try:
            return time.fromisoformat(value).strftime("%H:%M:%S")
        except ValueError:
            pass
    return _local(value).strftime("%H:%M:%S")


def _local(value: Any) -> datetime:
    """The moment without a zone; one that is given is taken off by way of UTC."""
    moment = _moment(value)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _moment(value: Any) -> datetime:
    try:
        if isinstance(value, datetime):
            return value
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
        if isinstance(value, str):
            text = value.strip()
            return datetime.fromisoformat(text + "-01-01"[len(text) - 4 :] if _SHORT.fullmatch(text) else text)
    except (ValueError, OverflowError, OSError):
        pass
    raise InvalidQuery("Invalid date value")


_CASTS: dict[str, Callable[[Any], Scalar]] = {
    "integer": _integer,
    "bigInteger": _integer,
    "float": _number,
    "decimal": _number,
    "boolean": _boolean,
    "timestamp": _timestamp,
    "dateTime": _date_time,
    "date": _date,
    "time": _time,
}
