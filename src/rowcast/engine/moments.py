"""Moments as the system tables hold them. Must not know what they stand for."""

from __future__ import annotations

from datetime import UTC, datetime


def stored(at: float) -> str:
    """A moment (seconds since the epoch) as the text of a ``dateTime`` column, UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def stored_precise(at: float) -> str:
    """A moment as the text of a ``timestamp`` column, UTC, with milliseconds."""
    moment = datetime.fromtimestamp(at, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def seconds(value: object) -> float:
    """A stored moment as seconds since the epoch: ISO text, or milliseconds as other programs store them. What is no
    moment is long ago."""
    if isinstance(value, int | float):
        return value / 1000
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
