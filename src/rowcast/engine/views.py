"""From what a subscriber asks for to the view that it is shown. Must not know who else sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.listener import Wish
from rowcast.engine.plans import KEY, Plan
from rowcast.errors import Forbidden, InvalidPayload, InvalidQuery
from rowcast.live import View
from rowcast.live.view import Count
from rowcast.policy import Rights
from rowcast.policy.rights import field_refusal, refusal
from rowcast.query.parse import Query
from rowcast.query.settle import settle
from rowcast.schema import Schema

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

UNSEEN = frozenset({"directus_migrations", "directus_sessions"})
UNSUPPORTED = frozenset({"directus_extensions"})
_ROOTS = {"$CURRENT_USER": "directus_users", "$CURRENT_ROLE": "directus_roles"}
Variables = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A view, the statement that reads its rows now with ``args``, and the collections that its variables depend on."""

    view: View
    text: str
    args: tuple[Any, ...]
    primary: str
    depends: frozenset[str]


async def prepare(engine: Engine, actor: Actor, wish: Wish) -> Prepared:
    """The view of a wish for that actor, by the rights that hold now. Raises Forbidden, InvalidQuery, InvalidPayload."""
    if wish.collection in UNSEEN:
        raise Forbidden(refusal(wish.collection))
    if wish.collection in UNSUPPORTED:
        raise InvalidPayload(f'"{wish.collection}" is currently not supported.')
    rights = engine.rights_now(actor) or await engine.rights(actor)
    s = engine.settings
    limits = (s.query_limit_default, s.query_limit_max, s.max_relational_depth)
    query = exact_query(rights, wish) if wish.is_exact else wish.query
    plan = engine.plans.read(rights, wish.collection, "list" if wish.item is None else "one", query, limits)
    known = await engine.variables(actor, plan.variables)

    def value(name: str) -> Any:
        return wish.item if name == KEY else known(name)

    primary = engine.schema.collections[wish.collection].primary
    depends = frozenset(c for name in plan.variables for c in led_through(engine.schema, name))
    return Prepared(_view(plan, wish, value), plan.data.text, plan.data.args(value), primary, depends)


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


def _view(plan: Plan, wish: Wish, value: Variables) -> View:
    query, select = wish.query, plan.select
    if wish.item is not None:
        select = replace(select, limit=None, offset=0)
    elif not wish.is_exact and (query.limit is None or query.limit < 0):
        select = replace(select, limit=None)
    if not query.sort and not (wish.is_exact and (select.limit is not None or select.offset)):
        select = replace(select, order=())
    return View(settle(select, value), wish.item is not None, tuple(_counts(plan, value)), wish.is_exact)


def _counts(plan: Plan, value: Variables) -> Iterator[Count]:
    for name, bound in (("total_count", plan.total), ("filter_count", plan.filtered)):
        if bound is not None:
            yield name, (bound.text, bound.args(value))


def led_through(schema: Schema, variable: str) -> Iterator[str]:
    """The collections that ``$CURRENT_USER.team.name`` leads through, after the user's own."""
    root, *names = variable.split(".")
    collection = _ROOTS.get(root)
    for name in names[:-1]:
        link = schema.link(collection, name) if collection is not None else None
        collection = link.target if link is not None else None
        if collection is not None:
            yield collection
