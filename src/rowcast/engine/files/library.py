"""Where the engine has its files: the storages of the settings, and whoever takes away the bytes that no row holds any
more. Must not know requests or rights.

The database is the ledger: a name is noted as an orphan before bytes are put in place under it, and by a trigger when
the last row lets it go; the row that takes a name strikes it out in its own transaction. So whatever ends the process,
the ledger tells which bytes are nobody's, and no row is ever without its bytes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import structlog

from rowcast.engine.background import Background
from rowcast.engine.files.pictures import Pictures
from rowcast.errors import InvalidPayload, RowcastError, ServiceUnavailable
from rowcast.feed import Commit
from rowcast.feed.commit import Kind
from rowcast.query.sql import files
from rowcast.storage import Received, Storage, open_storage
from rowcast.store.base import Transaction

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

FILES = "directus_files"
DERIVED = ".assets"
GRACE = 600.0
"""Seconds that an upload may take from its note to its row; what is older has died."""
PATIENCE = 5.0
"""Seconds that exports get to finish at the end."""
FORGOTTEN = 86_400.0
"""Seconds after which received bytes that never got a name are given up."""

log = structlog.get_logger("rowcast.files")


class Library:
    """The files of one engine. ``default``: the name of the storage for what names none."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        settings = engine.settings
        self._storages = {each.name: open_storage(each.driver, each.root) for each in settings.files.locations}
        self.default = settings.files.locations[0].name
        self.pictures = Pictures(settings.assets)
        self._clearing: asyncio.Task[None] | None = None
        self._again = False
        self._tasks = Background(_failed)

    def storage(self, name: str) -> Storage:
        """The storage of that name, for new bytes. Raises InvalidPayload if there is none."""
        found = self._storages.get(name)
        if found is None:
            raise InvalidPayload(f'There is no storage "{name}"')
        return found

    def holder(self, name: str) -> Storage:
        """The storage of that name, for bytes that are there. Raises ServiceUnavailable if the settings have it no more."""
        found = self._storages.get(name)
        if found is None:
            raise ServiceUnavailable(f'The storage "{name}" is not among STORAGE_LOCATIONS.', service="files")
        return found

    async def place(self, storage: str, received: Received, name: str) -> None:
        """Put received bytes in place, noted as nobody's until a row takes the name."""
        await self._write(files.NOTE_ORPHAN, storage, name, time.time())
        await self.storage(storage).keep(received, name)

    async def abandon(self, storage: str, name: str) -> None:
        """Take away the bytes that no row has taken."""
        with suppress(RowcastError):  # the ledger still has them
            await self._clear(storage, name, time.time())

    def committed(self, commit: Commit) -> None:
        """Take away what a commit has let go of."""
        if FILES in commit.collections and any(
            change.collection == FILES and change.kind is not Kind.CREATE for change in commit.changes
        ):
            self.clear_soon()

    def clear_soon(self) -> None:
        """Take away what was let go of, after what is done now."""
        self._again = True
        if self._clearing is None or self._clearing.done():
            self._clearing = asyncio.get_running_loop().create_task(self._clear_all())

    async def _clear_all(self) -> None:
        while self._again:
            self._again = False
            try:
                await self.sweep(0.0)
            except RowcastError as error:
                log.warning("files could not be removed", code=error.code, message=error.message)

    async def sweep(self, until: float | None = None) -> int:
        """Take away the bytes that were noted until then (seconds since 1970; None: what is older than ``GRACE``, and
        bytes that never got a name); how many files it were."""
        if until is None:
            until = time.time() - GRACE
            for storage in self._storages.values():
                await storage.sweep(FORGOTTEN)
        count = 0
        while rows := await self._engine.store.read(files.ORPHANS, (until,)):
            for storage_name, name in rows:
                await self._clear(storage_name, name, until)
            count += len(rows)
        return count

    async def _clear(self, storage: str, name: str, until: float) -> None:
        """Bytes first, note last: a note without bytes does no harm."""
        held = (await self._engine.store.read(files.ORPHAN, (storage, name)))[0][0]
        found = self._storages.get(storage)
        if not held and found is not None:
            with suppress(InvalidPayload):  # a name that we would never have given
                await found.delete(name)
                await found.delete(f"{DERIVED}/{name}")
        await self._write(files.FORGET_ORPHAN, storage, name, until)

    async def _write(self, text: str, *args: object) -> None:
        async def work(tx: Transaction) -> None:
            await tx.fetch(text, args)

        await self._engine.store.write(work, quick=True)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something done that nobody waits for."""
        self._tasks.begin(work)

    async def close(self) -> None:
        """Finish what was begun, for a while, and taking away what was let go of."""
        await asyncio.gather(*await self._tasks.settle(PATIENCE), return_exceptions=True)
        if self._clearing is not None:
            await self._clearing
        await self.pictures.close()


def _failed(error: BaseException) -> None:
    log.error("a task about files has failed", exc_info=error)
