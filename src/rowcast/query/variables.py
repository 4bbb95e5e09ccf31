"""The variables that a filter may name: how they look, which stand for lists, and ``$NOW`` worked out for a given moment.

Who asks is known elsewhere; here ``$CURRENT_USER`` is only a name.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta

from rowcast.errors import InvalidQuery

_NAME = re.compile(r"\$(NOW(\([^()]*\))?|CURRENT_(USER|ROLES?|POLICIES)(\.[\w.]+)?)")
_SHIFT = re.compile(r"\s*([+-]?)\s*(\d{1,6}(?:\.\d{1,3})?)\s*([A-Za-z]+)\s*")
_SECONDS = {
    "second": 1.0,
    "minute": 60.0,
    "hour": 3600.0,
    "day": 86400.0,
    "week": 604800.0,
    **dict.fromkeys(("s", "sec", "secs"), 1.0),
    **dict.fromkeys(("m", "min", "mins"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs"), 3600.0),
    "d": 86400.0,
    "w": 604800.0,
    "ms": 0.001,
    "millisecond": 0.001,
}
_MONTHS = {"month": 1, "year": 12, "y": 12, "yr": 12, "yrs": 12, "quarter": 3}


ASKED = "?"
"""Stands before a variable with a path that is named in a question: it is worth what its asker may read of it. In a rule or a
preset, which others have written, it is worth what is there."""


def asked(name: str) -> str:
    """The variable as a question names it."""
    return ASKED + name if "." in name else name


def written(name: str) -> str:
    """The variable as it was written."""
    return name.removeprefix(ASKED)


def is_variable(value: object) -> bool:
    """True for the text of a known variable."""
    return isinstance(value, str) and value.startswith("$") and _NAME.fullmatch(value) is not None


def is_list(name: str) -> bool:
    """True for a variable that stands for several values."""
    return name.startswith(("$CURRENT_ROLES", "$CURRENT_POLICIES"))


def is_now(name: str) -> bool:
    """True for ``$NOW`` and its shifted forms, which depend on nobody."""
    return name.startswith("$NOW")


def moment(name: str, now: datetime) -> str:
    """``$NOW`` or ``$NOW(-1 day)`` as canonical UTC text, for ``now`` as the present. Raises ``InvalidQuery`` for a bad shift."""
    shifted = shift(now.astimezone(UTC), name[5:-1]) if name.endswith(")") else now.astimezone(UTC)
    return shifted.strftime("%Y-%m-%dT%H:%M:%S.").zfill(20) + f"{shifted.microsecond // 1000:03}Z"


def shift(now: datetime, by: str) -> datetime:
    """``now`` moved by a text such as ``-1 day`` or ``+2 months``; months keep the day where they have it."""
    match = _SHIFT.fullmatch(by)
    if match is None:
        raise InvalidQuery(f'Invalid date adjustment "{by}"')
    amount = float(match[2]) * (-1 if match[1] == "-" else 1)
    unit = match[3].lower() if match[3].lower() in _SECONDS | _MONTHS else match[3].lower().removesuffix("s")
    try:
        if unit in _MONTHS:
            return _months(now, int(amount * _MONTHS[unit]))
        return now + timedelta(seconds=amount * _SECONDS[unit])
    except (KeyError, ValueError, OverflowError):
        raise InvalidQuery(f'Invalid date adjustment "{by}"') from None


def _months(now: datetime, months: int) -> datetime:
    year, month = divmod(now.year * 12 + now.month - 1 + months, 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))
