"""Brings commits to those who listen, in order. Must not know sockets, nor what rights are.

A commit that may change someone's rights is told only after the views concerned were narrowed again (see ``review``); commits
behind it wait. So nobody is ever told anything by rights that ended earlier in the log.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.background import Background
from rowcast.engine.telling import eager
from rowcast.engine.telling.answers import Answers
from rowcast.engine.telling.history import History
from rowcast.engine.telling.listener import Listener, Watch
from rowcast.engine.telling.moves import Moves
from rowcast.engine.telling.refresh import Refresher
from rowcast.engine.telling.review import Review, changes_rights
from rowcast.errors import InternalError, RowcastError
from rowcast.feed import Commit, Position
from rowcast.live import Answer, Ask, Live
from rowcast.schema import Schema

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

log = logging.getLogger("rowcast.live")
ON_DEMAND = frozenset({"directus_activity", "directus_revisions"})
"""Collections that each mutation appends to: captured only while somebody looks."""
PATIENCE = 0.005
"""Seconds after which telling of another program's rows lets others have the loop."""


class Broadcast:
    """The one reader of commits for all listeners. ``is_telling``: it is in the midst of a commit; who comes now must wait for its
    end."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.live, self.listeners = Live(), set[Listener]()
        self.history = History(engine.store, lambda: self.told, changes_rights)
        self._answers = Answers(engine)
        self.refresher = Refresher(engine, self, self._answers)
        self.review = Review(engine, self, Moves(self, self._answers, self.refresher))
        self._backlog: deque[Commit] = deque()
        self._working = self.is_telling = False
        self._waiting: list[asyncio.Future[None]] = []
        self._tasks = Background()
        self._captured: set[str] = set()
        self.slow_closes = 0
        self.on_told: list[Callable[[Commit], None]] = []
        """Called with each commit after it was told, or its events were kept a place in the outboxes."""

    # ---- commits ------------------------------------------------------------------------------------------------------

    def opened(self) -> None:
        """The store is open: what it announces from now on is told."""
        self.live.previous = self._engine.store.position
        self.history.begin(self._engine.store.position)

    @property
    def epoch(self) -> int:
        """Counts the changes of rights."""
        return self.review.epoch

    @property
    def told(self) -> Position:
        """The position up to which everything was told."""
        return self.live.previous or self._engine.store.position

    def committed(self, commit: Commit) -> None:
        """A commit, in order."""
        if self.listeners or self._working:
            self._backlog.append(commit)
        else:
            self.live.previous = commit.position
            self.history.add(commit)
        if not self._working:
            self.start(self._work_off())

    def close_all(self) -> None:
        """Nothing is looked at any more."""
        self.refresher.close()
        self.review.close()

    def remodelled(self, _schema: Schema) -> None:
        """The data model is another one: everything is prepared again before the next commit is told, or now if there is none."""
        self._answers.clear()
        self.history.remodelled()
        if self.listeners:
            self.review.remodelled()
            asyncio.get_running_loop().call_soon(self.look)

    def look(self) -> None:
        """Review what is due without a commit."""
        if self.review.is_due and not self._working:
            self.start(self._work_off())

    @property
    def behind(self) -> int:
        """How many commits wait to be told."""
        return len(self._backlog) + self._working

    async def reached(self, position: Position) -> None:
        """Wait until everything up to ``position`` was told."""
        while self._working or self._engine.store.position < position:
            await self._next()

    async def _next(self) -> None:
        """Wait until there is nothing left to tell for the moment."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    async def _work_off(self) -> None:
        self._working = True
        try:
            while self._backlog or self.review.is_due:
                await self._work(self._backlog.popleft() if self._backlog else None)
        finally:
            self._working = False
        self._wake()

    async def _work(self, commit: Commit | None) -> None:
        """One commit, or what is due without one. A fault must not keep the next ones from being told."""
        try:
            if commit is not None:
                self.review.dismiss_old_tokens(commit)
            is_remodelled = self.review.is_remodelled
            concerned = self.review.concerned(commit)
            if concerned:
                await self.review.review(concerned, None if is_remodelled else commit)
        except Exception:
            log.exception("rights could not be reviewed")
        if commit is not None:
            await self._tell(commit)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def _tell(self, commit: Commit) -> None:
        self.history.add(commit)
        asks: list[Ask] = []
        try:
            slices = self.live.publishing(commit, asks, folded=changes_rights(commit))
            if commit.is_apart:
                await self._pace(slices)
            for _ in slices:
                pass
            self.ask(asks)
            if self.live.stale:
                self.refresher.start()
            self.review.tell_refused(commit.changes)
            for hear in self.on_told:
                hear(commit)
        except Exception:
            self.live.previous = commit.position
            log.exception("the commit at %s could not be told", commit.position)

    async def _pace(self, slices: Iterator[None]) -> None:
        """Tell slice by slice, and let others have the loop in between."""
        clock = asyncio.get_running_loop().time
        begun, self.is_telling = clock(), True
        try:
            for _ in slices:
                if clock() - begun > PATIENCE:
                    await asyncio.sleep(0)
                    begun = clock()
        finally:
            self.is_telling = False

    async def through(self) -> None:
        """Wait until everything that is known of was told."""
        while self._working:
            await self._next()

    def ask(self, asks: Iterable[Ask]) -> None:
        """Have what only the database can say asked and told."""
        for ask in asks:
            self.start(self._answer(ask))

    async def _answer(self, ask: Ask) -> None:
        answer = Answer()
        try:
            answer, position = await self._answers.answer(ask)
            if self.told < position:  # by rights that have ended until then, nobody may be told what was read
                await self.reached(position)
        except RowcastError as error:
            log.warning("an event of %s could not be told: %s", ask.view.collection, error.message)
        except Exception:
            log.exception("an event of %s could not be told", ask.view.collection)
        self.live.answer(ask, answer)

    # ---- listeners ----------------------------------------------------------------------------------------------------

    def open(self, listener: Listener) -> None:
        """From now on the listener's rights are kept up to date."""
        self.listeners.add(listener)
        if self._engine.identities.is_outdated(listener.actor):
            self.start(self._welcome(listener))

    async def _welcome(self, listener: Listener) -> None:
        try:
            await self.review.welcome(listener)
        except Exception:
            log.exception("it could not be found out who somebody is by now")
            listener.dismiss(InternalError())

    def close(self, listener: Listener) -> None:
        """The listener has gone."""
        self.listeners.discard(listener)
        self.review.forget(listener)

    async def change_actor(self, listener: Listener, actor: Actor) -> None:
        """Make the listener somebody else. No commit is told meanwhile."""
        await self.through()
        self._working = True
        try:
            await self.review.become(listener, actor)
        finally:
            self._working = False
            self.start(self._work_off())

    def drop(self, listener: Listener, watches: Iterable[Watch]) -> None:
        """These subscriptions end."""
        for watch in watches:
            watch.move = None
            self.live.end(watch.subscription)
            listener.outbox.forget(watch.subscription.tail)
            listener.ended += watch.subscription.events
            self.review.forgive(listener, watch)
        for collection in self._captured - self.live.watched() - self.review.heeded():
            self._captured.discard(collection)
            self.start(self._engine.store.watch(collection, False))

    def fail(self, listener: Listener, watch: Watch) -> None:
        """The watch cannot be shown anything."""
        self.live.end(watch.subscription)
        self.review.refuse(listener, watch, InternalError())

    async def capture(self, collections: Iterable[str]) -> bool:
        """See to it that changes of these collections are in the commits. False: they have been all the time."""
        missing = ON_DEMAND.intersection(collections) - self._captured
        for collection in missing:
            self._captured.add(collection)
            await self._engine.store.watch(collection, True)
        return bool(missing)

    def start(self, work: Any) -> None:
        """Run a coroutine in the background."""
        task = eager.run(work)
        if task is not None:
            self._tasks.keep(task)
