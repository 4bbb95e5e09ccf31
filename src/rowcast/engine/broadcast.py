"""Brings commits to those who listen, in order, and keeps what they are shown in step with their rights. Must not know sockets.

A commit that may change someone's rights is told only after the views concerned were narrowed again; commits behind it wait. So
nobody is ever told anything by rights that ended earlier in the log.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine import eager
from rowcast.engine.answers import Answers
from rowcast.engine.history import History
from rowcast.engine.identify import identify_again
from rowcast.engine.listener import Listener, Watch
from rowcast.engine.moves import Move, Moves
from rowcast.engine.refresh import Refresher
from rowcast.engine.views import Prepared, prepare
from rowcast.errors import InternalError, InvalidCredentials, RowcastError
from rowcast.feed import Change, Commit, Position
from rowcast.live import Answer, Ask, Live
from rowcast.protocol import frames
from rowcast.schema import Schema

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

log = logging.getLogger("rowcast.live")
SHARED = frozenset(
    {"directus_roles", "directus_access", "directus_policies", "directus_permissions", "directus_shares"}
)
"""A change there may change anybody's rights."""
_TRIVIAL = frozenset(
    {"last_access", "last_page", "appearance", "theme_light", "theme_dark", "language", "text_direction"}
)
ON_DEMAND = frozenset({"directus_activity", "directus_revisions"})
"""Collections that each mutation appends to: captured only while somebody looks."""
_PAUSE_EVERY = 200


