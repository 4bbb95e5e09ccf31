"""Inviting people: a user in waiting and a letter; accepting: a password and an active user. Must not know HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowcast.auth import SYSTEM, Actor, tokens
from rowcast.engine.account.letters import invite_letter, project_name
from rowcast.engine.account.links import chosen, with_token
from rowcast.engine.account.login import account_of_email
from rowcast.engine.create import create
from rowcast.engine.update import update
from rowcast.errors import Forbidden

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

SCOPE = "invite"


async def invite(engine: Engine, actor: Actor, emails: Sequence[str], role: str, invite_url: str | None) -> None:
    """Make a user of status ``invited`` for each address, by the actor's rights, and mail each a link. Who was
    invited before is mailed again; who is a user already is left alone. Raises Forbidden, InvalidPayload (an address
    that is not ours)."""
    if actor.user is None and not actor.admin:
        raise Forbidden
    (await engine.rights(actor)).require("directus_users", "create")
    settings = engine.settings
    default = f"{settings.public_url.rstrip('/')}/admin/accept-invite"
    address = chosen(invite_url, default, settings.user_invite_url_allow_list, "invite users")
    for email in dict.fromkeys(emails):
        known = await account_of_email(engine, email)
        if known is None:
            await create(engine, actor, "directus_users", {"email": email, "role": role, "status": "invited"})
        elif known.status == "invited" and known.role != role:
            await update(engine, actor, "directus_users", {"role": role}, keys=[known.id])
        if known is None or known.status == "invited":
            token = tokens.scoped(
                SCOPE, {"email": email}, settings.secret, engine.clock.time(), settings.user_invite_token_ttl
            )
            engine.mail.post(invite_letter(await project_name(engine), email, with_token(address, token)))


async def accept(engine: Engine, place: Actor, token: str, password: str) -> None:
    """Give an invited user a password and make it active. Raises InvalidToken, TokenExpired, Forbidden (not invited
    any more), FailedValidation (password policy)."""
    body = tokens.read_scoped(token, engine.settings.secret, engine.clock.time())
    email = body.get("email")
    account = await account_of_email(engine, email) if body.get("scope") == SCOPE and isinstance(email, str) else None
    if account is None or account.status != "invited":
        raise Forbidden
    by = SYSTEM.at(place.ip, place.user_agent, place.origin)
    await update(engine, by, "directus_users", {"password": password, "status": "active"}, keys=[account.id])
