"""Signing in with e-mail and password (and one-time code). Must not know HTTP or sockets.

Whether the user exists, is active, or the password is wrong: the answer is the same, and takes the same time.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rowcast.auth import Actor
from rowcast.auth import otp as codes
from rowcast.engine.account.hashing import matches
from rowcast.engine.account.sessions import Grant, Mode, begin
from rowcast.errors import InvalidCredentials, InvalidOtp, Unauthenticated
from rowcast.query.sql import accounts
from rowcast.store.base import Transaction

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

DEFAULT_PROVIDER = "default"


@dataclass(frozen=True, slots=True)
class Account:
    """A user's row as far as signing in needs it."""

    id: str
    email: str | None
    password: str | None
    status: str
    role: str | None
    tfa_secret: str | None
    provider: str


async def login(
    engine: Engine, place: Actor, email: str, password: str, *, otp: str | None = None, mode: Mode = "json"
) -> Grant:
    """Sign in and open a session. ``place`` says where from. Raises InvalidCredentials; InvalidOtp when the password
    is right and a one-time code is missing or wrong. Too many failures suspend the user (``auth_login_attempts`` of
    the settings)."""
    started = time.monotonic()
    try:
        user = await authenticate(engine, email, password, otp)
    except Unauthenticated:
        await asyncio.sleep(max(0.0, started + engine.settings.login_stall_time - time.monotonic()))
        raise
    return await begin(engine, place, mode, user=user)


async def authenticate(engine: Engine, email: str, password: str, otp: str | None) -> str:
    """The id of the user with these credentials. Errors as ``login``."""
    account = await account_of_email(engine, email)
    usable = account if account and account.status == "active" and account.provider == DEFAULT_PROVIDER else None
    if (
        not await matches(usable.password if usable else None, password)
        or usable is None
        or await _locked(engine, usable.id)
    ):
        if usable is not None:
            await _failed(engine, usable.id)
        raise InvalidCredentials
    if usable.tfa_secret and not codes.verify(usable.tfa_secret, otp or "", engine.clock.time()):
        if otp:
            await _failed(engine, usable.id)
        raise InvalidOtp
    engine.attempts.forget(usable.id)
    return usable.id


async def account_of_email(engine: Engine, email: str) -> Account | None:
    """The user with that address, whatever its case."""
    rows = await engine.store.read(accounts.USER_BY_EMAIL, (email,))
    return Account(*rows[0]) if rows else None


async def account_of(engine: Engine, user: str) -> Account | None:
    """The user with that id."""
    rows = await engine.store.read(accounts.USER_BY_ID, (user,))
    return Account(*rows[0]) if rows else None


async def _limit(engine: Engine) -> int | None:
    rows = await engine.store.read(accounts.LOGIN_RULES)
    return rows[0][0] if rows else 25


async def _locked(engine: Engine, user: str) -> bool:
    limit = await _limit(engine)
    return bool(limit) and engine.attempts.failures(user) > (limit or 0)


async def _failed(engine: Engine, user: str) -> None:
    """Count a failure; one too many suspends the user, unless nobody could ever lift the suspension (the last
    administrator stays locked only as long as the failures are remembered)."""
    engine.attempts.fail(user)
    if not await _locked(engine, user):
        return

    async def work(tx: Transaction) -> None:
        await tx.fetch(accounts.SUSPEND, (user,))
        if not (await tx.fetch(accounts.ADMIN_IS_LEFT, (True, True)))[0][0]:
            raise _LastAdmin

    with contextlib.suppress(_LastAdmin):
        await engine.store.write(work)


class _LastAdmin(Exception):
    """Undoes the suspension."""
