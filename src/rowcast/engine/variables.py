"""What ``$CURRENT_USER``, ``$CURRENT_ROLE.name``, ``$NOW(-1 day)`` … stand for when somebody asks. Must not know where they stand
in a question."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from rowcast.auth import Actor
from rowcast.engine.internal import LIMITS
from rowcast.engine.plans import KEYS
from rowcast.engine.stems import ROOTS, TIME
from rowcast.errors import InvalidQuery, RequestError
from rowcast.feed import Commit
from rowcast.query.parse import parse
from rowcast.query.resolve import resolve
from rowcast.query.sql import Statement, bind, rows
from rowcast.query.tree import Ref, Test, Variable
from rowcast.query.variables import is_list, is_now, moment, written
from rowcast.schema import Schema

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

Variables = Callable[[str], Any]
Reading = Callable[["Engine", Actor, str, list[str], list[str]], Awaitable[Any]]

NOTHING: Mapping[str, Any] = {}
_PLAIN: dict[str, Callable[[Actor], Any]] = {
    "$CURRENT_USER": lambda actor: actor.user,
    "$CURRENT_ROLE": lambda actor: actor.role,
    "$CURRENT_ROLES": lambda actor: list(actor.roles),
    "$CURRENT_POLICIES": lambda actor: list(actor.policies),
}
_OWNERS: dict[str, Callable[[Actor], list[str]]] = {
    "$CURRENT_USER": lambda actor: [] if actor.user is None else [actor.user],
    "$CURRENT_ROLE": lambda actor: [] if actor.role is None else [actor.role],
    "$CURRENT_ROLES": lambda actor: list(actor.roles),
    "$CURRENT_POLICIES": lambda actor: list(actor.policies),
}
"""Whose values the paths of a variable lead to."""


class UserValues:
    """Values of the asking user's own row and role, read when a rule needs them and forgotten when anything they may stem from
    changes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[tuple[object, ...], dict[str, Any]] = {}
        self._statements: dict[tuple[str, tuple[str, ...]], Statement] = {}
        self._epoch = 0

    async def of(self, actor: Actor, names: Iterable[str]) -> Variables:
        """A function from variable to value. Raises InvalidQuery when asked for a variable that does not exist."""
        dotted = frozenset(name for name in names if "." in name)
        return Lookup(actor, self._engine.clock.now, await self._values(actor, dotted) if dotted else NOTHING)

    def committed(self, commit: Commit) -> None:
        """Forget what was read when a user, a role or (since a path may lead through relations) any known row has changed."""
        if self._known and commit.changes:
            self._known.clear()
        self._epoch += 1

    def remodelled(self, _schema: Schema) -> None:
        """The data model is another one: so may be what paths lead to."""
        self._known.clear()
        self._statements.clear()
        self._epoch += 1

    def statement(self, collection: str, paths: tuple[str, ...]) -> Statement:
        """What reads the values at these paths, of the rows whose keys are bound, whoever may read them. Raises RequestError."""
        found = self._statements.get((collection, paths))
        if found is None:
            schema = self._engine.schema
            select = resolve(
                schema, collection, parse({"limit": -1, "fields": list(paths), "sort": "id"}), None, LIMITS
            )
            key = schema.collections[collection].key
            mine = Test(Ref(key), "in", Variable(KEYS, key.type, many=True))
            found = self._statements[collection, paths] = rows(replace(select, where=mine), schema, reveal=True)
        return found

    async def _values(self, actor: Actor, dotted: frozenset[str]) -> dict[str, Any]:
        key = (actor.user, actor.role, actor.roles, actor.policies, actor.share, dotted)
        found = self._known.get(key)
        if found is None:
            epoch, found = self._epoch, {}
            for root, owners in _OWNERS.items():
                for reading in (_stored, _seen):
                    paths = dict(_paths(dotted, root, is_asked=reading is _seen))
                    found.update(await self._read(reading, actor, root, owners(actor), paths))
            if not await self._moves_with_time(actor, dotted) and epoch == self._epoch:
                self._known[key] = found
        return found

    async def _moves_with_time(self, actor: Actor, dotted: frozenset[str]) -> bool:
        """Whether time alone may change one of the values."""
        asked = [name for name in dotted if name != written(name)]
        return bool(asked) and TIME in self._engine.stems.of(await self._engine.rights(actor), asked)

    async def _read(
        self, reading: Reading, actor: Actor, root: str, owners: list[str], paths: dict[str, str]
    ) -> dict[str, Any]:
        """The values of variables, by name, at these paths. What is not there, or not to be read, is null: nothing equals it."""
        if not paths or not owners:
            return dict.fromkeys(paths)
        try:
            rows = await reading(self._engine, actor, ROOTS[root], owners, list(paths.values()))
        except RequestError:
            alone = [{name: path} for name, path in paths.items()] if len(paths) > 1 else []
            found: dict[str, Any] = dict.fromkeys(paths)
            for one in alone:
                found.update(await self._read(reading, actor, root, owners, one))
            return found
        value = rows if is_list(root) else rows[0] if rows else None
        return {name: _dig(value, path.split(".")) for name, path in paths.items()}


async def _stored(engine: Engine, _actor: Actor, collection: str, owners: list[str], paths: list[str]) -> Any:
    """For rules and presets: what is there."""
    statement = engine.user_values.statement(collection, tuple(paths))
    found = await engine.store.read(statement.text, bind(statement, lambda _: owners))
    return msgspec.json.decode(found[0][0])


async def _seen(engine: Engine, actor: Actor, collection: str, owners: list[str], paths: list[str]) -> Any:
    """For questions: what their asker may read."""
    from rowcast.engine.read import read_keys  # which asks for variables itself

    return msgspec.json.decode((await read_keys(engine, actor, collection, owners, parse({"fields": paths}))).data)


def _paths(dotted: Iterable[str], root: str, *, is_asked: bool) -> Iterator[tuple[str, str]]:
    """The variables of one root, of questions or of rules, with their paths."""
    for name in dotted:
        head, _, path = written(name).partition(".")
        if head == root and (name != written(name)) is is_asked:
            yield name, path


class Lookup:
    """The function from variable to value for one actor, with the values of dotted variables given; ``now`` tells the present.
    Cheap to make: most requests never ask it."""

    __slots__ = ("_actor", "_dotted", "_now")

    def __init__(self, actor: Actor, now: Callable[[], datetime], dotted: Mapping[str, Any] = NOTHING) -> None:
        self._actor, self._now, self._dotted = actor, now, dotted

    def __call__(self, name: str) -> Any:
        """The value. Raises InvalidQuery for a variable that does not exist."""
        if name in _PLAIN:
            return _PLAIN[name](self._actor)
        if name in self._dotted:
            return self._dotted[name]
        if is_now(name):
            return moment(name, self._now())
        raise InvalidQuery(f'Unknown variable "{name}"')


def _dig(value: Any, path: list[str]) -> Any:
    """The value at a path of names; of a list, the list of its members' values."""
    for i, name in enumerate(path):
        if isinstance(value, list):
            return [_dig(part, path[i:]) for part in value]
        value = value.get(name) if isinstance(value, dict) else None
    return value
