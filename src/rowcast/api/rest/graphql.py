"""``/graphql`` and ``/graphql/system``, and their schemas as text. Must not know the language, nor load its library before somebody
asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest.answer import JSON, failure
from rowcast.api.rest.request import actor, engine, object_body
from rowcast.errors import InvalidQuery, MethodNotAllowed

if TYPE_CHECKING:
    from rowcast.api.graphql.sight import Scope

METHODS = ["GET", "POST"]
Handler = Callable[[Request], Awaitable[Response]]


def answering(scope: Scope) -> Handler:
    """The handler of one scope."""

    async def answer(request: Request) -> Response:
        if request.method not in METHODS:
            return _refused(request, METHODS)
        from rowcast.api.graphql import execution
        from rowcast.api.graphql.desk import desk_of, question_of
        from rowcast.api.graphql.roots import Ask, Cookies

        given = await object_body(request) if request.method == "POST" else _of_address(request)
        found = await desk_of(engine(request)).understand(engine(request), actor(request), scope, question_of(given))
        kind = found.operation.kind
        if kind == "subscription":
            raise InvalidQuery("Subscriptions are answered over a WebSocket")
        if kind == "mutation" and request.method == "GET":
            return _refused(request, ["POST"])
        ask = Ask(engine(request), actor(request), Cookies(request.cookies))
        response = Response(await execution.run(found.operation, ask), media_type=JSON)
        for call in ask.cookies.calls:
            call(response)
        return response

    return answer


def told(scope: Scope) -> Handler:
    """The handler that tells the schema of one scope, as far as the caller may use it."""

    async def tell(request: Request) -> Response:
        from rowcast.api.graphql.desk import desk_of

        text = await desk_of(engine(request)).text(engine(request), actor(request), scope)
        headers = {"Content-Disposition": f'attachment; filename="schema-{scope}.graphql"'}
        return Response(text, media_type="text/plain; charset=utf-8", headers=headers)

    return tell


def _of_address(request: Request) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query_params)
    if given.get("variables"):
        try:
            given["variables"] = msgspec.json.decode(given["variables"])
        except msgspec.DecodeError:
            raise InvalidQuery("Variables are invalid JSON") from None
    else:
        given["variables"] = None
    return given


def _refused(request: Request, allowed: list[str]) -> Response:
    should = ", ".join(f'"{method}"' for method in allowed)
    sentence = f'Invalid method "{request.method}" used. Should be one of {should}.'
    return failure(MethodNotAllowed(sentence, allowed=allowed, current=request.method), {"Allow": ", ".join(allowed)})


_EVERY = ["GET", "POST", "PUT", "PATCH", "DELETE", "SEARCH", "OPTIONS"]
routes = [
    Route("/graphql", answering("items"), methods=_EVERY),
    Route("/graphql/system", answering("system"), methods=_EVERY),
    Route("/server/specs/graphql", told("items"), methods=["GET"]),
    Route("/server/specs/graphql/system", told("system"), methods=["GET"]),
]
