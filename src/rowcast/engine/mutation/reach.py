"""Which rows a mutation reaches: those of a query, those that the actor's rules let it touch. Must not write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from rowcast.errors import Forbidden
from rowcast.policy import Rights, narrow, row_condition, writable
from rowcast.policy.rights import both
from rowcast.query.parse import Query
from rowcast.query.resolve import resolve
from rowcast.query.sql import Statement, bind, keys
from rowcast.query.tree import Condition, Ref, Select, Test, Variable
from rowcast.schema import Collection

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine
    from rowcast.engine.mutation.scope import Scope

Key = str | int

_KEYS, _PARENT = Variable("$KEYS"), Variable("$PARENT")


def key_list(values: Iterable[Key]) -> str:
    """Keys as one bind of the texts of ``query.sql.mutate``."""
    return msgspec.json.encode(list(values)).decode()


async def may_update(
    scope: Scope, collection: Collection, rows: Sequence[Key], names: tuple[str, ...], asked: int
) -> None:
    """Raise Forbidden unless the actor may set each of the fields ``names`` in each of ``rows``. ``asked`` is how many keys were
    given: fewer rows mean that some cannot exist."""
    if scope.rights.admin:
        return

    def condition() -> Condition:
        return writable(scope.rights, collection.name, names)

    if len(rows) < asked or not await _all_of(scope, ("update", collection.name, names), collection, rows, condition):
        fields = ", ".join(f'"{name}"' for name in names)
        what = f'the field(s) {fields} in collection "{collection.name}"'
        raise Forbidden(f'You don\'t have permissions to perform "update" for {what} or it does not exist.')


async def may_delete(scope: Scope, collection: Collection, rows: Sequence[Key], asked: int) -> None:
    """Raise Forbidden unless the actor may delete each of ``rows``."""
    if scope.rights.admin:
        return

    def condition() -> Condition:
        return row_condition(scope.rights, collection.name, "delete")

    if len(rows) < asked or not await _all_of(scope, ("delete", collection.name), collection, rows, condition):
        raise Forbidden(
            f'You don\'t have permission to perform "delete" for collection "{collection.name}" or it does not exist.'
        )


async def readable_children(scope: Scope, collection: Collection, column: str, parent: Key) -> list[Key]:
    """The keys of the rows that point to ``parent`` by ``column``, as far as the actor may see them."""

    def make() -> Statement:
        points = Test(Ref(collection.fields[column]), "eq", _PARENT)
        return keys(narrow(Select(collection.name, (), points), scope.rights), scope.schema)

    statement = scope.writing.statement((scope.rights, "children", collection.name, column), make)
    values = {_PARENT.name: parent}
    rows = await scope.tx.fetch(statement.text, bind(statement, _known(scope, values)))
    return [row[0] for row in rows]


def statement_of(engine: Engine, rights: Rights, collection: str, query: Query) -> Statement:
    """The statement that gives the keys of a query's rows, as far as the actor may read them."""
    rights.require(collection, "read")
    s = engine.settings
    limits = (s.query_limit_default, s.query_limit_max, s.max_relational_depth)
    select = resolve(rights.schema, collection, query, None if rights.admin else rights.visible, limits)
    return keys(narrow(select, rights), rights.schema)


def variables_of(statement: Statement) -> frozenset[str]:
    """The names of the variables that must be known to run the statement."""
    return frozenset(part.name for part in statement.binds if isinstance(part, Variable))


async def _all_of(
    scope: Scope, key: tuple[Any, ...], collection: Collection, rows: Sequence[Key], condition: Callable[[], Condition]
) -> bool:
    """Whether the condition holds for every one of the rows."""

    def make() -> Statement:
        among = Test(Ref(collection.key), "in", _KEYS)
        return keys(Select(collection.name, (), both(among, condition())), scope.schema)

    statement = scope.writing.statement((scope.rights, *key), make)
    found = await scope.tx.fetch(statement.text, bind(statement, _known(scope, {_KEYS.name: list(rows)})))
    return {row[0] for row in found} >= set(rows)


def _known(scope: Scope, values: dict[str, Any]) -> Callable[[str], Any]:
    return lambda name: values[name] if name in values else scope.variables(name)
