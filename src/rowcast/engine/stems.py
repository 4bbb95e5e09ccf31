"""What the value of a variable with a path (``$CURRENT_USER.team.name``) stems from: every collection whose rows decide it, besides
the asker's own row. Must not know the value.

Where a rule names the variable, those are the collections that the path leads through. Where a question does, it is worth what
its asker may read, so those count too that the rules on the way lead through, and what their own variables stem from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rowcast.engine.internal import LIMITS
from rowcast.errors import RequestError
from rowcast.policy import Rights
from rowcast.query.parse import parse
from rowcast.query.reach import columns_of, own_columns, reaches
from rowcast.query.resolve import resolve
from rowcast.query.settle import is_settled
from rowcast.query.tree import Select
from rowcast.query.variables import written
from rowcast.schema import Schema

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

ROOTS = {
    "$CURRENT_USER": "directus_users",
    "$CURRENT_ROLE": "directus_roles",
    "$CURRENT_ROLES": "directus_roles",
    "$CURRENT_POLICIES": "directus_policies",
}
PASSING = frozenset(
    {"last_access", "last_page", "appearance", "theme_light", "theme_dark", "language", "text_direction"}
)
"""Fields of a user that change with his visits and decide nothing, unless a rule or a question names them."""
TIME = "$NOW"
"""Stands among the collections where time alone may change the value."""
NOTHING: frozenset[str] = frozenset()
"""What nearly all questions stem from, kept once."""


class Stems:
    """Found once for each variable and class of rights."""

    def __init__(self, engine: Engine, size: int = 4096) -> None:
        self._engine, self._size = engine, size
        self._known: dict[tuple[Rights, str], frozenset[str]] = {}

    def clear(self, _schema: Schema) -> None:
        """Forget everything."""
        self._known.clear()

    def of(self, rights: Rights, names: Iterable[str]) -> frozenset[str]:
        """What these variables stem from, for whoever has these rights."""
        return NOTHING.union(*(self._of(rights, name) for name in names)) or NOTHING

    def _of(self, rights: Rights, name: str) -> frozenset[str]:
        found = self._known.get((rights, name))
        if found is None:
            if len(self._known) >= self._size:
                self._known.clear()
            found = self._known[rights, name] = frozenset(self._found(rights, name))
        return found

    def _found(self, rights: Rights, name: str) -> Iterator[str]:
        root, _, path = written(name).partition(".")
        collection = ROOTS.get(root)
        if collection is None or not path:
            return
        try:
            select, variables = self._reading(rights, collection, path, is_asked=name != written(name))
        except RequestError:  # it is worth nothing as long as rights and data model are what they are
            return
        yield from columns_of(reaches(select))
        if collection == "directus_users" and not PASSING.isdisjoint(own_columns(select)):
            yield collection
        if not is_settled(select):
            yield TIME
        for variable in variables:
            yield from self._of(rights, variable)

    def _reading(self, rights: Rights, collection: str, path: str, *, is_asked: bool) -> tuple[Select, Iterable[str]]:
        """The question that gives the value, as ``UserValues`` asks it, and the variables with a path in it."""
        query = parse({"fields": [path]})
        if not is_asked:
            return resolve(rights.schema, collection, query, None, LIMITS), ()
        s = self._engine.settings
        limits = (s.query_limit_default, s.query_limit_max, s.max_relational_depth)
        plan = self._engine.plans.read(rights, collection, "keys", query, limits)
        return plan.select, plan.variables
