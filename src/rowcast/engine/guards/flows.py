"""Flows and their operations: none that could never run, and nobody but administrators writes one that acts with more rights than
those of whoever sets it off."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from cronsim import CronSim, CronSimError

from rowcast.auth import Actor
from rowcast.engine.guards.base import Deed, Guard, Key, Payload
from rowcast.engine.guards.trees import require_no_loop
from rowcast.errors import Forbidden, InvalidPayload
from rowcast.query.sql import trees

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine
    from rowcast.engine.mutation.scope import Scope

_HARMLESS = (None, "$trigger", "$public")
TRIGGERS = ("event", "manual", "operation", "schedule", "webhook")
ELSEWHERE = frozenset({"exec", "json-web-token", "request"})
"""Types of operations that the reference has: they can be kept even where they cannot be run."""
_SOME_DAY = datetime(2024, 1, 1, tzinfo=UTC)
log = structlog.get_logger("rowcast.flows")


class FlowGuard(Guard):
    """The rules of ``directus_flows``."""

    async def prepare(self, engine: Engine, actor: Actor, verb: Deed, payload: Payload) -> Payload:
        """A trigger that there is, and a time that comes."""
        trigger, options = payload.get("trigger"), payload.get("options")
        _require("trigger", trigger, TRIGGERS)
        if trigger in (None, "schedule") and isinstance(options, Mapping) and (cron := options.get("cron")) is not None:
            _require_time(cron)
        if trigger == "event" and isinstance(options, Mapping):
            _require_event(options.get("type"))
        return payload


class OperationGuard(Guard):
    """The rules of ``directus_operations``."""

    async def prepare(self, engine: Engine, actor: Actor, verb: Deed, payload: Payload) -> Payload:
        """A type that there is, and no borrowed rights."""
        _require_type(payload.get("type"))
        options = payload.get("options")
        who = options.get("permissions") if isinstance(options, Mapping) else None
        if who not in _HARMLESS and not actor.admin:
            raise Forbidden
        return payload

    async def after(self, scope: Scope, verb: Deed, keys: Sequence[Key], payload: Payload) -> None:
        """No circle, which would run until it is stopped."""
        if payload.get("resolve") is not None or payload.get("reject") is not None:
            told = "An operation cannot be followed by one that it follows itself"
            await require_no_loop(scope, trees.OPERATIONS, keys, told)


def _require(name: str, value: object, known: Collection[str]) -> None:
    if value is not None and not (isinstance(value, str) and value in known):
        raise InvalidPayload(f'"{name}" must be one of {", ".join(sorted(known))}')


def _require_type(kind: object) -> None:
    from rowcast.engine.flows.operations import OPERATIONS

    if isinstance(kind, str) and kind in ELSEWHERE - OPERATIONS.keys():
        log.warning("an operation is kept that cannot be run here", type=kind)
    else:
        _require("type", kind, OPERATIONS)


def _require_event(kind: object) -> None:
    if kind == "filter":
        log.warning("a flow is kept that is not run here: none stands in the way of a change", type=kind)
    else:
        _require("options.type", kind, ("action",))


def _require_time(cron: object) -> None:
    try:
        next(CronSim(str(cron), _SOME_DAY))
    except (CronSimError, StopIteration):
        raise InvalidPayload('"cron" must be five fields, or six, the first for seconds') from None
