"""Users: form of address and password, one address one user, no hand on the second factor, never the last
administrator gone, sessions ended when what they rest on changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowcast.auth import Actor
from rowcast.auth.email import is_email
from rowcast.engine.guards.admins import require_admin_left, require_no_gain
from rowcast.engine.guards.base import Deed, Guard, Key, Payload
from rowcast.errors import FailedValidation, InvalidPayload, NotUnique
from rowcast.query.sql import accounts
from rowcast.query.sql.mutate import MASK

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine
    from rowcast.engine.mutation.scope import Scope

USERS = "directus_users"
_IDENTITY = ("provider", "external_identifier", "auth_data")
_ENDS_SESSIONS = frozenset({"password", "status", "email", "provider"})
_LOSES_ADMIN = frozenset({"role", "status", "policies"})


class UserGuard(Guard):
    """The rules of ``directus_users``."""

    async def prepare(self, engine: Engine, actor: Actor, verb: Deed, payload: Payload) -> Payload:
        """Checks of form, the password in clear. A value that comes back concealed, as it was shown, is as it was."""
        payload = {name: value for name, value in payload.items() if value != MASK}
        if "tfa_secret" in payload:
            raise _by_hand("tfa_secret")
        for name in _IDENTITY:
            if name in payload and not actor.admin:
                raise _by_hand(name)
        if payload.get("email") is not None and not is_email(payload["email"]):
            sentence = 'Validation failed for field "email". Value has to be a valid email address.'
            raise FailedValidation(sentence, field="email", type="email", path=[])
        if isinstance(password := payload.get("password"), str):
            from rowcast.engine.account.passwords import require_policy

            await require_policy(engine, password)
        return payload

    async def before(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> Payload:
        """Let go of what would hold a deleted user."""
        if verb == "delete":
            for key in keys:
                for text in accounts.FORGET_USER:
                    await scope.tx.fetch(text, (key,))
        return payload

    async def after(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> None:
        """The state as a whole: addresses, administrators, sessions."""
        if verb == "delete" or (verb == "update" and not _LOSES_ADMIN.isdisjoint(payload)):
            await require_admin_left(scope)
        if verb == "delete":
            return
        if payload.get("email") is not None:
            await _require_own_address(scope, keys, payload["email"])
        if payload.get("role") is not None:
            await require_no_gain(scope, role=str(payload["role"]))
        if verb == "update" and not _ENDS_SESSIONS.isdisjoint(payload):
            await _end_sessions(scope, keys)


def _by_hand(name: str) -> InvalidPayload:
    return InvalidPayload(f'You can\'t change the "{name}" value manually')


async def _require_own_address(scope: Scope, keys: Sequence[Key], email: str) -> None:
    for key in keys:
        if (await scope.tx.fetch(accounts.SAME_EMAIL, (key,)))[0][0]:
            sentence = f'Value "{email}" for field "email" in collection "{USERS}" has to be unique.'
            raise NotUnique(sentence, collection=USERS, field="email", value=email)


async def _end_sessions(scope: Scope, keys: Sequence[Key]) -> None:
    """All sessions of those users, but the one in which somebody changes the own row."""
    for key in keys:
        kept = scope.actor.session if scope.actor.user == key else None
        await scope.tx.fetch(accounts.END_OTHERS, (key, kept or ""))
