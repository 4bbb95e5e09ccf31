"""What ``$CURRENT_USER``, ``$CURRENT_ROLE.name``, ``$NOW(-1 day)`` … stand for when somebody asks. Must not know where they stand
in a question."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.internal import internal_row
from rowcast.errors import InvalidQuery, RequestError
from rowcast.feed import Commit

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

Variables = Callable[[str], Any]

_ROOTS = {"$CURRENT_USER": "directus_users", "$CURRENT_ROLE": "directus_roles"}
_NOW = re.compile(r"\$NOW(?:\(\s*([+-]?\s*\d+)\s*([a-zA-Z]+)\s*\))?")
_DAYS = {"day": 1, "week": 7}
_SECONDS = {"ms": 0.001, "millisecond": 0.001, "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600}
_MONTHS = {"month": 1, "mo": 1, "quarter": 3, "year": 12, "y": 12}


class UserValues:
    """Values of the asking user's own row and role, read when a rule needs them and forgotten when anything they may stem from
    changes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[tuple[str | None, str | None, frozenset[str]], dict[str, Any]] = {}
        self._epoch = 0

    async def of(self, actor: Actor, names: Iterable[str]) -> Variables:
        """A function from variable to value. Raises InvalidQuery when asked for a variable that does not exist."""
        dotted = frozenset(name for name in names if "." in name)
        return lookup(actor, await self._values(actor, dotted) if dotted else {})

    def committed(self, commit: Commit) -> None:
        """Forget what was read when a user, a role or (since a path may lead through relations) any known row has changed."""
        if self._known and commit.changes:
            self._known.clear()
        self._epoch += 1

    async def _values(self, actor: Actor, dotted: frozenset[str]) -> dict[str, Any]:
        key = (actor.user, actor.role, dotted)
        found = self._known.get(key)
        if found is None:
            epoch, found = self._epoch, {}
            for root, collection in _ROOTS.items():
                owner = actor.user if collection == "directus_users" else actor.role
                paths = [name.removeprefix(root + ".") for name in dotted if name.startswith(root + ".")]
                found.update({f"{root}.{path}": value for path, value in (await self._read(collection, owner, paths)).items()})
            if epoch == self._epoch:
                self._known[key] = found
        return found

    async def _read(self, collection: str, owner: str | None, paths: list[str]) -> dict[str, Any]:
        if not paths or owner is None:
            return dict.fromkeys(paths)
        try:
            row = await internal_row(self._engine, collection, filter={"id": {"_eq": owner}}, fields=paths)
        except RequestError:  # a rule that names a field which does not exist any more: the value is null, nothing matches
            return dict.fromkeys(paths)
        return {path: _dig(row, path.split(".")) for path in paths}


def lookup(actor: Actor, dotted: dict[str, Any]) -> Variables:
    """The function from variable to value for one actor, with the values of dotted variables given."""
    plain: dict[str, Any] = {
        "$CURRENT_USER": actor.user,
        "$CURRENT_ROLE": actor.role,
        "$CURRENT_ROLES": list(actor.roles),
        "$CURRENT_POLICIES": list(actor.policies),
        **dotted,
    }

    def value(name: str) -> Any:
        if name in plain:
            return plain[name]
        if name.startswith("$NOW"):
            return moment(name)
        raise InvalidQuery(f'Unknown variable "{name}"')

    return value


def moment(text: str, now: datetime | None = None) -> str:
    """The time that ``$NOW`` or ``$NOW(-1 day)`` means, as UTC ISO text with milliseconds. Raises InvalidQuery for another form."""
    found = _NOW.fullmatch(text)
    if found is None:
        raise InvalidQuery(f'Unknown variable "{text}"')
    now = now or datetime.now(UTC)
    if found[1]:
        now = _shift(now, int(found[1].replace(" ", "")), found[2].lower(), text)
    return now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"


def _shift(now: datetime, amount: int, unit: str, text: str) -> datetime:
    try:
        for name in (unit, unit.removesuffix("s")):
            if name in _DAYS:
                return now + timedelta(days=amount * _DAYS[name])
            if name in _SECONDS:
                return now + timedelta(seconds=amount * _SECONDS[name])
            if name in _MONTHS:
                return _shift_months(now, amount * _MONTHS[name])
    except (OverflowError, ValueError):
        pass
    raise InvalidQuery(f'Unknown variable "{text}"')


def _shift_months(now: datetime, months: int) -> datetime:
    """The same day some months on; the last day of that month where it is shorter."""
    year, month = divmod(now.year * 12 + now.month - 1 + months, 12)
    for day in range(now.day, 27, -1):
        try:
            return now.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return now.replace(year=year, month=month + 1)


def _dig(value: Any, path: list[str]) -> Any:
    """The value at a path of names; of a list, the list of its members' values."""
    for i, name in enumerate(path):
        if isinstance(value, list):
            return [_dig(part, path[i:]) for part in value]
        value = value.get(name) if isinstance(value, dict) else None
    return value
