"""The input types: filters, payloads and the arguments of lists. Knows types; must not know what is done with the values.

What is read from a filter is already in the form of the query room: ``date_func: {year: …}`` is read as ``year(date)``, and
``item__quote`` as ``item:quote``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Literal

from graphql import (
    GraphQLArgument,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
)

from rowcast.api.graphql.operators import functions_of, operators_of
from rowcast.api.graphql.scalars import JSON, Texts, type_of
from rowcast.api.graphql.sight import Sight
from rowcast.schema import Field, Link

Write = Literal["create", "update"]
Fields = dict[str, GraphQLInputField]


class Inputs:
    """The input types of one schema; each is made once."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self.filter: Callable[[str], GraphQLInputObjectType] = cache(self._filter)
        self._quantified: Callable[[str], GraphQLInputObjectType] = cache(self._quantifier)
        self.payload: Callable[[str, Write], GraphQLInputObjectType] = cache(self._payload)

    def arguments(self, collection: str) -> dict[str, GraphQLArgument]:
        """The arguments of a list of that collection."""
        return {
            "filter": GraphQLArgument(self.filter(collection)),
            "sort": GraphQLArgument(Texts),
            "limit": GraphQLArgument(GraphQLInt),
            "offset": GraphQLArgument(GraphQLInt),
            "page": GraphQLArgument(GraphQLInt),
            "search": GraphQLArgument(GraphQLString),
        }

    # ---- filters ------------------------------------------------------------------------------------------------------

    def _filter(self, collection: str) -> GraphQLInputObjectType:
        return self._condition(f"{collection}_filter", collection, quantified=False)

    def _quantifier(self, collection: str) -> GraphQLInputObjectType:
        return self._condition(f"{collection}_quantifier_filter", collection, quantified=True)

    def _condition(self, name: str, collection: str, *, quantified: bool) -> GraphQLInputObjectType:
        calls = {f"{f.name}_func": f.name for f in self._sight.fields(collection)}
        return GraphQLInputObjectType(
            name, partial(self._conditions, collection, quantified), out_type=partial(_read_calls, calls)
        )

    def _conditions(self, collection: str, quantified: bool) -> Fields:
        found: Fields = {}
        for field in self._sight.fields(collection):
            found.update(self._conditions_of(field))
        below = self.filter(collection)
        for word in ("_and", "_or"):
            found[word] = GraphQLInputField(GraphQLList(below))
        if quantified:
            found |= {"_some": GraphQLInputField(below), "_none": GraphQLInputField(below)}
        return found

    def _conditions_of(self, field: Field) -> Fields:
        link = self._sight.link(field)
        if link is not None and link.kind == "a2o":
            return {
                f"{field.name}__{target}": GraphQLInputField(self.filter(target), out_name=f"{field.name}:{target}")
                for target in self._sight.allowed(link)
            }
        found = {field.name: GraphQLInputField(self._compared(field, link))}
        functions = functions_of(field)
        if (
            functions is not None
            and f"{field.name}_func" not in self._sight.schema.collections[field.collection].fields
        ):
            found[f"{field.name}_func"] = GraphQLInputField(functions[1])
        return found

    def _compared(self, field: Field, link: Link | None) -> GraphQLInputObjectType:
        if link is None or link.target is None:
            return operators_of(field)
        return self._quantified(link.target) if link.kind == "o2m" else self.filter(link.target)

    # ---- payloads -----------------------------------------------------------------------------------------------------

    def _payload(self, collection: str, action: Write) -> GraphQLInputObjectType:
        return GraphQLInputObjectType(f"{action}_{collection}_input", partial(self._members, collection, action))

    def _members(self, collection: str, action: Write) -> Fields:
        fields = self._sight.fields(collection, action)
        return {field.name: GraphQLInputField(self._member(field, action)) for field in fields}

    def _member(self, field: Field, action: Write) -> GraphQLInputType:
        kind = self._written(field, action)
        is_needed = (
            action == "create" and not self._sight.is_given(field) and not isinstance(kind, GraphQLInputObjectType)
        )
        return GraphQLNonNull(kind) if is_needed else kind

    def _written(self, field: Field, action: Write) -> Any:
        found = self._sight.schema.link(field.collection, field.name)
        if field.name == self._sight.schema.collections[field.collection].primary:
            return GraphQLID
        if found is None:
            return type_of(field)
        link = self._sight.link(field, action)
        if found.kind == "a2o":
            return JSON
        if link is None or link.target is None:
            return JSON if field.is_alias else type_of(field)
        below = self.payload(link.target, action)
        return GraphQLList(below) if link.kind == "o2m" else below


def _read_calls(calls: Mapping[str, str], value: Mapping[str, Any]) -> dict[str, Any]:
    """A filter with its functions as calls."""
    read: dict[str, Any] = {}
    for name, condition in value.items():
        if name in calls and isinstance(condition, Mapping):
            read |= {f"{function}({calls[name]})": inner for function, inner in condition.items()}
        else:
            read[name] = condition
    return read
