"""The rules that ``app_access`` adds, as rows of ``directus_permissions``: they stand in no table, have no key, and are shown
behind the rows that do, as the reference shows them. Exact sets do not hold them. Must not know who carries the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from rowcast.auth import Actor
from rowcast.engine.read import Answer, plan_of, read
from rowcast.live.encode import appended, nothing
from rowcast.policy import Rights
from rowcast.policy.app import APP_RULES
from rowcast.query.match import predicate
from rowcast.query.parse import Query
from rowcast.query.settle import settle
from rowcast.query.tree import Select

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

RULES = "directus_permissions"
_ROWS: tuple[dict[str, Any], ...] = tuple({"policy": None, **rule, "system": True} for rule in APP_RULES)


async def listed(engine: Engine, actor: Actor, collection: str, query: Query) -> Answer:
    """As ``read``, with the built-in rules. Raises Forbidden and InvalidQuery."""
    answer = await read(engine, actor, collection, query)
    if collection != RULES or not actor.app:
        return answer
    plan = await plan_of(engine, actor, collection, "list", query)
    rules = built_in(
        actor, await engine.rights(actor), settle(plan.select, await engine.variables(actor, plan.variables))
    )
    return Answer(appended(answer.data, rules), answer.meta)


def built_in(actor: Actor, rights: Rights, select: Select) -> bytes:
    """The built-in rules that are in force for the actor and in the question (settled), as the members of a JSON array. Empty for
    who may not read all fields of rules, and where the question is not about rows, or about what only the database can say."""
    if select.collection != RULES or not actor.app or rights.visible(RULES) is not None:
        return b""
    holds = None if select.aggregates or select.groups else predicate(select.where)
    if holds is None:
        return b""
    return b",".join(msgspec.json.encode(row) for row in _ROWS if holds({"id": None, **row}, nothing) is True)
