"""Keeps what listeners are shown in step with their rights. Must not know sockets, nor what is told.

Reviewed are classes, not listeners: what depends on nothing but policies and the question is prepared once for all who share both,
and those who ask are looked up in a few statements, however many they are.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rowcast.auth import Actor
from rowcast.engine.account.identify import identify_again
from rowcast.engine.account.identities import Session
from rowcast.engine.stems import TIME
from rowcast.engine.telling.due import BLINDLY
from rowcast.engine.telling.listener import Listener, Watch
from rowcast.engine.telling.moves import Move, Moves
from rowcast.engine.telling.views import Prepared, Preparing, is_decisive
from rowcast.errors import InternalError, InvalidCredentials, RowcastError
from rowcast.feed import NONE, Change, Commit
from rowcast.live import View
from rowcast.protocol import frames

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine
    from rowcast.engine.telling.broadcast import Broadcast

log = logging.getLogger("rowcast.live")
SHARED = frozenset(
    {"directus_roles", "directus_access", "directus_policies", "directus_permissions", "directus_shares"}
)
"""A change there may change anybody's rights."""
_PAUSE_EVERY = 200


class Review:
    """``epoch`` counts the changes of rights."""

    def __init__(self, engine: Engine, broadcast: Broadcast, moves: Moves) -> None:
        self._engine, self._broadcast, self._moves = engine, broadcast, moves
        self.epoch = 0
        self._remodelled = False
        self._gaps = NONE
        self._late = False
        self._commit: Commit | None = None
        self._clock: asyncio.TimerHandle | None = None
        self._refused: dict[str, set[tuple[Listener, Watch]]] = {}
        self._dependants: dict[str, set[Listener]] = {}

    # ---- whom it concerns ---------------------------------------------------------------------------------------------

    def remodelled(self) -> None:
        """The data model is another one: everything must be prepared again."""
        self._remodelled = True

    @property
    def is_remodelled(self) -> bool:
        """Whether the data model is another one since the last review."""
        return self._remodelled

    @property
    def is_due(self) -> bool:
        """Whether a review is due that no commit has brought about."""
        return self._remodelled or self._late

    def concerned(self, commit: Commit | None) -> Collection[Listener]:
        """Whose views or identity a commit may change; None: what is due anyway."""
        everybody, touched = self._broadcast.listeners, frozenset[str]() if commit is None else commit.decisive
        self._gaps = NONE if commit is None else commit.gaps
        if self._remodelled or self._gaps or touched & SHARED or (commit and "directus_users" in commit.beyond):
            self._remodelled = False
            return list(everybody)
        found: set[Listener] = set()
        if commit is not None and "directus_users" in touched:
            users = {change.key for change in commit.changes if is_decisive(change)}
            found |= {one for one in everybody if one.actor.user in users} if users else set()
        if self._late:
            self._late = False
            touched |= {TIME}
        for collection in touched & self._dependants.keys():
            found |= self._still(collection)
        return found

    def depend(self, listener: Listener, watch: Watch, collections: frozenset[str]) -> None:
        """What the watch shows depends on rows of these collections besides its own."""
        watch.depends = collections
        for collection in collections:
            self._dependants.setdefault(collection, set()).add(listener)
        if TIME in collections and self._clock is None:
            self._clock = asyncio.get_running_loop().call_later(BLINDLY, self._strike)

    def heeded(self) -> frozenset[str]:
        """The collections that somebody may depend on."""
        return frozenset(self._dependants)

    def close(self) -> None:
        """Nothing is looked at any more."""
        if self._clock is not None:
            self._clock.cancel()

    def _strike(self) -> None:
        """Time may have changed what variables stand for."""
        self._clock = None
        if TIME in self._dependants and self._still(TIME):
            self._clock = asyncio.get_running_loop().call_later(BLINDLY, self._strike)
            self._late = True
            self._broadcast.look()

    def _still(self, collection: str) -> set[Listener]:
        """Those who still depend on the collection."""
        known = self._dependants[collection]
        found = {one for one in known if one.is_open and any(collection in watch.depends for watch in one.all_watches)}
        if found:
            self._dependants[collection] = found
        else:
            del self._dependants[collection]
        return set(found)

    def forget(self, listener: Listener) -> None:
        """The listener has gone."""
        for collection in {name for watch in listener.all_watches for name in watch.depends}:
            self._dependants.get(collection, set()).discard(listener)

    def dismiss_old_tokens(self, commit: Commit) -> None:
        """Who came with a static token that was replaced or taken away has to come again."""
        users = {change.key for change in commit.changes if is_retokened(change)}
        if users:
            everybody = [one for one in self._broadcast.listeners if one.actor.user in users]
            for listener in everybody:
                if listener.actor.expires is None:
                    listener.dismiss(InvalidCredentials())

    # ---- what they may see --------------------------------------------------------------------------------------------

    async def review(self, listeners: Collection[Listener], commit: Commit | None) -> None:
        """Let each be who it is now and see what its rights are now. ``commit``: what has brought that about; it is told next."""
        self.epoch += 1
        self._commit = commit
        try:
            await self._review(listeners)
        finally:
            self._commit = None

    async def _review(self, listeners: Collection[Listener]) -> None:
        preparing = Preparing(self._engine)
        actors = [listener.actor for listener in listeners]
        sessions = await self._engine.identities.prime(actors)
        for number, listener in enumerate(listeners, 1):
            if listener.is_open:
                await self._review_one(listener, preparing, sessions)
            if number % _PAUSE_EVERY == 0:
                await asyncio.sleep(0)
        self._moves.start()

    async def become(self, listener: Listener, actor: Actor) -> None:
        """The listener is somebody else."""
        self.epoch += 1
        listener.actor = actor
        await self.welcome(listener)
        if listener.is_open:
            await self._review_watches(listener, Preparing(self._engine))
        self._moves.start()

    async def welcome(self, listener: Listener) -> None:
        """Rights that have changed between the moment when it was found out who that is and now."""
        identities, actor = self._engine.identities, listener.actor
        if not identities.is_outdated(actor):
            return
        if identities.is_replaced(actor):
            listener.dismiss(InvalidCredentials())
        else:
            await self._identify(listener, None)

    async def _review_one(self, listener: Listener, preparing: Preparing, sessions: Mapping[str, Session]) -> None:
        try:
            if await self._identify(listener, sessions):
                await self._review_watches(listener, preparing)
        except (
            Exception
        ):  # whoever cannot be reviewed must not go on with former rights, nor keep others from being told
            log.exception("the rights of a listener could not be reviewed")
            listener.dismiss(InternalError())

    async def _identify(self, listener: Listener, sessions: Mapping[str, Session] | None) -> bool:
        end = listener.actor.expires
        try:
            listener.actor = await identify_again(self._engine, listener.actor, sessions)
        except RowcastError as error:
            listener.dismiss(error)
            return False
        if listener.actor.expires not in (None, end):
            self._look_at_the_end(listener, listener.actor.expires)
        return True

    def _look_at_the_end(self, listener: Listener, end: int) -> None:
        """A share ends at another time than was known when its reader came."""

        def look() -> None:
            if listener.is_open:
                self._broadcast.start(self._identify(listener, None))

        clock = self._engine.clock
        clock.later(max(0.0, end - clock.time()), look)

    async def _review_watches(self, listener: Listener, preparing: Preparing) -> None:
        """Show each subscription of the listener what its actor may see now."""
        for watch in list(listener.watches.values()):
            if watch.subscription.audience is not None or watch.refused is not None or watch.move is not None:
                await self._review_watch(listener, watch, preparing)

    async def _review_watch(self, listener: Listener, watch: Watch, preparing: Preparing) -> None:
        prepared = await self._prepare(listener, watch, preparing)
        current = watch.subscription.audience
        if not listener.is_open:
            return
        if watch.wish.is_exact:
            view = None if prepared is None else prepared.view
            is_lost = self._is_lost(watch)
            if is_lost or watch.move is not None or (None if current is None else current.view) != view:
                self._moves.add((listener, watch), prepared, is_lost=is_lost)
        elif prepared is None:
            self._broadcast.live.end(watch.subscription)
        elif current is None or current.view != prepared.view:
            self._broadcast.ask(
                self._broadcast.live.move(prepared.view, prepared.primary, watch.subscription, self._commit)
            )

    def _is_lost(self, watch: Watch) -> bool:
        """Whether what the watch shows may have changed without being logged."""
        return bool(self._gaps) and any(not self._gaps.isdisjoint(view.shows) for view in _views(watch))

    async def _prepare(self, listener: Listener, watch: Watch, preparing: Preparing) -> Prepared | None:
        """What the watch may see now; None if nothing, which it will be told."""
        self.forgive(listener, watch)
        try:
            while True:
                prepared = await preparing.prepare(
                    listener.actor, watch.wish, lambda depends: self.depend(listener, watch, depends)
                )
                if not await self._broadcast.capture((*prepared.view.form.related, *prepared.depends)):
                    break
        except RowcastError as error:
            self.refuse(listener, watch, error)
        except Exception:
            log.exception("a subscription to %s could not be prepared again", watch.wish.collection)
            self.refuse(listener, watch, InternalError())
        else:
            return prepared
        return None

    async def review_moved(self, seats: Sequence[tuple[Listener, Watch]], move: Move) -> None:
        """The rights of these have changed again while they moved."""
        while True:
            epoch, preparing = self.epoch, Preparing(self._engine)
            targets = [await self._prepare(listener, watch, preparing) for listener, watch in seats]
            if epoch == self.epoch:
                break
        for seat, target in zip(seats, targets, strict=True):
            if seat[1].move is move:
                self._moves.restart(seat, target, move)
        self._moves.start()

    # ---- who may see nothing ------------------------------------------------------------------------------------------

    def refuse(self, listener: Listener, watch: Watch, error: RowcastError) -> None:
        """The watch may show nothing."""
        watch.refused = error
        self._refused.setdefault(watch.wish.collection, set()).add((listener, watch))
        if listener.refused is not None:
            listener.refused(error)

    def forgive(self, listener: Listener, watch: Watch) -> None:
        """It may again, or is gone."""
        watch.refused = None
        refused = self._refused.get(watch.wish.collection)
        if refused is not None:
            refused.discard((listener, watch))
            if not refused:
                del self._refused[watch.wish.collection]

    def tell_refused(self, changes: Iterable[Change]) -> None:
        """Whoever may not see any more what it subscribed to is told so at the next event, once."""
        if not self._refused:
            return
        for change in changes:
            for listener, watch in list(self._refused.get(change.collection, ())):
                if watch.refused is not None and watch.subscription.only in (None, change.kind):
                    listener.outbox.send(frames.error("subscribe", watch.refused, watch.uid))
                    self._refused[change.collection].discard((listener, watch))


def _views(watch: Watch) -> Iterator[View]:
    """What the watch shows, or the ends of its way if it moves."""
    if watch.move is not None:
        if watch.move.old is not None:
            yield watch.move.old
        if watch.move.target is not None:
            yield watch.move.target.view
    elif watch.subscription.audience is not None:
        yield watch.subscription.audience.view


def changes_rights(commit: Commit) -> bool:
    """Whether a commit may change what somebody may see. What else it did is told as its outcome alone: what was only in between,
    within the same transaction, nobody could read."""
    return bool(commit.decisive & SHARED) or any(map(is_decisive, commit.changes))


def is_retokened(change: Change) -> bool:
    """Whether a user has another static token now."""
    if change.collection != "directus_users" or change.before is None or change.after is None:
        return False
    return bool(change.before.values.get("token") != change.after.values.get("token"))
