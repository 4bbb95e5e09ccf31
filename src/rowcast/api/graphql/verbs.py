"""Members of root types that answer with a value which is there already, and of which the caller selects. Knows the form only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLString,
)

from rowcast.api.graphql.roots import ONCE, ROOT, Ask, Call, Run

Arguments = Mapping[str, Any]
Verb = Callable[[Ask, Arguments], Awaitable[Any]]
NEEDED = GraphQLNonNull(GraphQLString)


def verb(kind: GraphQLOutputType, work: Verb, **arguments: GraphQLInputType) -> GraphQLField:
    """A member whose answer is what ``work`` returns."""

    def root(call: Call) -> Run:
        async def run(ask: Ask) -> bytes:
            return call.pick(await work(ask, call.arguments))

        return run

    return GraphQLField(
        kind, {name: GraphQLArgument(each) for name, each in arguments.items()}, extensions={ROOT: root}
    )


def once(member: GraphQLField) -> GraphQLField:
    """The same member, which may stand in an operation once: nobody is to guess many times in one request."""
    member.extensions[ONCE] = True
    return member


def done(kind: GraphQLOutputType, work: Verb, **arguments: GraphQLInputType) -> GraphQLField:
    """A member that only says that it is done."""

    async def and_true(ask: Ask, given: Arguments) -> bool:
        await work(ask, given)
        return True

    return verb(kind, and_true, **arguments)


def plain(name: str, /, **members: Any) -> GraphQLObjectType:
    """An object type of plain members."""
    return GraphQLObjectType(name, {member: GraphQLField(kind) for member, kind in members.items()})
