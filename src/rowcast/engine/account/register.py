"""Registration by anybody, where the settings open it, with or without a letter that proves the address. Must not
know HTTP."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from rowcast.auth import SYSTEM, Actor, tokens
from rowcast.auth.email import is_deliverable
from rowcast.engine.account.letters import project_name, verification_letter
from rowcast.engine.account.links import chosen, with_token
from rowcast.engine.account.login import account_of_email
from rowcast.engine.account.passwords import require_policy
from rowcast.engine.create import create
from rowcast.engine.update import update
from rowcast.errors import Forbidden, InvalidPayload, NotUnique
from rowcast.query.check import violations
from rowcast.query.sql import accounts

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

SCOPE = "pending-registration"


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who wants an account."""

    email: str
    password: str
    first_name: str | None = None
    last_name: str | None = None


@dataclass(frozen=True, slots=True)
class _Terms:
    opened: bool
    verified: bool
    role: str | None
    email_filter: Any


async def register(engine: Engine, place: Actor, applicant: Applicant, verification_url: str | None) -> None:
    """Make a user. An address that is known already changes nothing and gets the same answer, after the same time.
    Raises Forbidden (registration is closed, or not for this address), InvalidPayload, FailedValidation (password
    policy)."""
    started = time.monotonic()
    settings = engine.settings
    terms = await _terms(engine)
    if not terms.opened:
        raise Forbidden
    if not is_deliverable(applicant.email):
        raise InvalidPayload('"email" must be a valid email')
    default = f"{settings.public_url.rstrip('/')}/users/register/verify-email"
    address = chosen(verification_url, default, settings.user_register_url_allow_list, "verify registered users")
    if terms.email_filter and violations(terms.email_filter, {"email": applicant.email}):
        raise Forbidden
    await require_policy(engine, applicant.password)
    await _admit(engine, place, applicant, terms, address)
    await asyncio.sleep(max(0.0, started + settings.register_stall_time - time.monotonic()))


async def verify_registration(engine: Engine, place: Actor, token: str) -> str:
    """Activate the user whose address the token proves; its id. Raises InvalidToken, TokenExpired, Forbidden
    (nothing to verify)."""
    body = tokens.read_scoped(token, engine.settings.secret, engine.clock.time())
    email = body.get("email")
    account = await account_of_email(engine, email) if body.get("scope") == SCOPE and isinstance(email, str) else None
    if account is None or account.status != "unverified":
        raise Forbidden
    by = SYSTEM.at(place.ip, place.user_agent, place.origin)
    await update(engine, by, "directus_users", {"status": "active"}, keys=[account.id])
    return account.id


async def _admit(engine: Engine, place: Actor, applicant: Applicant, terms: _Terms, address: str) -> None:
    known = await account_of_email(engine, applicant.email)
    if known is None:
        try:
            await _make(engine, place, applicant, terms)
        except NotUnique:  # somebody else was faster with this address
            return
    if terms.verified and (known is None or known.status == "unverified"):
        settings = engine.settings
        token = tokens.scoped(
            SCOPE,
            {"email": applicant.email},
            settings.secret,
            engine.clock.time(),
            settings.email_verification_token_ttl,
        )
        engine.mail.post(verification_letter(await project_name(engine), applicant.email, with_token(address, token)))


async def _make(engine: Engine, place: Actor, applicant: Applicant, terms: _Terms) -> None:
    user = {
        "email": applicant.email,
        "password": applicant.password,
        "first_name": applicant.first_name,
        "last_name": applicant.last_name,
        "role": terms.role,
        "status": "unverified" if terms.verified else "active",
    }
    await create(engine, SYSTEM.at(place.ip, place.user_agent, place.origin), "directus_users", user)


async def _terms(engine: Engine) -> _Terms:
    rows = await engine.store.read(accounts.REGISTRATION)
    if not rows:
        return _Terms(False, True, None, None)
    opened, verified, role, email_filter = rows[0]
    filtered = msgspec.json.decode(email_filter) if isinstance(email_filter, str) and email_filter else email_filter
    return _Terms(bool(opened), bool(verified), role, filtered)
