"""Who speaks, from an ``auth`` message. Must not know what becomes of the answer."""

from __future__ import annotations

from rowcast.auth import Actor
from rowcast.engine.account.identify import identify
from rowcast.engine.account.login import login
from rowcast.engine.account.sessions import refresh
from rowcast.engine.engine import Engine
from rowcast.errors import InvalidCredentials
from rowcast.protocol import Auth


async def authenticate(engine: Engine, place: Actor, message: Auth) -> tuple[Actor, str | None]:
    """The actor, and the next refresh token after a login or a refresh. ``place`` says where from. Raises Unauthenticated and
    others of the request's fault."""
    if isinstance(message.access_token, str):
        if not message.access_token:
            raise InvalidCredentials
        return await _actor(engine, place, message.access_token), None
    if isinstance(message.refresh_token, str):
        grant = await refresh(engine, place, message.refresh_token, "json")
    elif isinstance(message.email, str) and isinstance(message.password, str):
        otp = message.otp if isinstance(message.otp, str) else None
        grant = await login(engine, place, message.email, message.password, otp=otp)
    else:
        raise InvalidCredentials
    return await _actor(engine, place, grant.access_token), grant.refresh_token


async def public(engine: Engine, place: Actor) -> Actor:
    """Nobody in particular, asking from there."""
    return await _actor(engine, place, None)


async def _actor(engine: Engine, place: Actor, token: str | None) -> Actor:
    return await identify(engine, token, ip=place.ip, user_agent=place.user_agent, origin=place.origin)