class Broadcast:
    """The one reader of commits for all listeners. ``epoch`` counts the changes of rights."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.live, self.listeners = Live(), set[Listener]()
        self.epoch = 0
        self.history = History(engine.store, lambda: self.told)
        self._answers = Answers(engine)
        self.refresher = Refresher(self, self._answers)
        self._moves = Moves(self, self._answers, self.refresher)
        self._backlog: deque[Commit] = deque()
        self._working = self._remodelled = self._has_dependants = False
        self._refused: dict[str, set[tuple[Listener, Watch]]] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._captured: set[str] = set()
        self.slow_closes = 0
        self.on_told: list[Callable[[Commit], None]] = []
        """Called with each commit after it was told, or its events were kept a place in the outboxes."""

    # ---- commits ------------------------------------------------------------------------------------------------------

    def opened(self) -> None:
        """The store is open: what it announces from now on is told."""
        self.live.previous = self._engine.store.position
        self.history.begin(self.live.previous)

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

    def remodelled(self, _schema: Schema) -> None:
        """The data model is another one: everything is prepared again before the next commit is told."""
        self._remodelled = bool(self.listeners)
        self._answers.clear()

    @property
    def behind(self) -> int:
        """How many commits wait to be told."""
        return len(self._backlog) + self._working

    async def reached(self, position: Position) -> None:
        """Wait until everything up to ``position`` was told."""
        while self._working or self._engine.store.position < position:
            await self._next()

    async def change_actor(self, listener: Listener, actor: Actor) -> None:
        """Make the listener somebody else. No commit is told meanwhile."""
        while self._working:
            await self._next()
        self._working = True
        try:
            listener.actor = actor
            await self._review_watches(listener)
        finally:
            self._moves.start()
            self._working = False
            self.start(self._work_off())

    async def _next(self) -> None:
        """Wait until there is nothing left to tell for the moment."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    async def _work_off(self) -> None:
        self._working = True
        try:
            while self._backlog:
                await self._work(self._backlog.popleft())
        finally:
            self._working = False
        self._wake()

    async def _work(self, commit: Commit) -> None:
        """One commit. A fault must not keep the next ones from being told."""
        try:
            if "directus_users" in commit.collections:
                self._dismiss_old_tokens(commit)
            concerned = self._concerned(commit)
            if concerned:
                await self._review(concerned)
            self._tell(commit)
            for hear in self.on_told:
                hear(commit)
        except Exception:
            log.exception("the commit at %s could not be told", commit.position)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def _tell(self, commit: Commit) -> None:
        self.history.add(commit)
        for ask in self.live.publish(commit):
            self.start(self._answer(ask, commit))
        if self.live.stale:
            self.refresher.start()
        if self._refused:
            for change in commit.changes:
                self._tell_refused(change)

    async def _answer(self, ask: Ask, commit: Commit) -> None:
        answer = Answer()
        try:
            answer = await self._answers.answer(ask, commit)
        except RowcastError as error:
            log.warning("an event of %s could not be told: %s", ask.view.collection, error.message)
        except Exception:
            log.exception("an event of %s could not be told", ask.view.collection)
        self.live.answer(ask, answer)

    def _tell_refused(self, change: Change) -> None:
        """Whoever may not see any more what it subscribed to is told so at the next event, once."""
        for listener, watch in list(self._refused.get(change.collection, ())):
            if watch.refused is not None and watch.subscription.only in (None, change.kind):
                listener.outbox.send(frames.error("subscribe", watch.refused, watch.uid))
                self._refused[change.collection].discard((listener, watch))

    # ---- rights -------------------------------------------------------------------------------------------------------

    def _concerned(self, commit: Commit) -> Collection[Listener]:
        """Whose views or identity a commit may change."""
        touched = commit.collections
        if self._remodelled or touched & SHARED:
            self._remodelled = False
            return list(self.listeners)
        users: set[object] = set()
        if "directus_users" in touched:
            users = {c.key for c in commit.changes if c.collection == "directus_users" and not _is_trivial(c)}
        if not users and not self._has_dependants:
            return ()
        return [one for one in self.listeners if one.actor.user in users or _depends(one, touched)]

    def _dismiss_old_tokens(self, commit: Commit) -> None:
        """Who came with a static token that was replaced or taken away has to come again."""
        for user in [change.key for change in commit.changes if _is_retokened(change)]:
            for listener in [one for one in self.listeners if one.actor.user == user and one.actor.expires is None]:
                listener.dismiss(InvalidCredentials())

    async def _review(self, listeners: Collection[Listener]) -> None:
        """Let each be who it is now and see what its rights are now."""
        self.epoch += 1
        for number, listener in enumerate(listeners, 1):
            if listener.is_open:
                await self._review_one(listener)
            if number % _PAUSE_EVERY == 0:
                await asyncio.sleep(0)
        self._moves.start()

    async def _review_one(self, listener: Listener) -> None:
        try:
            listener.actor = await identify_again(self._engine, listener.actor)
        except RowcastError as error:
            listener.dismiss(error)
        else:
            await self._review_watches(listener)

    async def _review_watches(self, listener: Listener) -> None:
        """Show each subscription of the listener what its actor may see now."""
        for watch in list(listener.watches.values()):
            if watch.subscription.audience is not None or watch.refused is not None or watch.move is not None:
                await self._review_watch(listener, watch)

    async def _review_watch(self, listener: Listener, watch: Watch) -> None:
        prepared = await self._prepare_again(listener, watch)
        current = watch.subscription.audience
        if not listener.is_open:
            return
        if watch.wish.is_exact:
            view = None if prepared is None else prepared.view
            if watch.move is not None or (None if current is None else current.view) != view:
                self._moves.add((listener, watch), prepared)
        elif prepared is None:
            self.live.leave(watch.subscription)
        elif current is None or current.view != prepared.view:
            self.live.join(prepared.view, prepared.primary, watch.subscription)

    async def _prepare_again(self, listener: Listener, watch: Watch) -> Prepared | None:
        """What the watch may see now; None if nothing, which it will be told."""
        self._forgive(listener, watch)
        try:
            prepared = await prepare(self._engine, listener.actor, watch.wish)
        except RowcastError as error:
            self._refuse(listener, watch, error)
        except Exception:
            log.exception("a subscription to %s could not be prepared again", watch.wish.collection)
            self._refuse(listener, watch, InternalError())
        else:
            self.depend(watch, prepared.depends)
            return prepared
        return None

    async def review_moved(self, seats: Sequence[tuple[Listener, Watch]], move: Move) -> None:
        """The rights of these have changed again while they moved."""
        while True:
            epoch = self.epoch
            targets = [await self._prepare_again(listener, watch) for listener, watch in seats]
            if epoch == self.epoch:
                break
        for seat, target in zip(seats, targets, strict=True):
            if seat[1].move is move:
                self._moves.restart(seat, target, move)
        self._moves.start()

    def fail(self, listener: Listener, watch: Watch) -> None:
        """The watch cannot be shown anything."""
        self.live.leave(watch.subscription)
        self._refuse(listener, watch, InternalError())

    def depend(self, watch: Watch, collections: frozenset[str]) -> None:
        """What the watch shows depends on rows of these collections besides its own."""
        watch.depends = collections
        self._has_dependants = self._has_dependants or bool(collections)

    def _refuse(self, listener: Listener, watch: Watch, error: RowcastError) -> None:
        watch.refused = error
        self._refused.setdefault(watch.wish.collection, set()).add((listener, watch))
        if listener.refused is not None:
            listener.refused(error)

    def _forgive(self, listener: Listener, watch: Watch) -> None:
        watch.refused = None
        refused = self._refused.get(watch.wish.collection)
        if refused is not None:
            refused.discard((listener, watch))
            if not refused:
                del self._refused[watch.wish.collection]

    # ---- listeners ----------------------------------------------------------------------------------------------------

    def drop(self, listener: Listener, watches: Iterable[Watch]) -> None:
        """These subscriptions end."""
        for watch in watches:
            watch.move = None
            self.live.leave(watch.subscription)
            listener.outbox.forget(watch.subscription.tail)
            listener.ended += watch.subscription.events
            self._forgive(listener, watch)
        for collection in self._captured - self.live.watched():
            self._captured.discard(collection)
            self.start(self._engine.store.watch(collection, False))

    async def capture(self, collection: str) -> None:
        """See to it that changes of the collection are in the commits."""
        if collection in ON_DEMAND and collection not in self._captured:
            self._captured.add(collection)
            await self._engine.store.watch(collection, True)

    def start(self, work: Any) -> None:
        """Run a coroutine in the background."""
        task = eager.run(work)
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


def _is_trivial(change: Change) -> bool:
    """Whether a user's row changed in nothing that matters for rights."""
    if change.before is None or change.after is None:
        return change.after is not None
    return all(name in _TRIVIAL for name in _changed(change.before.values, change.after.values))


def _is_retokened(change: Change) -> bool:
    if change.collection != "directus_users" or change.before is None or change.after is None:
        return False
    return bool(change.before.values.get("token") != change.after.values.get("token"))


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [name for name in after if before.get(name) != after[name]]


def _depends(listener: Listener, touched: frozenset[str]) -> bool:
    return any(watch.depends & touched for watch in listener.watches.values() if watch.depends)
