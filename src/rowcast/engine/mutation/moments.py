"""Times as they are stored: canonical texts that sort as text. Each function takes ISO 8601 in its usual spellings and raises
ValueError for anything else. Knows no field; the zone of a text without one is UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from datetime import time as clock
from time import time_ns


def timestamp(text: str) -> str:
    """``YYYY-MM-DDTHH:MM:SS.sssZ``, in UTC."""
    return stamp(_utc(text))


def date_time(text: str) -> str:
    """``YYYY-MM-DDTHH:MM:SS``; a text with a zone is turned to UTC."""
    return _utc(text).isoformat()[:19]


def date(text: str) -> str:
    """``YYYY-MM-DD``; of a longer text, its day as written."""
    if not _four_digits(text):
        raise ValueError(text)
    return datetime.fromisoformat(text).isoformat()[:10]


def time(text: str) -> str:
    """``HH:MM:SS``; of a longer text, its time of day as written."""
    if len(text) < 5 or text[2] != ":":
        return datetime.fromisoformat(text).strftime("%H:%M:%S")
    return clock.fromisoformat(text).strftime("%H:%M:%S")


def stamp(moment: datetime) -> str:
    """A time in UTC as a stored timestamp."""
    return f"{moment.isoformat(timespec='milliseconds')[:23]}Z"


_second, _prefix = 0, ""


def now() -> str:
    """The present as a stored timestamp. The text of a second is made once."""
    global _second, _prefix
    second, rest = divmod(time_ns() // 1_000_000, 1000)
    if second != _second:
        _prefix = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S.")
        _second = second
    return f"{_prefix}{rest:03d}Z"


def _utc(text: str) -> datetime:
    if not _four_digits(text):
        raise ValueError(text)
    moment = datetime.fromisoformat(text.strip())
    return moment.astimezone(UTC) if moment.tzinfo else moment


def _four_digits(text: str) -> bool:
    """Years are written in four digits and months apart: compact forms are no date that anybody meant."""
    return len(text) >= 10 and text[4] == "-"
