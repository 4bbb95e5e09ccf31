"""Writes the items of a question into a new file, behind the back of whoever asked. Must not know how the file is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog

from rowcast.auth import SYSTEM, Actor
from rowcast.engine.create import create
from rowcast.engine.files.library import FILES
from rowcast.engine.files.upload import Incoming, upload
from rowcast.engine.read import plan_of, read
from rowcast.engine.transfer.exporting import TYPES, write
from rowcast.errors import InvalidPayload, RowcastError
from rowcast.query.parse import Query, parse

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

PIECE = 256 * 1024
log = structlog.get_logger("rowcast.files")


async def begin_export(
    engine: Engine, actor: Actor, collection: str, form: str, asked: Mapping[str, Any], said: Mapping[str, Any]
) -> None:
    """Begin to write the rows that ``asked`` gives into a file about which ``said`` is said. All rows, unless there is
    a ``limit``. How it ended is told to the actor by a notification.

    Raises Forbidden, InvalidQuery and InvalidPayload for what can be known before.
    """
    if form not in TYPES:
        raise InvalidPayload(f'"format" must be one of {", ".join(TYPES)}')
    query = parse({"limit": -1, **asked})
    await plan_of(engine, actor, collection, "list", query)
    (await engine.rights(actor)).require(FILES, "create")
    engine.files.begin(_export(engine, actor, collection, form, query, dict(said)))


async def _export(engine: Engine, actor: Actor, collection: str, form: str, query: Query, said: dict[str, Any]) -> None:
    try:
        answer = await read(engine, actor, collection, query)
        text = await asyncio.to_thread(write, form, answer.data)
        type_, ending = TYPES[form]
        name = f"{collection}-{datetime.now(UTC):%Y%m%d-%H%M%S}.{ending}"
        await upload(engine, actor, Incoming(name, type_, _pieces(text), said))
    except RowcastError as error:
        log.warning("an export failed", collection=collection, code=error.code, message=error.message)
        await _tell(engine, actor, f"The export of {collection} failed", error.message)
    else:
        await _tell(
            engine, actor, f"The export of {collection} is ready", f'It is the file "{said.get("title") or name}".'
        )


async def _tell(engine: Engine, actor: Actor, subject: str, message: str) -> None:
    if actor.user is not None:
        row = {"recipient": actor.user, "subject": subject, "message": message}
        await create(engine, SYSTEM, "directus_notifications", row)


async def _pieces(text: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(text), PIECE):
        yield text[start : start + PIECE]
