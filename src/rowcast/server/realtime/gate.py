"""Who may open a socket: path, number of connections, origin, token, in this order. Must not know how the upgrade is carried
out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rowcast.api.rest.client import client_of
from rowcast.api.rest.token import cookie, header, query_token
from rowcast.auth import Actor
from rowcast.engine.engine import Engine
from rowcast.engine.identify import identify
from rowcast.errors import InvalidCredentials, RowcastError
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


class Refused(Exception):
    """The socket may not be opened; ``status`` is the HTTP status of the answer."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


async def admit(engine: Engine, request: Handshake, connections: int) -> Admission:
    """Decide; ``connections`` is the number of open ones. Raises Refused."""
    settings = engine.settings.websockets
    if not settings.enabled or not settings.rest_enabled or request.path != settings.rest_path:
        raise Refused(404)
    if settings.rest_conn_limit is not None and connections >= settings.rest_conn_limit:
        raise Refused(403)
    if not is_allowed(
        request.header(b"origin"), _host(engine, request), engine.settings.public_url, engine.settings.cors
    ):
        raise Refused(403)
    return await _identify(engine, request)


async def _identify(engine: Engine, request: Handshake) -> Admission:
    settings = engine.settings
    scope: Mapping[str, Any] = {"headers": request.headers, "client": request.client}
    ip, user_agent, origin = client_of(scope, settings)  # type: ignore[arg-type]
    token = query_token(request.query) or cookie(request.header(b"cookie"), settings.session_cookie.name)
    mode = settings.websockets.rest_auth
    if token is None and mode == "handshake":
        return Admission(Actor(ip=ip, user_agent=user_agent, origin=origin), known=False)
    try:
        if token is None and mode == "strict":
            raise InvalidCredentials
        actor = await identify(engine, token, ip=ip, user_agent=user_agent, origin=origin)
        if token is not None and actor.user is None:
            raise InvalidCredentials
    except RowcastError as error:
        raise Refused(401) from error
    return Admission(actor, known=token is not None)


def _host(engine: Engine, request: Handshake) -> str | None:
    forwarded = request.header(b"x-forwarded-host") if engine.settings.ip_trust_proxy else None
    return forwarded or request.header(b"host")
