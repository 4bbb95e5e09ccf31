"""What a fresh question would be answered, as nobody's cache knows: the other side of the proof. Must not know what was told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from rowcast.auth import Actor
from rowcast.engine.account.identify import identify
from rowcast.engine.engine import Engine
from rowcast.engine.plans import KEY, Form, Plans
from rowcast.engine.read import read
from rowcast.engine.telling.listener import Wish
from rowcast.engine.telling.views import exact_query
from rowcast.errors import RowcastError
from rowcast.query.sql import rows
from rowcast.query.tree import Leaf, Ref

MARK = "$key"
_decode = msgspec.json.Decoder(list[dict[str, Any]]).decode


@dataclass(frozen=True, slots=True)
class Sight:
    """All rows that a question holds for its asker, by key as text, in its order; ``raw`` is what the database said."""

    raw: str
    rows: dict[str, dict[str, Any]]
    keys: dict[str, Any]


def sight_of(raw: str) -> Sight:
    """The decoded answer."""
    found: dict[str, dict[str, Any]] = {}
    keys: dict[str, Any] = {}
    for row in _decode(raw):
        if MARK not in row:
            break
        key = row.pop(MARK)
        found[str(key)], keys[str(key)] = row, key
    return Sight(raw, found, keys)


class Fresh:
    """A second engine on the same store that hears of nothing and is made anew whenever rights may have changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._plans = engine, Plans()
        self.forget()

    def forget(self) -> None:
        """Know nothing about anybody."""
        with _unheard(self._engine):
            self.engine = Engine(self._engine.store, self._engine.settings)
        self.engine.plans = self._plans

    async def actor(self, token: str | None, ip: str | None = None) -> Actor | None:
        """Who asks with that token from there; None if it is good for nothing."""
        try:
            actor = await identify(self.engine, token, ip=ip, user_agent=None, origin=None)
        except RowcastError:
            return None
        return replace(actor, known=None)  # the other engine counts otherwise

    def look_again(self) -> None:
        """Know no values of anybody."""
        self.engine.user_values._known.clear()

    async def statement(self, actor: Actor, wish: Wish) -> tuple[str, tuple[Any, ...], bool] | None:
        """The statement that reads the rows of the wish with their keys, in the default mode without its window, and whether other
        rows decide about its arguments; None if it is refused."""
        engine, schema = self.engine, self.engine.schema
        try:
            rights = await engine.rights(actor)
            query = exact_query(rights, wish) if wish.is_exact else wish.query
            form: Form = "list" if wish.item is None else "one"
            plan = engine.plans.read(rights, wish.collection, form, query, (100, None, 10))
            known = await engine.variables(actor, plan.variables)
        except RowcastError:
            return None
        key = Ref(schema.collections[wish.collection].key)
        select = plan.select
        if not (query.aggregate or query.group):
            select = replace(select, nodes=(Leaf(MARK, key), *select.nodes))
        if not wish.is_exact:
            select = replace(select, limit=None, offset=0)
        bound = engine.plans.statement(rows, select, schema)
        return bound.text, bound.args(lambda name: wish.item if name == KEY else known(name)), bool(plan.variables)

    async def answer(self, actor: Actor, wish: Wish) -> Any:
        """What the question is answered with its window, decoded; None if it is refused."""
        try:
            found = await read(self.engine, actor, wish.collection, wish.query)
        except RowcastError:
            return None
        return msgspec.json.decode(found.data)

    async def counts(self, actor: Actor, wish: Wish) -> Any:
        """The counts that the question is answered with; None if it is refused."""
        try:
            found = await read(self.engine, actor, wish.collection, wish.query)
        except RowcastError:
            return None
        return None if found.meta is None else msgspec.json.decode(found.meta)


@contextmanager
def _unheard(engine: Engine) -> Iterator[None]:
    """An engine that is made here does not take the store's news away from the real one."""
    store = engine.store
    heard = store.on_commit, store.on_schema
    yield
    store.on_commit, store.on_schema = heard
