"""``/permissions/me``: what the one who asks may do; for administrators what somebody else may do (``/effective``), would see
(``/as``), and why (``/explain``). Must not know rules."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest.answer import data
from rowcast.api.rest.request import actor, engine, key, places, query
from rowcast.engine.asif import Subject, effective, seen
from rowcast.engine.explain import Question, explain
from rowcast.engine.permissions import of_item, summary
from rowcast.engine.read import read
from rowcast.errors import Forbidden, InvalidQuery


async def mine(request: Request) -> Response:
    """By collection and action."""
    return data(await summary(engine(request), actor(request)))


async def mine_of_item(request: Request) -> Response:
    """Of one item, or of a singleton."""
    at = places(request)
    item = key(request) if "key" in at else None
    return data(await of_item(engine(request), actor(request), at["collection"], item))


async def explained(request: Request) -> Response:
    """``?user=&role=&policy=&collection=&action=&key=&fields=&ip=``, for administrators."""
    subject, asked = _subject(request), request.query_params
    for name in ("collection", "action"):
        if not asked.get(name):
            raise InvalidQuery(f'"{name}" is required')
    fields = tuple(name for name in asked.get("fields", "").split(",") if name)
    question = Question(
        subject.user,
        asked["collection"],
        asked["action"],
        asked.get("key") or None,
        fields,
        subject.ip,
        subject.role,
        subject.policy,
    )
    return data(await explain(engine(request), question))


async def of_somebody(request: Request) -> Response:
    """``?user=&role=&policy=&ip=``: all that is in force for a user, a role, one policy or the public. For administrators."""
    return data(await effective(engine(request), _subject(request)))


async def as_somebody(request: Request) -> Response:
    """The rows of a collection as a user, a role, one policy or the public would get them: ``/permissions/as?collection=``, with
    ``user``, ``role``, ``policy``, ``ip`` and the parameters of a query. For administrators."""
    subject, collection = _subject(request), request.query_params.get("collection")
    if not collection:
        raise InvalidQuery('"collection" is required')
    found = await seen(engine(request), subject)
    return data(await read(engine(request), found.actor, collection, query(request)))


def _subject(request: Request) -> Subject:
    """As whom. Raises Forbidden for everybody but administrators."""
    if not actor(request).admin:
        raise Forbidden()
    asked = request.query_params
    return Subject(*(asked.get(name) or None for name in ("user", "role", "policy", "ip")))


routes = [
    Route("/permissions/effective", of_somebody, methods=["GET"]),
    Route("/permissions/as", as_somebody, methods=["GET"]),
    Route("/permissions/explain", explained, methods=["GET"]),
    Route("/permissions/me", mine, methods=["GET"]),
    Route("/permissions/me/{collection}", mine_of_item, methods=["GET"]),
    Route("/permissions/me/{collection}/{key}", mine_of_item, methods=["GET"]),
]
