"""Choosing a new password by mail, and the rule that every password has to meet. Must not know HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from typing import TYPE_CHECKING

from rowcast.auth import SYSTEM, Actor, tokens
from rowcast.auth.pattern import satisfies
from rowcast.engine.account.letters import project_name, reset_letter
from rowcast.engine.account.links import chosen, with_token
from rowcast.engine.account.login import DEFAULT_PROVIDER, Account, account_of_email
from rowcast.engine.update import update
from rowcast.errors import FailedValidation, Forbidden
from rowcast.query.sql import accounts

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

SCOPE = "password-reset"


async def request_reset(engine: Engine, email: str, reset_url: str | None) -> None:
    """Mail a link that lets the active user with that address choose a new password. Unknown addresses get the same
    silence. Raises InvalidPayload for an address of ours that is not ours."""
    settings = engine.settings
    started = time.monotonic()
    default = f"{settings.public_url.rstrip('/')}/admin/reset-password"
    address = chosen(reset_url, default, settings.password_reset_url_allow_list, "reset passwords")
    account = await account_of_email(engine, email)
    if account is not None and _may_reset(account):
        body = {"email": account.email or "", "hash": _fingerprint(account, settings.secret)}
        token = tokens.scoped(SCOPE, body, settings.secret, engine.clock.time(), settings.password_reset_token_ttl)
        engine.mail.post(reset_letter(await project_name(engine), account.email or "", with_token(address, token)))
    await asyncio.sleep(max(0.0, started + settings.login_stall_time - time.monotonic()))


async def reset(engine: Engine, place: Actor, token: str, password: str) -> None:
    """Set the password of the user to whom the token was mailed; works once, ends all sessions and forgets failed
    logins. Raises InvalidToken, TokenExpired, Forbidden (a token for something else or used already),
    FailedValidation (password policy)."""
    settings = engine.settings
    body = tokens.read_scoped(token, settings.secret, engine.clock.time())
    email, known = body.get("email"), body.get("hash")
    if body.get("scope") != SCOPE or not isinstance(email, str) or not isinstance(known, str):
        raise Forbidden
    account = await account_of_email(engine, email)
    if (
        account is None
        or not _may_reset(account)
        or not hmac.compare_digest(known.encode(), _fingerprint(account, settings.secret).encode())
    ):
        raise Forbidden
    by = SYSTEM.at(place.ip, place.user_agent, place.origin)
    await update(engine, by, "directus_users", {"password": password}, keys=[account.id])
    engine.attempts.forget(account.id)


async def require_policy(engine: Engine, password: str) -> None:
    """Raise FailedValidation unless the password meets the policy of the settings."""
    rows = await engine.store.read(accounts.LOGIN_RULES)
    check_policy(password, rows[0][1] if rows else None)


def check_policy(password: str, policy: str | None) -> None:
    """Raise FailedValidation unless the password meets the policy."""
    if not satisfies(password, policy):
        sentence = 'Validation failed for field "password". Value doesn\'t have the correct format.'
        raise FailedValidation(sentence, field="password", path=[], type="regex", invalid=password)


def _may_reset(account: Account) -> bool:
    return account.status == "active" and account.provider == DEFAULT_PROVIDER


def _fingerprint(account: Account, secret: str) -> str:
    """Changes with the password, so that a link works once; tells nothing about the hash."""
    return hmac.new(secret.encode(), (account.password or "").encode(), hashlib.sha256).hexdigest()
