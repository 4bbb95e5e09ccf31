"""Subscribe and unsubscribe: the rows as they are now, joined to what happens to them from then on, without gap or double.

Register and hold back → read the rows with the position of exactly that state → send them → send what is newer. Must not know how
messages look, only the frames it sends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from rowcast.auth import Actor
from rowcast.engine.telling.broadcast import ON_DEMAND
from rowcast.engine.telling.listener import Listener, Watch, Wish
from rowcast.engine.telling.refresh import Shown
from rowcast.engine.telling.views import Prepared, count_of, prepare
from rowcast.errors import Forbidden
from rowcast.feed import Kind, Position
from rowcast.live import Audience, Outbox, Subscription, Token
from rowcast.live.encode import appended
from rowcast.protocol import frames
from rowcast.protocol.codec import uid_text
from rowcast.query.parse import Query
from rowcast.query.written import query_of

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

__all__ = ["Listener", "Outbox", "Wish", "change_actor", "close", "open_listener", "subscribe", "unsubscribe", "wish"]


def wish(
    collection: str,
    query: Query | bytes,
    event: str | None = None,
    item: str | int | None = None,
    *,
    exact: bool = False,
    resume: bool = False,
    since: str | None = None,
) -> Wish:
    """What is to be subscribed to. ``query`` may be its JSON text, which takes less room. ``event``: only events of that kind
    (create, update, delete), and no rows at the beginning. ``exact``: keep a set of rows. ``resume``: tell positions; ``since``:
    what was missed since one, instead of the rows. Raises InvalidQuery, InvalidPayload."""
    if isinstance(query, bytes):
        query_of(query)
    only = None if event is None else Kind(event)
    return Wish(collection, query, only, item, exact, resume or since is not None, since)


def open_listener(engine: Engine, listener: Listener) -> None:
    """From now on the listener's rights are kept up to date, and it may subscribe."""
    engine.broadcast.open(listener)


def close(engine: Engine, listener: Listener) -> None:
    """The listener has gone: all its subscriptions end."""
    listener.is_open = False
    engine.broadcast.close(listener)
    _end(engine, listener, list(listener.watches))


async def change_actor(engine: Engine, listener: Listener, actor: Actor) -> None:
    """The listener is somebody else now: its subscriptions go on with that one's rights."""
    await engine.broadcast.change_actor(listener, actor)


async def subscribe(engine: Engine, listener: Listener, wish: Wish, uid: bytes) -> None:
    """Open a subscription and send its first frame. ``uid`` is JSON, empty for none; an older subscription of the same uid ends.

    Raises Forbidden, InvalidQuery, InvalidPayload; then nothing is open under that uid.
    """
    name, shown = _name(listener, uid)
    _end(engine, listener, [name])
    end = frames.placed_tail(shown) if wish.is_placed else frames.tail(shown)
    watch = Watch(wish, uid, Subscription(listener.outbox, end, wish.only))
    opening = _Opening(engine, listener, name, watch)
    listener.opening = watch
    try:
        if wish.since is None or not await opening.resume(wish.since):
            await opening.begin()
    finally:
        listener.opening = None
    if not listener.is_open:
        opening.undo()


def unsubscribe(engine: Engine, listener: Listener, uid: bytes) -> None:
    """End the subscription of that uid, or all if it is empty, and say so. An unknown uid is no error."""
    _end(engine, listener, [uid_text(uid)] if uid else list(listener.watches))
    listener.outbox.send(frames.unsubscribed(uid))


