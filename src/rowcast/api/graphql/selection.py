"""What a document selects, as a question: fields, arguments, fragments, directives and variables become a query with a shape. Must
not know who asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)
from graphql.execution.collect_fields import collect_sub_fields
from graphql.execution.values import get_argument_values

from rowcast.api.graphql.kept import Kept
from rowcast.api.graphql.outputs import ASKS, Calls, Column, Follow, FollowAny
from rowcast.errors import InvalidQuery
from rowcast.query.cost import Budget
from rowcast.query.parse import Query, parse
from rowcast.query.shape import Constant, Inside, Member, Plain, Related, RelatedToAny, Shape

Nodes = Sequence[FieldNode]
PARAMETERS = ("filter", "sort", "limit", "offset", "page", "search", "version")


@dataclass(frozen=True, slots=True)
class Reading:
    """How one operation is read. ``given``: the variables as they were sent; ``deepest``: relations within each other; ``budget``
    counts what is selected; ``told`` keeps what was told of the schema."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    given: Mapping[str, Any]
    deepest: int
    told: Kept[bytes]
    budget: Budget = field(default_factory=Budget, compare=False)

    def fields(self, kind: GraphQLObjectType, nodes: Nodes) -> Iterator[tuple[str, str, Nodes]]:
        """What is selected of an object: the key in the answer, the name of the field, its nodes. Raises InvalidQuery."""
        fragments, variables = dict(self.fragments), dict(self.variables)
        for key, found in collect_sub_fields(self.schema, fragments, variables, kind, list(nodes)).items():
            self.budget.take("fields")
            yield key, found[0].name.value, found

    def arguments(self, found: GraphQLField, nodes: Nodes) -> dict[str, Any]:
        """The arguments of a field. Raises InvalidQuery."""
        try:
            return dict(get_argument_values(found, nodes[0], dict(self.variables)))
        except GraphQLError as error:
            raise InvalidQuery(error.message) from None

    def question(self, kind: Any, nodes: Nodes, arguments: Mapping[str, Any]) -> Query:
        """The question for rows of that type. Raises InvalidQuery."""
        given = {name: arguments[name] for name in PARAMETERS if arguments.get(name) is not None}
        return replace(parse(given), fields=(), shape=self.shape(get_named_type(kind), nodes))

    def shape(self, kind: Any, nodes: Nodes, depth: int = 0) -> Shape:
        """What a row of that type is to look like. Raises InvalidQuery."""
        if depth > self.deepest:
            raise InvalidQuery("Max relational depth exceeded")
        return tuple(
            Constant(key, kind.name) if name == "__typename" else self._member(key, kind.fields[name], found, depth)
            for key, name, found in self.fields(kind, nodes)
        )

    def _member(self, key: str, found: GraphQLField, nodes: Nodes, depth: int) -> Member:
        asks, kind = found.extensions[ASKS], get_named_type(found.type)
        match asks:
            case Column(name, as_text):
                return Plain(key, name, as_text)
            case Calls(name):
                return Inside(key, tuple(self._calls(kind, name, nodes)))
            case Follow(name):
                return Related(key, name, self._below(kind, nodes, self.arguments(found, nodes), depth))
            case FollowAny(name):
                assert isinstance(kind, GraphQLUnionType)
                return RelatedToAny(
                    key, name, tuple((each.name, self._below(each, nodes, {}, depth)) for each in kind.types)
                )
        raise TypeError(asks)

    def _below(self, kind: Any, nodes: Nodes, arguments: Mapping[str, Any], depth: int) -> Query:
        given = {name: arguments[name] for name in PARAMETERS if arguments.get(name) is not None}
        return replace(parse(given), fields=(), shape=self.shape(kind, nodes, depth + 1))

    def _calls(self, kind: Any, name: str, nodes: Nodes) -> Iterator[Member]:
        for key, function, _ in self.fields(kind, nodes):
            yield Constant(key, kind.name) if function == "__typename" else Plain(key, f"{function}({name})")

    def pick(self, kind: Any, nodes: Nodes, value: Any) -> Any:
        """What is selected of a value that is there already: an object, a list of them, or null."""
        if isinstance(value, list | tuple):
            return [self.pick(kind, nodes, each) for each in value]
        named = get_named_type(kind)
        if not isinstance(named, GraphQLObjectType) or value is None:
            return value
        return {
            key: named.name if name == "__typename" else self.pick(named.fields[name].type, found, value.get(name))
            for key, name, found in self.fields(named, nodes)
        }
