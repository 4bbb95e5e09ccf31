"""How payloads of one form are written: worked out once per (schema, collection, verb, names in the payload), then only run.

A plan knows columns, casts, specials and texts; it must not know values, rights or what the database answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rowcast.engine.mutation.cast import Cast, cast_for
from rowcast.engine.mutation.special import Make, Verb, imposed, supplied
from rowcast.errors import Forbidden, InvalidPayload
from rowcast.policy.rights import field_refusal, refusal
from rowcast.query.sql import Statement, mutate
from rowcast.schema import Collection, Field, Link, Schema

LIMIT = 4096


@dataclass(frozen=True)
class WritePlan:
    """``given``: the columns that the payload sets, with their casts; ``made``: those that specials set; ``fallback``: given
    columns that a special sets when the payload says null. ``up`` and ``down`` are the relations in the payload that point
    away from the row (m2o, to any) and towards it. ``missing``: required fields that the payload lacks; ``solid``: those
    in it that must not be null."""

    verb: Verb
    collection: Collection
    given: tuple[tuple[str, Cast], ...]
    made: tuple[tuple[str, Make], ...]
    fallback: Mapping[str, Make]
    up: tuple[tuple[str, Link], ...]
    down: tuple[tuple[str, Link], ...]
    missing: tuple[str, ...]
    solid: tuple[str, ...]
    masked: frozenset[str]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that are written, in the order of the statement's first binds."""
        return tuple(name for name, _ in self.given) + tuple(name for name, _ in self.made)

    @cached_property
    def text(self) -> str:
        """The statement."""
        write = mutate.insert if self.verb == "create" else mutate.update
        return write(self.collection, self.columns, with_image=self.collection.accountability == "all")


class Writing:
    """The plans of one schema, and what is derived from it for writing."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._plans: dict[tuple[str, Verb, tuple[str, ...]], WritePlan] = {}
        self._texts: dict[tuple[Any, ...], str] = {}
        self._statements: dict[Any, Statement] = {}
        self._validations: dict[str, tuple[Mapping[str, Any], ...]] = {}

    def plan(self, collection: str, verb: Verb, names: tuple[str, ...]) -> WritePlan:
        """The plan for payloads with these names. Raises Forbidden for a field that does not exist."""
        key = (collection, verb, names)
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= LIMIT:
                self._plans.clear()
            plan = self._plans[key] = make_plan(self.schema, self.collection(collection), verb, names)
        return plan

    def collection(self, name: str) -> Collection:
        """The collection. Raises Forbidden if there is none."""
        found = self.schema.collections.get(name)
        if found is None:
            raise Forbidden(refusal(name))
        return found

    def text(self, make: Any, collection: Collection, *args: Any) -> str:
        """A text of ``query.sql.mutate``, kept."""
        key = (make, collection.name, *args)
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = make(collection, *args)
        return text

    def statement(self, key: Any, make: Callable[[], Statement]) -> Statement:
        """A statement made from a question tree, kept under ``key``."""
        found = self._statements.get(key)
        if found is None:
            if len(self._statements) >= LIMIT:
                self._statements.clear()
            found = self._statements[key] = make()
        return found

    def validations(self, collection: Collection) -> tuple[Mapping[str, Any], ...]:
        """The rules that the collection's fields set for every payload."""
        found = self._validations.get(collection.name)
        if found is None:
            rules = (f.meta.get("validation") for f in collection.fields.values() if f.meta)
            found = self._validations[collection.name] = tuple(
                rule for rule in rules if isinstance(rule, Mapping) and rule
            )
        return found


def make_plan(schema: Schema, collection: Collection, verb: Verb, names: tuple[str, ...]) -> WritePlan:
    """Sort the names of a payload by what is to be done with them."""
    given: list[Field] = []
    up: list[tuple[str, Link]] = []
    down: list[tuple[str, Link]] = []
    made = {f.name: make for f in collection.columns if (make := imposed(f, verb))}
    for name in names:
        field, link = _field(collection, name), schema.link(collection.name, name)
        if link is not None:
            (down if link.kind == "o2m" else up).append((name, link))
        if field.column is not None and name not in made:
            given.append(field)
    fallback = {f.name: make for f in collection.columns if f.name not in made and (make := supplied(f, verb))}
    made.update({name: make for name, make in fallback.items() if name not in names})
    return WritePlan(
        verb=verb,
        collection=collection,
        given=tuple((f.name, cast_for(f)) for f in given),
        made=tuple(made.items()),
        fallback={f.name: fallback[f.name] for f in given if f.name in fallback},
        up=tuple(up),
        down=tuple(down),
        missing=tuple(
            f.name
            for f in collection.columns
            if verb == "create" and f.name not in names and f.name not in made and _needed(f)
        ),
        solid=tuple(f.name for f in given if f.name not in fallback and not _may_be_null(f, verb)),
        masked=frozenset(f.name for f in given if f.concealed),
    )


def _field(collection: Collection, name: str) -> Field:
    field = collection.fields.get(name)
    if field is None:
        raise Forbidden(field_refusal(collection.name, name))
    if field.column is not None and field.column.is_generated:
        raise InvalidPayload(f'The value of field "{name}" in collection "{collection.name}" is generated')
    return field


def _needed(field: Field) -> bool:
    """Whether a new row must be given a value for the field."""
    column = field.column
    assert column is not None
    return not (column.is_nullable or column.default_value is not None or column.is_generated or _numbers_itself(field))


def _may_be_null(field: Field, verb: Verb) -> bool:
    column = field.column
    assert column is not None
    return (column.is_nullable and not column.is_primary_key) or (verb == "create" and _numbers_itself(field))


def _numbers_itself(field: Field) -> bool:
    """Whether the database gives the key of a new row."""
    column = field.column
    assert column is not None
    return column.has_auto_increment or (column.is_primary_key and "int" in column.data_type)
