"""From what a subscriber asks for to the view that it is shown. Must not know who else sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.builtin import built_in
from rowcast.engine.plans import KEY, Plan
from rowcast.engine.stems import PASSING
from rowcast.engine.telling.listener import Wish
from rowcast.errors import Forbidden, InvalidPayload, InvalidQuery, RowcastError
from rowcast.feed import Change
from rowcast.live import View
from rowcast.live.view import Count
from rowcast.policy import Rights
from rowcast.policy.rights import field_refusal, refusal
from rowcast.query.parse import Query
from rowcast.query.settle import settle
from rowcast.query.tree import Select
from rowcast.query.variables import is_now

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

UNSEEN = frozenset({"directus_migrations", "directus_sessions"})
UNSUPPORTED = frozenset({"directus_extensions"})
Variables = Callable[[str], Any]
Heed = Callable[[frozenset[str]], None]
"""Is told what a view depends on before the values of its variables are read: what changes them from then on is not missed."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A view, the statement that reads its rows now with ``args``, and the collections that its variables depend on."""

    view: View
    text: str
    args: tuple[Any, ...]
    primary: str
    depends: frozenset[str]


class Preparing:
    """Prepares wishes while nothing changes. What depends on rights alone, and on no value of the one who asks, is prepared
    once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[tuple[Rights, Wish], Prepared] = {}
        self._plans: dict[tuple[Rights, Wish], Plan | RowcastError] = {}

    async def prepare(self, actor: Actor, wish: Wish, heed: Heed) -> Prepared:
        """The view of a wish for that actor, by the rights that hold now. Raises Forbidden, InvalidQuery, InvalidPayload."""
        if wish.collection in UNSEEN:
            raise Forbidden(refusal(wish.collection))
        if wish.collection in UNSUPPORTED:
            raise InvalidPayload(f'"{wish.collection}" is currently not supported.')
        rights = self._engine.rights_now(actor) or await self._engine.rights(actor)
        found = self._known.get((rights, wish))
        if found is not None:
            heed(found.depends)
            return found
        return await self._prepare(rights, actor, wish, heed)

    async def _prepare(self, rights: Rights, actor: Actor, wish: Wish, heed: Heed) -> Prepared:
        engine, plan = self._engine, self._plan(rights, wish)
        depends = engine.stems.of(rights, plan.variables)
        heed(depends)
        known = engine.variables_now(actor, plan.variables) or await engine.variables(actor, plan.variables)
        asked: set[str] = set()

        def value(name: str) -> Any:
            if name == KEY:
                return wish.item
            if not is_now(name):
                asked.add(name)
            return known(name)

        primary = rights.schema.collections[wish.collection].primary
        view = _view(plan, wish, value, lambda select: built_in(actor, rights, select))
        prepared = Prepared(view, plan.data.text, plan.data.args(value), primary, depends)
        if not asked and not view.form.moves_with_time:
            self._known[rights, wish] = prepared
        return prepared

    def _plan(self, rights: Rights, wish: Wish) -> Plan:
        """What the wish asks for by these rights; a refusal is the same for all who have them."""
        found = self._plans.get((rights, wish))
        if found is None:
            try:
                found = _plan(self._engine, rights, wish)
            except RowcastError as error:
                found = error
            self._plans[rights, wish] = found
        if isinstance(found, RowcastError):
            raise found
        return found


def _plan(engine: Engine, rights: Rights, wish: Wish) -> Plan:
    s = engine.settings
    limits = (s.query_limit_default, s.query_limit_max, s.max_relational_depth)
    query = exact_query(rights, wish) if wish.is_exact else wish.query
    return engine.plans.read(rights, wish.collection, "list" if wish.item is None else "one", query, limits)


async def prepare(engine: Engine, actor: Actor, wish: Wish, heed: Heed) -> Prepared:
    """See ``Preparing.prepare``."""
    return await Preparing(engine).prepare(actor, wish, heed)


def count_of(question: object) -> tuple[str, tuple[Any, ...]]:
    """The statement and arguments of a view's count."""
    assert isinstance(question, tuple)
    return question[0], question[1]


def exact_query(rights: Rights, wish: Wish) -> Query:
    """The question of an exact subscription: its rows have their keys, by which they are held, and without a limit it is about all.
    Raises Forbidden if the keys may not be read, InvalidQuery if another member has their name."""
    query = wish.query
    if query.limit is None:
        query = replace(query, limit=-1)
    if query.aggregate or query.group:
        return query
    rights.require(wish.collection, "read")
    primary, readable = rights.schema.collections[wish.collection].primary, rights.visible(wish.collection)
    if (readable is not None and primary not in readable) or rights.mask(wish.collection, primary) is not None:
        raise Forbidden(field_refusal(wish.collection, primary))
    if primary in query.alias:
        raise InvalidQuery(f'A set is held by the values of "{primary}", which no alias may hide')
    is_shown = "*" in query.fields or primary in query.fields or any(path.startswith("*.") for path in query.fields)
    return query if is_shown else replace(query, fields=(primary, *query.fields))


def _view(plan: Plan, wish: Wish, value: Variables, more: Callable[[Select], bytes]) -> View:
    query, select = wish.query, plan.select
    if wish.item is not None:
        select = replace(select, limit=None, offset=0)
    elif not wish.is_exact and (query.limit is None or query.limit < 0):
        select = replace(select, limit=None)
    if not query.sort and not (wish.is_exact and (select.limit is not None or select.offset)):
        select = replace(select, order=())
    select, single = settle(select, value), wish.item is not None
    behind = b"" if single or wish.is_exact else more(select)
    return View(select, single, tuple(_counts(plan, value)), wish.is_exact, behind)


def _counts(plan: Plan, value: Variables) -> Iterator[Count]:
    for name, bound in (("total_count", plan.total), ("filter_count", plan.filtered)):
        if bound is not None:
            yield name, (bound.text, bound.args(value))


def is_decisive(change: Change) -> bool:
    """Whether a user has changed, or gone, in something that matters for rights."""
    if change.collection != "directus_users" or change.before is None:
        return False
    if change.after is None:
        return True
    before, after = change.before.values, change.after.values
    return any(name not in PASSING for name in after if before.get(name) != after[name])
