"""Sessions: opened by a login, renewed by their token, ended. Must not know passwords or how tokens travel.

A session is a row whose token renews it. Renewing makes a successor. A token in a body is used up by that; one in a cookie
leads to its successor for some seconds more, so that a browser that renews in two tabs at once is not signed out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rowcast.auth import Actor, tokens
from rowcast.auth.tokens import Claims
from rowcast.engine.account.identities import Session, session_of
from rowcast.engine.moments import stored, stored_precise
from rowcast.errors import InvalidCredentials
from rowcast.query.sql import accounts
from rowcast.store.base import Transaction

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

Mode = Literal["json", "cookie", "session"]
GRACE = 10.0
"""Seconds for which a renewed token still leads to its successor."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a login or a renewal gives. ``lifetime`` is that of the access token, in seconds."""

    access_token: str
    refresh_token: str
    lifetime: int


async def begin(
    engine: Engine, place: Actor, mode: Mode, *, user: str | None = None, share: str | None = None
) -> Grant:
    """Open a session for a user (noted in the activity) or for a share. ``place`` says where from."""
    now = engine.clock.time()
    token = tokens.random_token()

    async def work(tx: Transaction) -> None:
        await tx.fetch(accounts.END_EXPIRED, (stored(now),))
        await _insert(engine, tx, token, user, share, place, mode, now)
        if user is not None:
            await tx.fetch(accounts.TOUCH_USER, (stored(now), user))
            await tx.fetch(
                accounts.NOTE_LOGIN, (user, stored_precise(now), place.ip, place.user_agent, place.origin, user)
            )

    await engine.store.write(work)
    return await _grant(engine, place, mode, user, share, token, now)


async def refresh(engine: Engine, place: Actor, token: str, mode: Mode) -> Grant:
    """Renew a session by its refresh token. Raises InvalidCredentials when it is unknown, has ended, or its user or
    share may not ask any more."""
    now = engine.clock.time()
    successor = tokens.random_token()

    async def work(tx: Transaction) -> Session:
        session = await _renewable(tx, token, now)
        if session.next is not None:
            return await _renewable(tx, session.next, now)
        if mode == "json":
            await tx.fetch(accounts.END_SESSION, (token, token))
        else:
            await tx.fetch(accounts.ROTATE_SESSION, (successor, stored(now + GRACE), token))
        await _insert(engine, tx, successor, session.user, session.share, place, mode, now)
        if session.user is not None:
            await tx.fetch(accounts.TOUCH_USER, (stored(now), session.user))
        return Session(successor, session.user, session.share, now)

    renewed = await engine.store.write(work)
    return await _grant(engine, place, mode, renewed.user, renewed.share, renewed.token, now)


async def end(engine: Engine, token: str) -> None:
    """End a session (logout). Unknown tokens are no error."""

    async def work(tx: Transaction) -> None:
        await tx.fetch(accounts.END_SESSION, (token, token))

    await engine.store.write(work)


async def sweep(engine: Engine) -> None:
    """Remove every session that has ended by itself. Logins do so, too; this is for a server where nobody signs in any more."""
    now = stored(engine.clock.time())

    async def work(tx: Transaction) -> None:
        await tx.fetch(accounts.END_EXPIRED, (now,))

    await engine.store.write(work)


async def _renewable(tx: Transaction, token: str, now: float) -> Session:
    rows = await tx.fetch(accounts.SESSION, (token,))
    if not rows:
        raise InvalidCredentials
    session, status = session_of(rows[0]), rows[0][5]
    if session.expires <= now or (session.user is not None and status != "active"):
        raise InvalidCredentials
    return session


async def _insert(
    engine: Engine,
    tx: Transaction,
    token: str,
    user: str | None,
    share: str | None,
    place: Actor,
    mode: Mode,
    now: float,
) -> None:
    settings = engine.settings
    lifetime = settings.session_cookie_ttl if mode == "session" else settings.refresh_token_ttl
    row = (token, user, share, stored(now + lifetime), place.ip, place.user_agent, place.origin)
    await tx.fetch(accounts.OPEN_SESSION, row)


async def _grant(
    engine: Engine, place: Actor, mode: Mode, user: str | None, share: str | None, token: str, now: float
) -> Grant:
    settings = engine.settings
    lifetime = settings.session_cookie_ttl if mode == "session" else settings.access_token_ttl
    claims = await _claims(engine, place, user, share, int(now + lifetime), token if mode == "session" else None)
    return Grant(tokens.access(claims, settings.secret, now), token, lifetime)


async def _claims(
    engine: Engine, place: Actor, user: str | None, share: str | None, expires: int, session: str | None
) -> Claims:
    if user is None:
        entered = await engine.identities.share(share or "")
        if entered is None or not entered.is_open(engine.clock.time()):
            raise InvalidCredentials
        standing = await engine.identities.role(entered.role)
    else:
        found = await engine.identities.user(user)
        if found is None:
            raise InvalidCredentials
        standing = found
    policies = standing.policies_at(place.ip)
    admin = user is not None and any(policy.admin for policy in policies)
    app = admin or (user is not None and any(policy.app for policy in policies))
    return Claims(user, standing.role, expires, app, admin, session, share)
