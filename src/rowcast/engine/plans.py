"""Plans: a question, checked, narrowed and written as SQL once, to be run many times with other values. Must not run anything.

Two caches: questions that were asked before, value for value; and, behind it, the texts of their *forms*, so that a question
which differs from an earlier one in nothing but its constants is not written again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from rowcast.errors import Forbidden
from rowcast.feed import Image
from rowcast.live.encode import Encoder, encoder
from rowcast.policy import Rights, narrow
from rowcast.policy.rights import both, field_refusal
from rowcast.query.form import lift
from rowcast.query.match import Predicate, predicate
from rowcast.query.parse import Query
from rowcast.query.resolve import resolve
from rowcast.query.settle import is_settled
from rowcast.query.sql import Statement, bind, count, rows
from rowcast.query.tree import Always, Inner, Leaf, Node, Ref, Select, Test, Variable
from rowcast.schema import Schema

Form = Literal["list", "one", "keys"]
Limits = tuple[int, int | None, int]
Values = Callable[[str], Any]
Write = Callable[[Select, Schema], Statement]
KEY, KEYS = "$KEY", "$KEYS"


@dataclass(frozen=True, slots=True)
class Bound:
    """A statement with the constants of one question."""

    statement: Statement
    consts: tuple[Any, ...]

    @property
    def text(self) -> str:
        """The SQL text."""
        return self.statement.text

    def args(self, variables: Values) -> tuple[Any, ...]:
        """The positional arguments."""
        return bind(self.statement, variables, self.consts)


@dataclass(frozen=True, slots=True)
class Cut:
    """How an item is written from its row in the change log. ``decide`` says whether it may be shown; None: it may."""

    encode: Encoder
    decide: Predicate | None

    def shows(self, image: Image, variables: Values) -> bool:
        """Whether the item is shown to whom the variables belong."""
        return self.decide is None or self.decide(image.values, variables) is True


@dataclass(frozen=True, slots=True)
class Plan:
    """How one question is answered: ``data`` gives the rows, the counts give ``meta``; ``variables`` are those with a path
    (``$CURRENT_USER.team``), whose values must be known to run it. ``cut`` (form "one") writes an item from its row in the log."""

    select: Select
    data: Bound
    total: Bound | None
    filtered: Bound | None
    variables: frozenset[str]
    cut: Cut | None = None


class Plans:
    """Plans by (rights, collection, form, question). Rights carry their schema, so a new schema or rule makes new plans; old
    ones are dropped with the schema or when there are more than ``size``."""

    def __init__(self, size: int = 4096) -> None:
        self._size = size
        self._plans: dict[Any, Plan] = {}
        self._texts: dict[Any, Statement] = {}
        self.written = 0

    def clear(self, _schema: Schema) -> None:
        """Forget everything."""
        self._plans.clear()
        self._texts.clear()

    def read(self, rights: Rights, collection: str, form: Form, query: Query, limits: Limits) -> Plan:
        """The plan of a read. Form "one" reads the item whose key is the variable ``$KEY``, "keys" those of ``$KEYS``.
        Raises Forbidden and InvalidQuery."""
        key = (rights, collection, form, query)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._make(rights, collection, form, query, limits)
            if len(self._plans) >= self._size:
                self._plans.clear()
            self._plans[key] = plan
        return plan

    def statement(self, write: Write, select: Select, schema: Schema) -> Bound:
        """``select`` as ``write`` puts it; written anew only if no question of the same form was. ``written`` counts that."""
        form, consts = lift(select)
        key = (write, schema.version, form)
        found = self._texts.get(key)
        if found is None:
            if len(self._texts) >= self._size:
                self._texts.clear()
            found = self._texts[key] = write(form, schema)
            self.written += 1
        return Bound(found, consts)

    def _make(self, rights: Rights, collection: str, form: Form, query: Query, limits: Limits) -> Plan:
        """Check, narrow and write one question."""
        rights.require(collection, "read")
        schema = rights.schema
        select = resolve(schema, collection, query, None if rights.admin else rights.visible, limits)
        cut = _cut(narrow(select, rights), rights) if form == "one" else None
        if form != "list":
            select = _by_key(select, rights, form)
        narrowed = narrow(select, rights)
        data = self.statement(rows, narrowed, schema)
        everything = replace(narrowed, where=rights.rows(collection, "read"))
        total = self.statement(count, everything, schema) if "total_count" in query.meta else None
        filtered = self.statement(count, narrowed, schema) if "filter_count" in query.meta else None
        return Plan(narrowed, data, total, filtered, _variables(data, total, filtered), cut)


def _cut(narrowed: Select, rights: Rights) -> Cut | None:
    """None where the database has to be asked: for what other rows, a function, a hidden value or the time of day decide."""
    primary = rights.schema.collections[narrowed.collection].primary
    if rights.mask(narrowed.collection, primary) is not None:  # a hidden key finds no row
        return None
    if narrowed.aggregates or narrowed.groups or any(_is_masked(node) for node in narrowed.nodes):
        return None
    encode, decide = encoder(narrowed.nodes), predicate(narrowed.where) if is_settled(narrowed.where) else None
    if encode is None or decide is None:
        return None
    return Cut(encode, None if narrowed.where == Always(True) else decide)


def _is_masked(node: Node) -> bool:
    if isinstance(node, Inner):
        return any(map(_is_masked, node.nodes))
    return isinstance(node, Leaf) and node.ref.mask is not None


def _by_key(select: Select, rights: Rights, form: Form) -> Select:
    collection = rights.schema.collections[select.collection]
    readable = rights.visible(collection.name)
    if readable is not None and collection.primary not in readable:
        raise Forbidden(field_refusal(collection.name, collection.primary))
    one, kind = form == "one", collection.key.type
    value = Variable(KEY, kind) if one else Variable(KEYS, kind, many=True)
    test = Test(Ref(collection.key), "eq" if one else "in", value)
    return replace(select, where=both(test, select.where), limit=1 if one else None, offset=0)


def _variables(*parts: Bound | None) -> frozenset[str]:
    binds = (bind for part in parts if part is not None for bind in part.statement.binds)
    return frozenset(b.name for b in binds if isinstance(b, Variable) and "." in b.name)
