"""``server_*`` and ``utils_*``: what the server is, and its helpers. Must not know how they are done."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLField,
    GraphQLFieldMap,
    GraphQLID,
    GraphQLInt,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
)

from rowcast.api.graphql.roots import Ask
from rowcast.api.graphql.scalars import JSON
from rowcast.api.graphql.sight import Sight
from rowcast.api.graphql.verbs import NEEDED, Arguments, done, plain, verb
from rowcast.api.rest.server import PROJECT, described
from rowcast.api.rest.utils import random_text
from rowcast.engine.revert import revert
from rowcast.engine.sort import sort
from rowcast.errors import Forbidden

_PROJECT = plain("server_info_project", **dict.fromkeys(PROJECT, JSON))
INFO = GraphQLObjectType(
    "server_info",
    {
        "project": GraphQLField(_PROJECT),
        **{name: GraphQLField(JSON) for name in ("rateLimit", "rateLimitGlobal", "queryLimit", "websocket")},
        "setupCompleted": GraphQLField(GraphQLBoolean),
        "version": GraphQLField(GraphQLString),
    },
)


def queries() -> GraphQLFieldMap:
    """What can be asked of the server, by everybody."""
    return {
        "server_ping": verb(GraphQLString, _pong),
        "server_info": verb(INFO, _info),
    }


def mutations(sight: Sight) -> GraphQLFieldMap:
    """The helpers: those that write ask for rights themselves."""
    moved = {"collection": NEEDED, "item": GraphQLNonNull(GraphQLID), "to": GraphQLNonNull(GraphQLID)}
    found = {"utils_random_string": verb(GraphQLString, _random, length=GraphQLInt)}
    if any(sight.fields(each.name, "update") for each in sight.collections("items")):
        found["utils_sort"] = done(GraphQLBoolean, _sort, **moved)
        found["utils_revert"] = done(GraphQLBoolean, _revert, revision=GraphQLNonNull(GraphQLID))
    if sight.rights.admin:
        found["utils_cache_clear"] = done(GraphQLBoolean, _clear)
    return found


async def _pong(ask: Ask, given: Arguments) -> str:
    return "pong"


async def _info(ask: Ask, given: Arguments) -> Any:
    return await described(ask.engine, ask.actor)


async def _random(ask: Ask, given: Arguments) -> str:
    length = given.get("length")
    return random_text(32 if length is None else length)


async def _sort(ask: Ask, given: Arguments) -> None:
    if given["collection"].startswith("directus_"):
        raise Forbidden
    await sort(ask.engine, ask.actor, given["collection"], given["item"], given["to"])


async def _revert(ask: Ask, given: Arguments) -> None:
    await revert(ask.engine, ask.actor, given["revision"])


async def _clear(ask: Ask, given: Arguments) -> None:
    ask.engine.plans.clear(ask.engine.schema)
