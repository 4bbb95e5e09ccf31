"""Two things about administrators that no permission can lift: there is always an active one, and nobody but an
administrator makes another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rowcast.errors import Forbidden, Unprocessable
from rowcast.query.sql import accounts

if TYPE_CHECKING:
    from rowcast.engine.mutation.scope import Scope


async def require_admin_left(scope: Scope) -> None:
    """Raise Unprocessable when the writes so far leave no active user with admin access."""
    if not (await scope.tx.fetch(accounts.ADMIN_IS_LEFT, (True, True)))[0][0]:
        raise Unprocessable("Cannot remove the last admin user from the system")


async def require_no_gain(scope: Scope, *, role: str | None = None, policy: str | None = None) -> None:
    """Raise Forbidden when somebody who is no administrator hands out a role or policy with admin access."""
    if scope.actor.admin:
        return
    text, key = (accounts.ROLE_IS_ADMIN, role) if role is not None else (accounts.POLICY_IS_ADMIN, policy)
    if (await scope.tx.fetch(text, (key, True)))[0][0]:
        raise Forbidden
