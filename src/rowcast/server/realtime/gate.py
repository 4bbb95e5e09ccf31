"""Who may open a socket, and at which door: path, sub-protocol, number of connections, origin, token, in this order. Must not know
how the upgrade is carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rowcast.api.rest.client import client_of
from rowcast.api.rest.token import cookie, header, query_token
from rowcast.auth import Actor
from rowcast.engine.account.identify import identify
from rowcast.engine.engine import Engine
from rowcast.engine.settings import AuthMode, Sockets
from rowcast.errors import Forbidden, InvalidCredentials, InvalidPayload, LimitExceeded, RouteNotFound, RowcastError
from rowcast.protocol.graph import SUBPROTOCOL
from rowcast.server.realtime.origin import is_allowed


@dataclass(frozen=True, slots=True)
class Handshake:
    """A request to upgrade. ``headers`` have names in lower case; ``client`` is (address, port)."""

    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    client: tuple[str, int] | None

    def header(self, name: bytes) -> str | None:
        """The first header of that name."""
        return header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Admission:
    """The socket may be opened for ``actor``. ``known``: by credentials that came with the request."""

    actor: Actor
    known: bool
    door: Door
    subprotocol: str | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """One of the doors for sockets. ``subprotocol``: the one that has to be spoken; None: the first that is offered."""

    kind: Literal["websocket", "graphql", "logs"]
    path: str
    mode: AuthMode
    conn_limit: int | None
    subprotocol: str | None = None


def doors_of(settings: Sockets) -> list[Door]:
    """The doors that are open."""
    found = []
    if settings.enabled and settings.rest_enabled:
        found.append(Door("websocket", settings.rest_path, settings.rest_auth, settings.rest_conn_limit))
    if settings.enabled and settings.graphql_enabled:
        limit = settings.graphql_conn_limit
        found.append(Door("graphql", settings.graphql_path, settings.graphql_auth, limit, SUBPROTOCOL))
    if settings.enabled and settings.logs_enabled:
        found.append(Door("logs", settings.logs_path, "strict", settings.logs_conn_limit))
    return found


class Refused(Exception):
    """The socket may not be opened; ``error`` is the answer. ``stranger``: the origin of the page that it was refused for."""

    def __init__(self, error: RowcastError, stranger: str | None = None) -> None:
        self.error, self.stranger = error, stranger
        super().__init__(error)


def door_of(settings: Sockets, request: Handshake) -> Door:
    """The door that the request is at; of two at one path, that whose sub-protocol is offered. Raises Refused."""
    found = [door for door in doors_of(settings) if door.path == request.path]
    if not found:
        raise Refused(RouteNotFound(f"Route {request.path} doesn't exist.", path=request.path))
    return next((door for door in found if door.subprotocol in offered(request)), found[0])


def offered(request: Handshake) -> list[str]:
    """The sub-protocols that the client speaks, the one it likes best first."""
    names = (request.header(b"sec-websocket-protocol") or "").split(",")
    return [stripped for name in names if (stripped := name.strip())]


async def admit(engine: Engine, request: Handshake, door: Door, connections: int) -> Admission:
    """Decide; ``connections`` is the number of those that are open at that door. Raises Refused."""
    spoken = offered(request)
    if door.subprotocol is not None and door.subprotocol not in spoken:
        raise Refused(InvalidPayload(f"The sub-protocol {door.subprotocol} must be offered"))
    if door.conn_limit is not None and connections >= door.conn_limit:
        raise Refused(LimitExceeded("Too many sockets are open."))
    origin = request.header(b"origin")
    if not is_allowed(origin, _host(engine, request), engine.settings.public_url, engine.settings.cors):
        raise Refused(
            Forbidden(f"Pages of {origin} may not open sockets here: CORS_ORIGIN does not name them."), origin
        )
    chosen = door.subprotocol or next(iter(spoken), None)
    actor, known = await _identify(engine, request, door.mode)
    if door.kind == "logs" and not actor.admin:
        raise Refused(InvalidCredentials())
    return Admission(actor, known, door, chosen)


async def _identify(engine: Engine, request: Handshake, mode: AuthMode) -> tuple[Actor, bool]:
    settings = engine.settings
    scope: Mapping[str, Any] = {"headers": request.headers, "client": request.client}
    ip, user_agent, origin = client_of(scope, settings)  # type: ignore[arg-type]
    token = query_token(request.query) or cookie(request.header(b"cookie"), settings.session_cookie.name)
    if token is None and mode == "handshake":
        return Actor(ip=ip, user_agent=user_agent, origin=origin), False
    try:
        if token is None and mode == "strict":
            raise InvalidCredentials
        actor = await identify(engine, token, ip=ip, user_agent=user_agent, origin=origin)
        if token is not None and actor.user is None:
            raise InvalidCredentials
    except RowcastError as error:
        raise Refused(error if error.status == 401 else InvalidCredentials()) from error
    return actor, token is not None


def _host(engine: Engine, request: Handshake) -> str | None:
    forwarded = request.header(b"x-forwarded-host") if engine.settings.ip_trust_proxy else None
    return forwarded or request.header(b"host")