@dataclass(frozen=True, slots=True)
class _Opening:
    """A subscription on its way to its first frame. It is the listener's from the moment when that is sent: rights that change
    later are reviewed with those of all others, rights that change before make it begin again."""

    engine: Engine
    listener: Listener
    name: str | int
    watch: Watch

    async def begin(self) -> None:
        """Show the rows as they are now, unless only events of one kind are wanted. Rights that change while the rows are read make
        them be read again."""
        broadcast, subscription = self.engine.broadcast, self.watch.subscription
        subscription.hold()
        try:
            while True:
                prepared = await self._join()
                if await self._show(prepared, broadcast.epoch):
                    break
        except BaseException:
            self.undo()
            raise

    def undo(self) -> None:
        """It is not to be: the listener has gone, or may not."""
        self.listener.watches.pop(self.name, None)
        self.engine.broadcast.drop(self.listener, [self.watch])

    async def _join(self) -> Prepared:
        """Make the watch see its view, as its rights are when it begins to."""
        broadcast, watch = self.engine.broadcast, self.watch
        while True:
            epoch = broadcast.epoch
            prepared = await prepare(self.engine, self.listener.actor, watch.wish, self._heed)
            if await broadcast.capture((watch.wish.collection, *prepared.view.form.related, *prepared.depends)):
                continue
            if broadcast.is_telling:
                await broadcast.through()
            elif epoch == broadcast.epoch:
                break
        broadcast.live.join(prepared.view, prepared.primary, watch.subscription)
        return prepared

    def _heed(self, depends: frozenset[str]) -> None:
        self.engine.broadcast.review.depend(self.listener, self.watch, depends)

    async def _show(self, prepared: Prepared, epoch: int) -> bool:
        """False: rights have changed meanwhile, and nothing was sent."""
        broadcast, watch = self.engine.broadcast, self.watch
        audience = watch.subscription.audience
        assert audience is not None
        if audience.held is not None:
            return await self._enter(audience)
        if watch.wish.only is not None:
            self._send_first(audience, Shown(broadcast.told), with_rows=False)
            return True
        found, position = await self.engine.store.snapshot(prepared.text, prepared.args)
        counts, counted = await _counts(self.engine, prepared)
        await broadcast.reached(position if counted is None else max(position, counted))
        if epoch != broadcast.epoch:
            return False
        self._send_first(audience, Shown(position, (), appended(found[0][0].encode(), prepared.view.more), counts))
        return True

    async def _enter(self, audience: Audience) -> bool:
        """Like ``_show``, where everybody in the audience stands at the same state."""
        broadcast, wish = self.engine.broadcast, self.watch.wish
        epoch, seen = broadcast.epoch, list[Shown]()
        with_rows = wish.only is None

        def admit(shown: Shown) -> None:
            if epoch == broadcast.epoch and self.listener.is_open:
                seen.append(shown)
                if not (with_rows and _is_missing(wish, shown.data)):
                    self._send_first(audience, shown, with_rows=with_rows)

        await broadcast.refresher.enter(audience, admit)
        if seen and with_rows:
            _rows(wish, seen[0].data)
        return bool(seen) or not self.listener.is_open

    def _send_first(self, audience: Audience, shown: Shown, *, with_rows: bool = True) -> None:
        """The first frame; what is newer follows it."""
        wish, subscription = self.watch.wish, self.watch.subscription
        rows = _rows(wish, shown.data) if with_rows else None
        end = subscription.tail
        if wish.is_placed:
            end = frames.placed(end, Token(shown.position, 0, audience.name))
        frame = frames.initial(rows, shown.counts if with_rows else None, end)
        self.listener.outbox.place(frame, subscription.tail, anew=True)
        subscription.release(shown.position)
        self.listener.watches[self.name] = self.watch

    async def resume(self, since: str) -> bool:
        """Tell what was missed; False if that cannot be told exactly, and nothing was sent."""
        engine, listener, watch = self.engine, self.listener, self.watch
        broadcast, token = engine.broadcast, Token.parse(since)
        if token is None or not await broadcast.history.reach(token.position):
            return False
        subscription, prepared = watch.subscription, await self._join()
        audience = subscription.audience
        assert audience is not None
        shows = audience.view.shows
        events = None
        if ON_DEMAND.isdisjoint((*shows, *prepared.depends)) and audience.name == token.view:
            is_steady = broadcast.history.is_steady(token.position, listener.actor, prepared.depends, shows)
            events = broadcast.history.missed(audience, token.position) if is_steady else None
        is_known = events is not None and token.told <= len(events)
        if events is None or not is_known or (audience.held is not None and not audience.held.is_settled):
            broadcast.live.leave(subscription)
            return False
        for event in events[token.told :]:
            if watch.wish.only in (None, event.kind):
                subscription.take(event)
        frame = frames.resumed(frames.placed(subscription.tail, Token(broadcast.told, 0, audience.name)))
        listener.outbox.place(frame, subscription.tail, anew=False)
        listener.watches[self.name] = watch
        return True


def _is_missing(wish: Wish, rows: bytes) -> bool:
    return wish.item is not None and rows == b"[]"


def _rows(wish: Wish, rows: bytes) -> bytes:
    if wish.item is None:
        return rows
    if _is_missing(wish, rows):
        raise Forbidden
    return rows[1:-1]


async def _counts(engine: Engine, prepared: Prepared) -> tuple[bytes | None, Position | None]:
    """The counts that the first frame carries, and the newest state that they are of."""
    if not prepared.view.counts:
        return None, None
    counts, newest = {}, engine.store.position
    for name, question in prepared.view.counts:
        text, args = count_of(question)
        rows, position = await engine.store.snapshot(text, args)
        counts[name], newest = rows[0][0], max(newest, position)
    return msgspec.json.encode(counts), newest


def _name(listener: Listener, uid: bytes) -> tuple[str | int, bytes]:
    """The name of a subscription in its listener, and its uid as all its frames show it: as text."""
    if not uid:
        listener.anonymous += 1
        return listener.anonymous, b""
    name = uid_text(uid)
    return name, msgspec.json.encode(name)


def _end(engine: Engine, listener: Listener, names: list[str | int]) -> None:
    ended = [watch for name in names if (watch := listener.watches.pop(name, None)) is not None]
    engine.broadcast.drop(listener, ended)
