"""Extensions at the doors: what the REST application and the sockets call. Must not know what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from rowcast.api.rest.answer import JSON
from rowcast.api.rest.request import actor, engine
from rowcast.engine.hooks import Caller, MessageHook, SocketHook
from rowcast.server.extend.context import Context, SocketContext
from rowcast.server.extend.registry import Named
from rowcast.server.extend.tally import Passed

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine
    from rowcast.server.extend.app import Rowcast


def route_of(app: Rowcast, named: Named) -> Route:
    """A route for the REST application."""

    async def answer(request: Request) -> Response:
        context = Context(app, engine(request), actor(request))
        try:
            with named.tally.call():
                return response_of(await _unless_http(named, request, context))
        except _Told as told:
            error = told.error
            return PlainTextResponse(error.detail, error.status_code, dict(error.headers or {}))

    path, methods = named.subject
    return Route(path, answer, methods=list(methods))


class _Told(Passed):
    """An answer that a handler gave by raising."""

    def __init__(self, error: HTTPException) -> None:
        self.error = error


async def _unless_http(named: Named, request: Request, context: Context) -> Any:
    try:
        return await named.function(request, context)
    except HTTPException as error:
        raise _Told(error) from None


def response_of(answer: Any) -> Response:
    """The answer of a handler as a response."""
    if isinstance(answer, Response):
        return answer
    if answer is None:
        return Response(status_code=204)
    return Response(msgspec.json.encode(answer), media_type=JSON)


def socket_hook(app: Rowcast, engine: Engine, named: Named) -> SocketHook:
    """A hook for sockets that come and go."""

    async def call(caller: Caller) -> None:
        with named.tally.call():
            async with named.tally.limited(named.limit):
                await named.function(SocketContext(app, engine, caller))

    return call


def message_hook(app: Rowcast, engine: Engine, named: Named) -> MessageHook:
    """A hook for messages of one type."""

    async def call(caller: Caller, message: Mapping[str, Any]) -> Mapping[str, Any] | None:
        with named.tally.call():
            async with named.tally.limited(named.limit):
                answer = await named.function(SocketContext(app, engine, caller), message)
            if answer is not None and not isinstance(answer, Mapping):
                raise TypeError(f"a message hook returns a mapping or None, not {type(answer).__name__}")
            return answer

    return call
