"""Plans: a question, checked, narrowed and written as SQL once, to be run many times with other values. Must not run anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from rowcast.errors import Forbidden
from rowcast.policy import Rights, narrow
from rowcast.policy.rights import both, field_refusal
from rowcast.query.parse import Query
from rowcast.query.resolve import resolve
from rowcast.query.sql import Statement, bind, count, rows
from rowcast.query.tree import Ref, Select, Test, Variable
from rowcast.schema import Schema

Form = Literal["list", "one", "keys"]
KEY, KEYS = "$KEY", "$KEYS"
Limits = tuple[int, int | None, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """How one question is answered: ``statement`` gives the data, the counts give ``meta``. ``variables`` must be known to run it;
    ``consts`` are the constants of the question in the order of the statement's slots."""

    select: Select
    statement: Statement
    total: Statement | None
    filtered: Statement | None
    variables: frozenset[str]

    def args(self, variables: Callable[[str], Any]) -> tuple[Any, ...]:
        """The positional arguments of ``statement``."""
        return bind(self.statement, variables)


class Plans:
    """Plans by (rights, collection, form, question). Rights carry their schema, so a new schema or rule makes new plans; old
    ones are dropped with the schema or when there are too many."""

    def __init__(self, size: int = 4096) -> None:
        self._size = size
        self._plans: dict[Any, Plan] = {}

    def clear(self, _schema: Schema) -> None:
        """Forget everything."""
        self._plans.clear()

    def read(self, rights: Rights, collection: str, form: Form, query: Query, limits: Limits) -> Plan:
        """The plan of a read. Form "one" reads the item whose key is the variable ``$KEY``, "keys" those of ``$KEYS``.
        Raises Forbidden and InvalidQuery."""
        key = (rights, collection, form, query)
        plan = self._plans.get(key)
        if plan is None:
            plan = make_plan(rights, collection, form, query, limits)
            if len(self._plans) >= self._size:
                self._plans.clear()
            self._plans[key] = plan
        return plan


def make_plan(rights: Rights, collection: str, form: Form, query: Query, limits: Limits) -> Plan:
    """Check, narrow and write one question."""
    rights.require(collection, "read")
    select = resolve(rights.schema, collection, query, None if rights.admin else rights.visible, limits)
    if form != "list":
        select = _by_key(select, rights, form)
    narrowed = narrow(select, rights)
    statement = rows(narrowed, rights.schema)
    total = count(_unfiltered(narrowed, rights), rights.schema) if "total_count" in query.meta else None
    filtered = count(narrowed, rights.schema) if "filter_count" in query.meta else None
    return Plan(narrowed, statement, total, filtered, _variables(statement, total, filtered))


def _by_key(select: Select, rights: Rights, form: Form) -> Select:
    collection = rights.schema.collections[select.collection]
    readable = rights.visible(collection.name)
    if readable is not None and collection.primary not in readable:
        raise Forbidden(field_refusal(collection.name, collection.primary))
    one, kind = form == "one", collection.key.type
    value = Variable(KEY, kind) if one else Variable(KEYS, kind, many=True)
    test = Test(Ref(collection.key), "eq" if one else "in", value)
    return replace(select, where=both(test, select.where), limit=1 if one else None, offset=0)


def _unfiltered(select: Select, rights: Rights) -> Select:
    where = rights.rows(select.collection, "read")
    return replace(select, where=where)


def _variables(*statements: Statement | None) -> frozenset[str]:
    names = (part.name for s in statements if s is not None for part in s.binds if isinstance(part, Variable))
    return frozenset(name for name in names if name not in (KEY, KEYS))
