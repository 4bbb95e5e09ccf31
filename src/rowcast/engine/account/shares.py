"""Shares: links that let somebody without an account see one item. Must not know what a share may read (policy
does)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.account.hashing import matches
from rowcast.engine.account.letters import project_name, share_letter
from rowcast.engine.account.sessions import Grant, Mode, begin
from rowcast.engine.internal import internal_row
from rowcast.engine.read import read_one
from rowcast.errors import Forbidden, InvalidCredentials
from rowcast.query.parse import parse
from rowcast.query.sql import accounts
from rowcast.store.base import Transaction

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

INFO = ("id", "collection", "item", "max_uses", "times_used", "date_start", "date_end")
CONCEALED = "**********"


async def enter(engine: Engine, place: Actor, key: str, password: str | None, mode: Mode) -> Grant:
    """Open a session for a share; counts one use. Raises InvalidCredentials: unknown, wrong password, outside its
    dates, used up."""
    started = time.monotonic()
    share = await engine.identities.share(key)
    known = share is not None and share.is_open(engine.clock.time()) and not share.is_used_up
    right = share is not None and (share.password is None or await matches(share.password, password or ""))
    if not known or not right or not await _use(engine, key):
        await asyncio.sleep(max(0.0, started + engine.settings.login_stall_time - time.monotonic()))
        raise InvalidCredentials
    return await begin(engine, place, mode, share=key)


async def share_info(engine: Engine, key: str) -> dict[str, Any]:
    """What everybody who has the link may know of a share. Raises Forbidden where it is not open."""
    share = await engine.identities.share(key)
    if share is None or not share.is_open(engine.clock.time()) or share.is_used_up:
        raise Forbidden
    known = await internal_row(engine, "directus_shares", filter={"id": {"_eq": share.id}}, fields=list(INFO))
    return {**(known or {}), "password": CONCEALED if share.password else None}


async def invite_to_share(engine: Engine, actor: Actor, key: str, emails: Sequence[str]) -> None:
    """Mail the link of a share. The actor must be able to read it. Raises Forbidden."""
    if actor.user is None:
        raise Forbidden
    await read_one(engine, actor, "directus_shares", key, parse({"fields": ["id"]}))
    address = f"{engine.settings.public_url.rstrip('/')}/admin/shared/{key}"
    for email in emails:
        engine.mail.post(share_letter(await project_name(engine), email, address))


async def _use(engine: Engine, key: str) -> bool:
    """Count one use in the same statement that checks the limit: two at once cannot both be the last."""

    async def work(tx: Transaction) -> bool:
        return bool(await tx.fetch(accounts.USE_SHARE, (key,)))

    return await engine.store.write(work)
