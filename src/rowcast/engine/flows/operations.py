"""What operations do. Each takes the run and its options, filled in, and gives a value, or raises. Must not know what
comes next."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from email.message import EmailMessage
from typing import Any

import msgspec
import structlog

from rowcast.auth import SYSTEM, Actor
from rowcast.auth.email import is_email
from rowcast.engine.account.identify import stand
from rowcast.engine.delete import delete
from rowcast.engine.flows.options import json_of, list_of, number_of, object_of
from rowcast.engine.flows.request import request
from rowcast.engine.flows.run import DEEPEST, Options, Rejected, Run, run
from rowcast.engine.flows.template import text
from rowcast.engine.flows.token import json_web_token
from rowcast.engine.flows.writing import create_quietly, update_quietly
from rowcast.engine.read import read, read_keys
from rowcast.errors import Forbidden, InvalidPayload, Thrown
from rowcast.query.check import violations
from rowcast.query.parse import parse

Work = Callable[[Run, Options], Awaitable[Any]]
LONGEST_SLEEP = 60_000
MOST_RUNS = 1000
log = structlog.get_logger("rowcast.flows")


async def condition(running: Run, options: Options) -> Any:
    """Goes on where the data satisfy a filter."""
    broken = violations(object_of(options.get("filter"), "filter"), running.chain, all_required=True)
    if broken:
        raise Rejected([violation.error().as_wire() for violation in broken])
    return None


async def transform(_running: Run, options: Options) -> Any:
    """Gives JSON that was written with places to fill."""
    return json_of(options.get("json"))


async def tell(running: Run, options: Options) -> Any:
    """Writes to the server's log."""
    log.info("flow", flow=running.flow.name, message=options.get("message"))


async def sleep(_running: Run, options: Options) -> Any:
    """Waits."""
    await asyncio.sleep(min(number_of(options.get("milliseconds"), "milliseconds"), LONGEST_SLEEP) / 1000)


async def throw(_running: Run, options: Options) -> Any:
    """Fails, with words of one's own."""
    code, status, message = (options.get(name) for name in ("code", "status", "message"))
    number = int(str(status)) if re.fullmatch(r"[45]\d\d", str(status)) else None
    refusal = Thrown(text(message) or None, text(code) or None, number)
    raise Rejected({"code": code, "status": status, "message": message}, refusal)


async def item_create(running: Run, options: Options) -> Any:
    """New items; gives their keys."""
    payload = json_of(options.get("payload"))
    items: Sequence[Any] = payload if isinstance(payload, list) else [payload]
    actor = await _actor(running, options)
    return await create_quietly(running.engine, actor, _collection(options), items, _emits(options))


async def item_read(running: Run, options: Options) -> Any:
    """Items by keys or by a query; one key gives one item."""
    actor, collection = await _actor(running, options), _collection(options)
    query, keys = parse(object_of(options.get("query"), "query")), _keys(options)
    if keys is None:
        return msgspec.json.decode((await read(running.engine, actor, collection, query)).data)
    found = msgspec.json.decode((await read_keys(running.engine, actor, collection, keys, query)).data)
    return (found or [None])[0] if len(keys) == 1 else found


async def item_update(running: Run, options: Options) -> Any:
    """Changes items by keys or by a query; gives their keys."""
    payload = json_of(options.get("payload"))
    if not isinstance(payload, dict):
        raise InvalidPayload('"payload" must be an object')
    actor, collection = await _actor(running, options), _collection(options)
    keys = _keys(options)
    if keys is None:
        keys = await _asked(running, actor, collection, options)
    return await update_quietly(running.engine, actor, collection, keys, payload, _emits(options))


async def item_delete(running: Run, options: Options) -> Any:
    """Deletes items by keys or by a query; gives their keys."""
    actor, collection = await _actor(running, options), _collection(options)
    keys = _keys(options)
    if keys is None:
        keys = await _asked(running, actor, collection, options)
    return await delete(running.engine, actor, collection, keys=keys)


async def notification(running: Run, options: Options) -> Any:
    """Notifies users."""
    told = {name: options.get(name) for name in ("subject", "message", "collection", "item")}
    rows = [{**told, "recipient": user} for user in list_of(options.get("recipient"))]
    actor = await _actor(running, options)
    return await create_quietly(running.engine, actor, "directus_notifications", rows, True)


async def mail(running: Run, options: Options) -> Any:
    """Sends a letter."""
    receivers = list_of(options.get("to"))
    if not receivers or not all(map(is_email, receivers)):
        raise InvalidPayload('"to" must be e-mail addresses')
    for receiver in receivers:
        letter = EmailMessage()
        letter["To"], letter["Subject"] = receiver, " ".join(str(options.get("subject") or "").split())
        letter.set_content(str(options.get("body") or ""))
        running.engine.mail.post(letter)


async def trigger(running: Run, options: Options) -> Any:
    """Runs another flow, once, or once for each member of a list."""
    flow = await running.engine.flows.get(str(options.get("flow")))
    if flow is None or flow.trigger != "operation":
        raise Forbidden
    if running.depth >= DEEPEST:
        raise Rejected({"message": f"More than {DEEPEST} flows have set off each other"})
    payload = json_of(options.get("payload"))
    wanted = flow.options.get("return")
    if not isinstance(payload, list):
        return (await run(running.engine, flow, running.actor, payload, running.depth + 1)).result(wanted)
    if len(payload) > MOST_RUNS:
        raise InvalidPayload(f"A flow is run for {MOST_RUNS} members at most")
    runs = [await run(running.engine, flow, running.actor, part, running.depth + 1) for part in payload]
    return [each.result(wanted) for each in runs]


OPERATIONS: dict[str, Work] = {
    "condition": condition,
    "item-create": item_create,
    "item-delete": item_delete,
    "item-read": item_read,
    "item-update": item_update,
    "json-web-token": json_web_token,
    "log": tell,
    "mail": mail,
    "notification": notification,
    "request": request,
    "sleep": sleep,
    "throw-error": throw,
    "transform": transform,
    "trigger": trigger,
}
"""Type → what it does."""


async def _actor(running: Run, options: Options) -> Actor:
    """Whose rights count: ``$trigger`` (who set it off), ``$public``, ``$full``, or those of a role."""
    who = options.get("permissions") or "$trigger"
    if who == "$full":
        return SYSTEM
    if who == "$trigger":
        return running.actor
    place = Actor(ip=running.actor.ip, user_agent=running.actor.user_agent, origin=running.actor.origin)
    return stand(place, await running.engine.identities.role(None if who == "$public" else str(who)), own=True)


async def _asked(running: Run, actor: Actor, collection: str, options: Options) -> list[Any]:
    """The keys that the query gives."""
    query = json_of(options.get("query"))
    found = running.engine.schema.get(collection)
    if not isinstance(query, dict) or found is None:
        raise InvalidPayload('Either "key" or "query" is required')
    answer = await read(running.engine, actor, collection, parse({**query, "fields": [found.primary]}))
    return [row[found.primary] for row in msgspec.json.decode(answer.data)]


def _collection(options: Options) -> str:
    return str(options.get("collection"))


def _keys(options: Options) -> list[Any] | None:
    keys = list_of(json_of(options.get("key")))
    return keys or None


def _emits(options: Options) -> bool:
    return options.get("emitEvents") is True
