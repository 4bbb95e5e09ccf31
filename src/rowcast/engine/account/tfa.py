"""The second factor: making a secret, switching it on and off. Must not know HTTP or how a code is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rowcast.auth import Actor, otp
from rowcast.engine.account.hashing import matches
from rowcast.engine.account.letters import project_name
from rowcast.engine.account.login import Account, account_of
from rowcast.errors import Forbidden, InvalidCredentials, InvalidPayload
from rowcast.query.sql import accounts
from rowcast.store.base import Transaction

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine


async def generate(engine: Engine, actor: Actor, password: str) -> tuple[str, str]:
    """A new secret for the actor and its ``otpauth:`` link; nothing is switched on yet. Raises InvalidCredentials
    (nobody, or the wrong password), InvalidPayload (switched on already)."""
    account = await _own(engine, actor)
    if not await matches(account.password, password):
        raise InvalidCredentials
    if account.tfa_secret:
        raise InvalidPayload("TFA is already enabled")
    secret = otp.new_secret()
    return secret, otp.link(secret, account.email or account.id, await project_name(engine))


async def enable(engine: Engine, actor: Actor, secret: str, code: str) -> None:
    """Switch the second factor on with a secret and a code made from it. Raises InvalidCredentials, InvalidPayload,
    Forbidden (the actor may not change its secret, and no policy tells it to)."""
    account = await _own(engine, actor)
    if account.tfa_secret:
        raise InvalidPayload("TFA is already enabled")
    if not otp.verify(secret, code, engine.clock.time()):
        raise InvalidPayload('"otp" is invalid')
    await _require_right(engine, actor)
    await _set(engine, account.id, secret)


async def disable(engine: Engine, actor: Actor, code: str) -> None:
    """Switch the actor's own second factor off. Raises as ``enable``."""
    account = await _own(engine, actor)
    if not account.tfa_secret:
        raise InvalidPayload(f'User "{account.id}" doesn\'t have TFA enabled')
    if not otp.verify(account.tfa_secret, code, engine.clock.time()):
        raise InvalidPayload('"otp" is invalid')
    await _require_right(engine, actor)
    await _set(engine, account.id, None)


async def disable_for(engine: Engine, actor: Actor, user: str) -> None:
    """Switch another user's second factor off, for instance when the device was lost. For administrators. Raises
    Forbidden."""
    if not actor.admin or await account_of(engine, user) is None:
        raise Forbidden
    await _set(engine, user, None)


async def _own(engine: Engine, actor: Actor) -> Account:
    account = await account_of(engine, actor.user) if actor.user is not None else None
    if account is None:
        raise InvalidCredentials
    return account


async def _require_right(engine: Engine, actor: Actor) -> None:
    standing = await engine.identities.user(actor.user or "")
    if standing is not None and any(policy.enforce_tfa for policy in standing.policies_at(actor.ip)):
        return
    granted = (await engine.rights(actor)).fields("directus_users", "update")
    if granted is not None and "tfa_secret" not in granted:
        raise Forbidden


async def _set(engine: Engine, user: str, secret: str | None) -> None:
    async def work(tx: Transaction) -> None:
        await tx.fetch(accounts.SET_TFA, (secret, user))

    await engine.store.write(work)
