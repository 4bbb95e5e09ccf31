"""Notes what a user did last. Must not know why anybody wants to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rowcast.query.sql import accounts
from rowcast.store.base import Transaction

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

_LONGEST = 255


async def track_page(engine: Engine, user: str, page: str) -> None:
    """Note the page that a user was on last, without history. A longer address than the column holds is cut."""

    async def work(tx: Transaction) -> None:
        await tx.fetch(accounts.TRACK_PAGE, (page[:_LONGEST], user))

    await engine.store.write(work)
