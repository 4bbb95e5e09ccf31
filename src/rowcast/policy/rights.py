"""The rights of one class of actors: every rule of its policies, compiled against one schema.

Equal policies give equal rights, whoever the user is: what depends on the user stays a variable in the conditions. Must not
know how permission rows are stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from rowcast.errors import Forbidden, RequestError
from rowcast.query import resolve
from rowcast.query.tree import All, Always, Condition, Some
from rowcast.schema import Schema

Action = Literal["create", "read", "update", "delete", "share"]
NOTHING: frozenset[str] = frozenset()
NO_FIELD = frozenset({""})


@dataclass(frozen=True)
class Rule:
    """One permission: the rows it is about, the fields it grants (None: all), what a payload must satisfy and is completed with."""

    condition: Condition
    fields: frozenset[str] | None
    validation: Mapping[str, Any] | None = field(default=None, hash=False)
    presets: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def grants(self, name: str) -> bool:
        """Whether the rule is about that field."""
        return self.fields is None or name in self.fields


class Rights:
    """What one class of actors may do.

    ``key`` identifies the class: actors of equal key and schema share plans and views. ``admin`` bypasses every rule.
    """

    def __init__(self, schema: Schema, rows: Iterable[Mapping[str, Any]], *, key: object, admin: bool = False) -> None:
        self.key, self.schema, self.admin = key, schema, admin
        self._rows: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        self._rules: dict[tuple[str, str], tuple[Rule, ...]] = {}
        self._masks: dict[tuple[str, str], Condition | None] = {}
        self._fields: dict[tuple[str, str], frozenset[str] | None] = {}
        for row in rows:
            self._rows.setdefault((row["collection"], row["action"]), []).append(row)

    def rules(self, collection: str, action: Action) -> tuple[Rule, ...]:
        """The rules for that action, compiled when first asked for. Empty: no right (administrators are not asked)."""
        found = self._rules.get((collection, action))
        if found is None:
            rows = self._rows.get((collection, action), ()) if collection in self.schema.collections else ()
            found = self._rules[collection, action] = tuple(_compile(self.schema, collection, row) for row in rows)
        return found

    def granted(self, collection: str, action: Action) -> Sequence[Mapping[str, Any]]:
        """The rows of the rules for that action, as they were written."""
        return self._rows.get((collection, action), ())

    def allows(self, collection: str, action: Action) -> bool:
        """Whether there is any right to do that, for some rows."""
        return (self.admin and collection in self.schema.collections) or bool(self.rules(collection, action))

    def require(self, collection: str, action: Action) -> None:
        """Raise Forbidden with the wire's sentence unless the action is allowed for some rows."""
        if not self.allows(collection, action):
            raise Forbidden(refusal(collection))

    def fields(self, collection: str, action: Action) -> frozenset[str] | None:
        """The fields that the rules grant between them; None: all; empty: no right."""
        if self.admin:
            return None if collection in self.schema.collections else NOTHING
        key = (collection, action)
        if key not in self._fields:
            self._fields[key] = _union(self.rules(collection, action))
        return self._fields[key]

    def visible(self, collection: str) -> frozenset[str] | None:
        """The readable fields of a collection, as ``query.resolve`` asks for them: an empty set is no right at all. A right to rows
        without a field (they may be counted) is told by a name that no field has."""
        found = self.fields(collection, "read")
        return NO_FIELD if found is NOTHING and self.allows(collection, "read") else found

    def rows(self, collection: str, action: Action) -> Condition:
        """The rows that the action may touch."""
        if self.admin:
            return Always(True)
        return any_of(rule.condition for rule in self.rules(collection, action))

    def mask(self, collection: str, name: str) -> Condition | None:
        """On which of the readable rows the field may be read; None: on all of them."""
        if self.admin:
            return None
        key = (collection, name)
        if key not in self._masks:
            rules = self.rules(collection, "read")
            granting = [rule.condition for rule in rules if rule.grants(name)]
            whole = any_of(granting)
            self._masks[key] = None if len(granting) == len(rules) or whole == Always(True) else whole
        return self._masks[key]

    @cached_property
    def variables(self) -> frozenset[str]:
        """Every variable with a path that a rule or preset mentions (``$CURRENT_USER.location``): what must be known of the
        actor's own row and role."""
        rows = (row for rows in self._rows.values() for row in rows)
        names = mentioned(row.get(part) for row in rows for part in ("permissions", "validation", "presets"))
        return frozenset(name for name in names if "." in name)


def mentioned(values: Iterable[Any]) -> frozenset[str]:
    """Every variable about the actor that stands somewhere in these JSON values."""
    found: set[str] = set()
    for value in values:
        _collect(value, found)
    return frozenset(found)


def refusal(collection: str, path: str | None = None) -> str:
    """The sentence that refuses a collection without telling whether it exists."""
    where = f'"{path}"' if path else "root"
    return f'You don\'t have permission to access collection "{collection}" or it does not exist. Queried in {where}.'


def field_refusal(collection: str, name: str, path: str | None = None) -> str:
    """The sentence that refuses a field without telling whether it exists."""
    where = f'"{path}"' if path else "root"
    what = f'field "{name}" in collection "{collection}"'
    return f"You don't have permission to access {what} or it does not exist. Queried in {where}."


def any_of(conditions: Iterable[Condition]) -> Condition:
    """The union of row rules: nothing if there is none, everything if one is unconditional."""
    distinct = tuple(dict.fromkeys(conditions))
    if not distinct:
        return Always(False)
    if any(is_true(part) for part in distinct):
        return Always(True)
    return distinct[0] if len(distinct) == 1 else Some(distinct)


def both(left: Condition, right: Condition) -> Condition:
    """The conjunction of two conditions, without needless nesting."""
    if is_true(left):
        return right
    if is_true(right):
        return left
    return All((left, right))


def is_true(part: Condition) -> bool:
    """Whether the condition holds for every row, whatever its values."""
    return part == Always(True) or (isinstance(part, All) and all(map(is_true, part.parts)))


def _compile(schema: Schema, collection: str, row: Mapping[str, Any]) -> Rule:
    names = row.get("fields")
    fields = None if names and "*" in names else frozenset(names or ())
    return Rule(
        _rule_condition(schema, collection, row.get("permissions")),
        fields,
        row.get("validation") or None,
        row.get("presets") or {},
    )


def _rule_condition(schema: Schema, collection: str, rule: Any) -> Condition:
    if not rule:
        return Always(True)
    try:
        return resolve.condition(schema, collection, rule)
    except RequestError:
        return Always(False)  # a rule that the schema has left behind (a dropped field) must not open anything


def _union(rules: tuple[Rule, ...]) -> frozenset[str] | None:
    if any(rule.fields is None for rule in rules):
        return None
    return NOTHING.union(*(rule.fields or NOTHING for rule in rules)) or NOTHING


def _collect(value: Any, found: set[str]) -> None:
    if isinstance(value, str) and value.startswith("$CURRENT_"):
        found.add(value)
    elif isinstance(value, Mapping):
        for part in value.values():
            _collect(part, found)
    elif isinstance(value, list | tuple):
        for part in value:
            _collect(part, found)
