"""Roles, policies and the links between them and users: no loops of roles, no users left behind without a role to
answer for, and always an administrator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowcast.auth import Actor
from rowcast.auth.addresses import is_rule
from rowcast.engine.guards.admins import require_admin_left, require_no_gain
from rowcast.engine.guards.base import Deed, Guard, Key, Payload
from rowcast.engine.guards.trees import require_no_loop
from rowcast.errors import Forbidden, InvalidPayload
from rowcast.query.sql import accounts, trees

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine
    from rowcast.engine.mutation.scope import Scope


class RoleGuard(Guard):
    """The rules of ``directus_roles``."""

    async def before(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> Payload:
        """The users of a deleted role are suspended: without it they would be left with the rights of the public,
        unseen. Its children lose their parent."""
        if verb == "delete":
            for key in keys:
                await scope.tx.fetch(accounts.LOCK_OUT_ROLE, (key,))
                await scope.tx.fetch(accounts.LEAVE_PARENT, (key,))
        return payload

    async def after(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> None:
        """No loops, no gain, an administrator left."""
        if payload.get("parent") is not None:
            told = "A role cannot have a parent that is already a descendant of itself"
            await require_no_loop(scope, trees.ROLES, keys, told)
            await require_no_gain(scope, role=str(payload["parent"]))
        if verb == "delete" or (verb == "update" and not {"parent", "policies", "users"}.isdisjoint(payload)):
            await require_admin_left(scope)


class PolicyGuard(Guard):
    """The rules of ``directus_policies``."""

    async def prepare(self, engine: Engine, actor: Actor, verb: Deed, payload: Payload) -> Payload:
        """IP rules that can be read; admin access from administrators only."""
        rules = payload.get("ip_access")
        if rules:
            given = rules.split(",") if isinstance(rules, str) else rules
            if not isinstance(given, list) or not all(is_rule(rule) for rule in given):
                raise InvalidPayload(
                    "IP Access contains an incorrect value. Valid values are: IP addresses, IP ranges and CIDR blocks"
                )
        if payload.get("admin_access") and not actor.admin:
            raise Forbidden
        return payload

    async def after(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> None:
        """An administrator left."""
        if verb == "delete" or (verb == "update" and not {"admin_access", "users", "roles"}.isdisjoint(payload)):
            await require_admin_left(scope)


class AccessGuard(Guard):
    """The rules of ``directus_access``."""

    async def after(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> None:
        """No gain, an administrator left."""
        if verb != "delete" and payload.get("policy") is not None:
            await require_no_gain(scope, policy=str(payload["policy"]))
        if verb != "create":
            await require_admin_left(scope)
