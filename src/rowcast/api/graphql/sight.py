"""The data model as one class of callers may use it: which collections have types, and which fields they have. Must not know what a
right is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol

from rowcast.schema import Collection, Field, Link, Schema

Action = Literal["create", "read", "update", "delete", "share"]
Scope = Literal["items", "system"]

UNTYPED = frozenset(
    f"directus_{name}" for name in ("collections", "extensions", "fields", "migrations", "relations", "sessions")
)
"""System collections that are not rows like others: some have questions and verbs of their own, some nobody sees."""
READ_ONLY = frozenset({"directus_activity", "directus_revisions"})
_NAME = re.compile(r"(?!__)[_A-Za-z][_0-9A-Za-z]*")
_MADE = (
    "{}", "{}_by_id", "{}_by_version", "{}_aggregated", "{}_aggregated_count", "{}_aggregated_fields", "{}_filter",
    "{}_quantifier_filter", "{}_mutated", "version_{}", "create_{}_input", "create_{}_item", "create_{}_items", "update_{}",
    "update_{}_input", "update_{}_item", "update_{}_items", "update_{}_batch", "delete_{}_item", "delete_{}_items",
)  # fmt: skip
"""The names that a collection gives to types and to members of the root types."""
_TAKEN = re.compile(
    r"Query|Mutation|Subscription|String|Int|Float|Boolean|ID|BigInt|Date|GraphQL\w+|Hash|JSON|EventEnum|delete_one|delete_many"
    r"|(date|time|datetime|count)_functions|\w+_filter_operators|auth_mode|auth_tokens|users_me_tfa_generate_data"
)


class Rights(Protocol):
    """What is asked of the rights of a class of callers."""

    @property
    def admin(self) -> bool:
        """Whether no rule holds."""

    @property
    def schema(self) -> Schema:
        """The data model that the rights are about."""

    def fields(self, collection: str, action: Action) -> frozenset[str] | None:
        """The fields of an action; None: all; empty: no right."""

    def allows(self, collection: str, action: Action) -> bool:
        """Whether the action is allowed for some rows."""

    def mask(self, collection: str, name: str) -> Any:
        """On which rows a field may be read; None: on all."""


@dataclass(frozen=True)
class Sight:
    """See the module. Names that GraphQL does not take, or that two collections would give, are left out."""

    rights: Rights
    _fields: dict[tuple[str, Action], tuple[Field, ...]] = field(default_factory=dict)

    @property
    def schema(self) -> Schema:
        """The data model."""
        return self.rights.schema

    @cached_property
    def named(self) -> frozenset[str]:
        """The collections whose names can stand in a schema; of two that would give one name, the shorter."""
        taken: set[str] = set()
        found: set[str] = set()
        for name in sorted(
            self.schema.collections, key=lambda name: (not name.startswith("directus_"), len(name), name)
        ):
            made = {form.format(name) for form in _MADE}
            if _NAME.fullmatch(name) and not _TAKEN.fullmatch(name) and not made & taken and name not in UNTYPED:
                found.add(name)
                taken |= made
        return frozenset(found)

    def fields(self, collection: str, action: Action = "read") -> tuple[Field, ...]:
        """The fields for that action; empty: no right."""
        key = (collection, action)
        if key not in self._fields:
            self._fields[key] = tuple(self._allowed(collection, action))
        return self._fields[key]

    def _allowed(self, collection: str, action: Action) -> list[Field]:
        if collection not in self.named:
            return []
        granted = self.rights.fields(collection, action)
        found = self.schema.collections[collection].fields.values()
        return [each for each in found if (granted is None or each.name in granted) and self._is_usable(each)]

    def _is_usable(self, found: Field) -> bool:
        is_held = not found.is_alias or self.schema.link(found.collection, found.name) is not None
        return is_held and _NAME.fullmatch(found.name) is not None

    def collections(self, scope: Scope, action: Action = "read") -> list[Collection]:
        """The collections of a scope that have a field for that action."""
        every = [self.schema.collections[name] for name in sorted(self.named)]
        return [each for each in every if each.system == (scope == "system") and self.fields(each.name, action)]

    def link(self, found: Field, action: Action = "read") -> Link | None:
        """The relation behind a field, if its other side may be followed for that action."""
        link = self.schema.link(found.collection, found.name)
        if link is None or (link.kind == "a2o" and self.allowed(link, action)):
            return link
        return link if link.target is not None and self.fields(link.target, action) else None

    def allowed(self, link: Link, action: Action = "read") -> tuple[str, ...]:
        """The collections that a link to several may lead to."""
        return tuple(name for name in link.relation.allowed if self.fields(name, action))

    def is_given(self, found: Field) -> bool:
        """Whether there is a value without one being sent."""
        column = found.column
        if column is None or column.is_nullable or column.has_auto_increment or column.default_value is not None:
            return True
        return bool({"uuid", "date-created", "user-created", "role-created"}.intersection(found.special))
