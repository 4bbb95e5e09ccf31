"""Runs a flow: one operation after the other along ``resolve`` and ``reject``, each with what the ones before it gave.
Must not know what an operation does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from rowcast.auth import Actor
from rowcast.engine.flows.flow import FLOWS, Flow, Operation
from rowcast.engine.flows.template import fill
from rowcast.engine.mutation.scope import Scope, within
from rowcast.errors import InternalError, RowcastError
from rowcast.query.sql import mutate

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

Options = Mapping[str, Any]
"""Those of an operation, filled in."""
MOST_STEPS = 200
"""Operations of one run: those of a flow that goes in a circle end there."""
DEEPEST = 8
"""How many flows may set off each other."""
REDACTED = "--redacted--"
SHORTEST_SECRET = 4
"""Values of the environment that are shorter are no secrets, and would be found in any text."""
_HIDDEN = frozenset({"authorization", "cookie", "set-cookie"})

log = structlog.get_logger("rowcast.flows")


class Rejected(Exception):
    """An operation did not go well; ``value`` is what the next one is told, ``refusal`` what the one who has set off the flow may
    be."""

    def __init__(self, value: Any, refusal: RowcastError | None = None) -> None:
        super().__init__(str(value))
        self.value, self.refusal = value, refusal or InternalError()


@dataclass
class Run:
    """One run. ``actor``: who set it off; ``chain``: what is known so far; ``refusal``: what went wrong with the last
    operation."""

    engine: Engine
    flow: Flow
    actor: Actor
    chain: dict[str, Any]
    depth: int = 0
    refusal: RowcastError | None = None
    steps: list[dict[str, str]] = field(default_factory=list)

    def result(self, wanted: object = None) -> Any:
        """What the flow answers: ``$last`` (unless ``wanted`` says otherwise), ``$all``, or what the operation of that
        key gave."""
        if wanted == "$all":
            return {name: value for name, value in self.chain.items() if name not in ("$last", "$env")}
        return self.chain.get(str(wanted)) if wanted else self.chain["$last"]


async def run(engine: Engine, flow: Flow, actor: Actor, trigger: Any, depth: int = 0) -> Run:
    """Run the flow to its end. What goes wrong is in the result; nothing is raised but for a fault of the program."""
    who = {"user": actor.user, "role": actor.role, "admin": actor.admin, "app": actor.app, "ip": actor.ip}
    chain = {"$trigger": trigger, "$last": trigger, "$accountability": who, "$env": dict(engine.settings.flows_env)}
    running = Run(engine, flow, actor, chain, depth)
    following = flow.operations.get(flow.first or "")
    while following is not None and len(running.steps) < MOST_STEPS:
        following = await _step(running, following)
    if flow.accountability in ("all", "activity"):
        await _keep(running)
    return running


async def _step(running: Run, operation: Operation) -> Operation | None:
    """Do one operation; what follows it."""
    from rowcast.engine.flows.operations import OPERATIONS

    try:
        work = OPERATIONS.get(operation.type)
        if work is None:
            raise Rejected({"message": f'Operations of the type "{operation.type}" do not exist here'})
        value, refusal = await work(running, fill(dict(operation.options), running.chain)), None
    except Rejected as rejected:
        value, refusal = rejected.value, rejected.refusal
    except RowcastError as error:
        value, refusal = [member.as_wire() for member in error.members()], error
    running.chain[operation.key] = running.chain["$last"] = value
    running.refusal, good = refusal, refusal is None
    running.steps.append({"operation": operation.id, "key": operation.key, "status": "resolve" if good else "reject"})
    following = operation.resolve if good else operation.reject
    if not good and following is None:
        log.warning("a flow has failed", flow=running.flow.name, operation=operation.key, error=str(value)[:500])
    return running.flow.operations.get(following or "")


async def _keep(running: Run) -> None:
    """An activity, and with ``all`` a revision with the steps and their data, without tokens."""

    async def work(scope: Scope) -> None:
        a = running.actor
        noted = ("run", a.user, scope.now, a.ip, a.user_agent, a.origin and a.origin[:255], FLOWS, running.flow.id)
        activity = (await scope.tx.fetch(mutate.ACTIVITY, noted))[0][0]
        if running.flow.accountability == "all":
            chain = {name: value for name, value in running.chain.items() if name != "$env"}
            secrets = [value for _, value in running.engine.settings.flows_env if len(value) >= SHORTEST_SECRET]
            data = {"steps": running.steps, "data": _plain(chain, secrets)}
            text = msgspec.json.encode(data).decode()
            await scope.tx.fetch(mutate.REVISION, (activity, FLOWS, running.flow.id, text, None, None))

    try:
        await within(running.engine, running.actor, work)
    except RowcastError as error:
        log.warning("a run of a flow could not be noted", flow=running.flow.name, code=error.code)


def _plain(value: Any, secrets: Sequence[str]) -> Any:
    """The value without tokens and without what the environment holds."""
    if isinstance(value, Mapping):
        return {
            str(name): REDACTED if str(name).lower() in _HIDDEN else _plain(part, secrets)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [_plain(part, secrets) for part in value]
    for secret in secrets if isinstance(value, str) else ():
        value = value.replace(secret, REDACTED)
    return value
