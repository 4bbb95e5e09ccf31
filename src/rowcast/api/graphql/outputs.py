"""The types of what is shown: a collection's rows, their aggregates and events. Each field carries what it asks of the engine; must
not know how that is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
)

from rowcast.api.graphql.inputs import Inputs
from rowcast.api.graphql.operators import functions_of
from rowcast.api.graphql.scalars import JSON, BigInt, type_of
from rowcast.api.graphql.sight import Sight
from rowcast.query.operators import NUMBERS
from rowcast.schema import Collection, Field, Link

Fields = dict[str, GraphQLField]
ASKS = "asks"
"""Where a field keeps what it asks for (``extensions``)."""
EVENTS = GraphQLEnumType("EventEnum", {kind: kind for kind in ("create", "update", "delete")})


@dataclass(frozen=True, slots=True)
class Column:
    """The value of a field; ``as_text``: as text."""

    name: str
    as_text: bool = False


@dataclass(frozen=True, slots=True)
class Calls:
    """An object of functions of a field."""

    name: str


@dataclass(frozen=True, slots=True)
class Follow:
    """The rows behind a relation."""

    name: str


@dataclass(frozen=True, slots=True)
class FollowAny:
    """The row behind a relation to several collections, whose types have their names."""

    name: str


def asking(kind: Any, asks: Any, note: str | None = None, **arguments: Any) -> GraphQLField:
    """A field that asks for something."""
    return GraphQLField(kind, description=note, extensions={ASKS: asks}, **arguments)


class Outputs:
    """The types of one schema; each is made once."""

    def __init__(self, sight: Sight, inputs: Inputs) -> None:
        self._sight, self._inputs = sight, inputs
        self.row: Callable[[str], GraphQLObjectType] = cache(self._row)
        self.version: Callable[[str], GraphQLObjectType] = cache(self._version)

    def _row(self, collection: str) -> GraphQLObjectType:
        return GraphQLObjectType(collection, partial(self._members, collection))

    def _members(self, collection: str) -> Fields:
        found: Fields = {}
        for field in self._sight.fields(collection):
            found[field.name] = self._member(field)
        for field in self._sight.fields(collection):
            functions, name = functions_of(field), f"{field.name}_func"
            if functions is not None and name not in self._sight.schema.collections[collection].fields:
                found[name] = asking(functions[0], Calls(field.name))
        return found

    def _member(self, field: Field) -> GraphQLField:
        note = (field.meta or {}).get("note")
        link = self._sight.link(field)
        if link is None:
            return self._column(field, note)
        if link.kind == "a2o" or link.target is None:
            return asking(self._union(field, link), FollowAny(field.name), note)
        row: Any = self.row(link.target)
        arguments = self._inputs.arguments(link.target)
        return asking(GraphQLList(row) if link.kind == "o2m" else row, Follow(field.name), note, args=arguments)

    def _union(self, field: Field, link: Link) -> GraphQLUnionType:
        types = [self.row(target) for target in self._sight.allowed(link)]
        return GraphQLUnionType(f"{field.collection}_{field.name}_union", types)

    def _column(self, field: Field, note: str | None) -> GraphQLField:
        is_key = field.name == self._sight.schema.collections[field.collection].primary
        shown: Any = GraphQLID if is_key else type_of(field)
        kind = shown
        is_sure = is_key and field.collection != "directus_permissions"
        if is_sure or not (self._sight.is_given(field) or self._sight.rights.mask(field.collection, field.name)):
            kind = GraphQLNonNull(kind)
        return asking(kind, Column(field.name, shown in (GraphQLID, BigInt)), note)

    def _version(self, collection: str) -> GraphQLObjectType:
        """The row as a content version has it: relations are what was written."""
        fields = self._sight.fields(collection)
        columns = {f.name: asking(type_of(f), Column(f.name)) for f in fields if not f.is_alias}
        return GraphQLObjectType(f"version_{collection}", columns)

    # ---- numbers about rows -------------------------------------------------------------------------------------------

    def aggregated(self, collection: str) -> GraphQLObjectType:
        """Groups of rows and numbers about them."""
        every = [field for field in self._sight.fields(collection) if not field.is_alias]
        numbers = [field for field in every if field.type in NUMBERS and not field.concealed]
        found: Fields = {"group": GraphQLField(JSON), "countAll": GraphQLField(GraphQLInt)}
        if every:
            counts = _object(f"{collection}_aggregated_count", every, GraphQLInt)
            found |= {name: GraphQLField(counts) for name in ("count", "countDistinct")}
        if numbers:
            values = _object(f"{collection}_aggregated_fields", numbers, GraphQLFloat)
            names = ("avg", "sum", "avgDistinct", "sumDistinct", "min", "max")
            found |= {name: GraphQLField(values) for name in names}
        return GraphQLObjectType(f"{collection}_aggregated", found)

    def mutated(self, collection: Collection) -> GraphQLObjectType:
        """What is told of a change of one row."""
        members = {
            "key": GraphQLField(GraphQLNonNull(GraphQLID)),
            "event": GraphQLField(EVENTS),
            "data": GraphQLField(self.row(collection.name)),
        }
        return GraphQLObjectType(f"{collection.name}_mutated", members)


def _object(name: str, fields: list[Field], kind: Any) -> GraphQLObjectType:
    return GraphQLObjectType(name, {field.name: GraphQLField(kind) for field in fields})
