"""A running world: the real engine on a real file, another program's connection to it, and those who listen. Must not know what
ought to be told."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import apsw
import msgspec

from rowcast.auth import Actor
from rowcast.engine.engine import Engine
from rowcast.engine.settings import Settings
from rowcast.engine.telling.listener import Wish
from rowcast.engine.telling.subscribe import Listener, Outbox, close, open_listener, subscribe, wish
from rowcast.errors import RowcastError
from rowcast.feed import Commit
from rowcast.query.parse import parse
from rowcast.store.open import open_store
from tests.oracle.fresh import Fresh, Sight
from tests.oracle.mirror import Mirror, Place
from tests.oracle.model import Model, Table, Tie, build, random_model
from tests.oracle.people import SECRET, settle_people
from tests.oracle.questions import Question
from tests.support.patience import BUSY, until

QUICKLY = 100
"""Turns of the loop after which what goes on is left to threads, and not looked at in each turn."""
Statement = tuple[str, tuple[Any, ...], bool]


@dataclass(eq=False, slots=True)
class Held:
    """One subscription: its question, what a client holds of it, what it was told in the last step, and what a fresh question gave
    after that (None: refused). ``owed``: what must be told again before it goes on, None if that is not known."""

    uid: str
    question: Question
    wish: Wish
    mirror: Mirror
    is_new: bool = True
    told: list[tuple[str, Any]] = field(default_factory=list)
    owed: list[tuple[str, Any]] | None = None
    statement: Statement | None = None
    sight: Sight | None = None

    @property
    def is_nested(self) -> bool:
        """Whether it may show more than columns of its own rows."""
        marks = ("*", ".", "(", "to", "list", "rights", "lefts", "parts", "people", "team", "more")
        return any(mark in name for name in self.wish.query.fields for mark in marks)


@dataclass(eq=False, slots=True)
class Seat:
    """One connection: by whose token and from where, what it has heard since the last step, what it has subscribed to, and whether
    it takes nothing at present."""

    token: str | None
    ip: str | None
    listener: Listener
    frames: list[bytes]
    held: dict[str, Held] = field(default_factory=dict)
    dismissed: RowcastError | None = None
    actor: Actor | None = None
    is_slow: bool = False
    was_slow: bool = False

    def heard(self) -> list[dict[str, Any]]:
        """The frames since the last call."""
        found = [msgspec.json.decode(frame) for frame in self.frames]
        self.frames.clear()
        return found


@dataclass(eq=False, slots=True)
class Ghost:
    """A connection that was cut off: each subscription with the place it will come back to, and what it is owed since (None: that
    is not known exactly)."""

    token: str | None
    ip: str | None
    lost: list[tuple[Held, Place]]
    owed: dict[str, list[tuple[str, Any]] | None] = field(default_factory=dict)


class World:
    """One seed's data model and people. ``commits`` and ``notes`` are those since they were last cleared."""

    def __init__(self, seed: str, folder: Path) -> None:
        self.rng = Random(seed)
        self.model: Model = random_model(self.rng)
        self.path = folder / "world.db"
        self.engine = self._new_engine()
        self.seats: list[Seat] = []
        self.commits: list[Commit] = []
        self.notes: list[str] = []
        self.count = 0
        self.ghosts: list[Ghost] = []
        self.gone: Table | None = None
        self.untied: list[Tie] = []

    async def open(self, known: Path | None = None) -> None:
        """Build everything, or go on from the file ``known``, which was built of the same seed."""
        if known is not None:
            shutil.copy(known, self.path)
        await self.engine.open()
        if known is None:
            await build(self.engine, self.model)
            await settle_people(self.engine, self.model, self.rng)
        self._begin()
        self.other = apsw.Connection(str(self.path))
        self.other.set_busy_timeout(BUSY)
        self.other.execute("PRAGMA foreign_keys = ON")

    def _new_engine(self) -> Engine:
        return Engine(open_store(f"sqlite:///{self.path}"), Settings(secret=SECRET))

    def _begin(self) -> None:
        self.engine.on_commit(self.commits.append)
        self.fresh = Fresh(self.engine)

    async def restart(self) -> None:
        """The server ends and comes again; nobody is connected then."""
        await self.engine.close()
        self.engine = self._new_engine()
        await self.engine.open()
        self._begin()

    async def close(self) -> None:
        """End all."""
        for seat in list(self.seats):
            self.leave(seat)
        self.other.close()
        await self.engine.close()

    # ---- those who listen -----------------------------------------------------------------------------------------------

    async def sit(self, token: str | None, ip: str | None = None) -> Seat | None:
        """A new connection from there; None if the token is no good."""
        actor = await self.fresh.actor(token, ip)
        if actor is None:
            return None
        frames: list[bytes] = []
        outbox = Outbox(frames.append, lambda: None)
        seat = Seat(token, ip, Listener(actor, outbox, lambda error: self._dismiss(seat, error)), frames)
        seat.actor = actor
        open_listener(self.engine, seat.listener)
        self.seats.append(seat)
        return seat

    def leave(self, seat: Seat) -> None:
        """A connection ends."""
        close(self.engine, seat.listener)
        self.seats.remove(seat)

    async def subscribe(self, seat: Seat, question: Question) -> Held | None:
        """A new subscription; None if it was refused."""
        self.count += 1
        uid = f"s{self.count}"
        item = None
        if question.item is not None:
            item = self.pick(await self.keys(question.collection), question.item) or 0
        query = parse(question.query)
        exact, placed = question.exact, question.placed
        wanted = wish(question.collection, query, question.only, item, exact=exact, resume=placed)
        held = Held(uid, question, wanted, Mirror(bool(query.aggregate or query.group)))
        return held if await self.open_held(seat, held, wanted) else None

    async def open_held(self, seat: Seat, held: Held, wanted: Wish) -> bool:
        """Subscribe, again perhaps; False if it is refused."""
        try:
            await subscribe(self.engine, seat.listener, wanted, msgspec.json.encode(held.uid))
        except RowcastError as error:
            self.note(f"{held.uid}: refused: {error.message}")
            return False
        seat.held[held.uid] = held
        return True

    def _dismiss(self, seat: Seat, error: RowcastError) -> None:
        seat.dismissed = error
        close(self.engine, seat.listener)

    # ---- rows -----------------------------------------------------------------------------------------------------------

    async def keys(self, table: str) -> list[Any]:
        """The keys of the table, in order."""
        if table not in self.engine.schema.collections:
            return []
        return [row[0] for row in await self.engine.store.read(f'SELECT id FROM "{table}" ORDER BY id')]

    def pick(self, among: Sequence[Any], number: int) -> Any:
        """The how-manyeth, counted round; None if there is none."""
        return among[number % len(among)] if among else None

    async def tables(self) -> dict[str, dict[Any, tuple[Any, ...]]]:
        """Every row as it is stored, by table and key."""
        found: dict[str, dict[Any, tuple[Any, ...]]] = {}
        for name in self.model.tables:
            if name not in self.engine.schema.collections:
                found[name] = {}
                continue
            rows = await self.engine.store.read(f'SELECT id, * FROM "{name}"')
            found[name] = {row[0]: row for row in rows}
        return found

    def note(self, text: str) -> None:
        """Write into the trace."""
        self.notes.append(text)

    # ---- quiet ----------------------------------------------------------------------------------------------------------

    async def look(self) -> None:
        """See what another program has written: each transaction of our own begins with that."""

        async def nothing(_: Any) -> None:
            return None

        await self.engine.store.write(nothing)

    async def quiet(self) -> None:
        """Wait until everything that is committed was told."""
        broadcast = self.engine.broadcast
        await broadcast.reached(self.engine.store.position)
        for _ in range(QUICKLY):
            if not (broadcast._working or broadcast._tasks or broadcast._backlog):
                return
            await asyncio.sleep(0)
        await until(lambda: not (broadcast._working or broadcast._tasks or broadcast._backlog))


__all__ = ["Ghost", "Held", "Seat", "World"]
