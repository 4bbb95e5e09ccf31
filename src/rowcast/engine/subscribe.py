"""Subscribe and unsubscribe: the rows as they are now, joined to what happens to them from then on, without gap or double.

Register and hold back → read the rows with the position of exactly that state → send them → send what is newer. Must not know how
messages look, only the frames it sends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from rowcast.auth import Actor
from rowcast.engine.listener import Listener, Watch, Wish
from rowcast.engine.views import Prepared, count_of, prepare
from rowcast.errors import Forbidden
from rowcast.feed import Kind
from rowcast.live import Outbox, Subscription
from rowcast.protocol import frames
from rowcast.protocol.codec import uid_text
from rowcast.query.parse import Query

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

__all__ = ["Listener", "Outbox", "Wish", "change_actor", "close", "open_listener", "subscribe", "unsubscribe", "wish"]


def wish(collection: str, query: Query, event: str | None = None, item: str | int | None = None) -> Wish:
    """What is to be subscribed to. ``event``: only events of that kind (create, update, delete), and no rows at the beginning."""
    return Wish(collection, query, None if event is None else Kind(event), item)


def open_listener(engine: Engine, listener: Listener) -> None:
    """From now on the listener's rights are kept up to date, and it may subscribe."""
    engine.broadcast.listeners.add(listener)


def close(engine: Engine, listener: Listener) -> None:
    """The listener has gone: all its subscriptions end."""
    listener.is_open = False
    engine.broadcast.listeners.discard(listener)
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
    watch = Watch(wish, uid, Subscription(listener.outbox, frames.tail(shown), wish.only))
    await engine.broadcast.capture(wish.collection)
    if wish.only is not None:
        await _join(engine, listener, watch)
        listener.outbox.send(frames.initial(None, None, watch.subscription.tail))
    else:
        await _join_with_rows(engine, listener, watch)
    if listener.is_open:
        listener.watches[name] = watch
    else:
        engine.broadcast.drop(listener, [watch])


def unsubscribe(engine: Engine, listener: Listener, uid: bytes) -> None:
    """End the subscription of that uid, or all if it is empty, and say so. An unknown uid is no error."""
    _end(engine, listener, [uid_text(uid)] if uid else list(listener.watches))
    listener.outbox.send(frames.unsubscribed(uid))


async def _join(engine: Engine, listener: Listener, watch: Watch) -> Prepared:
    """Make the watch see its view, as its rights are when it begins to."""
    broadcast = engine.broadcast
    while True:
        epoch = broadcast.epoch
        prepared = await prepare(engine, listener.actor, watch.wish)
        if epoch == broadcast.epoch:
            break
    broadcast.depend(watch, prepared.depends)
    broadcast.live.join(prepared.view, prepared.primary, watch.subscription)
    return prepared


async def _join_with_rows(engine: Engine, listener: Listener, watch: Watch) -> None:
    """Rights that change while the rows are read make them be read again."""
    broadcast, subscription = engine.broadcast, watch.subscription
    subscription.hold()
    try:
        while True:
            prepared = await _join(engine, listener, watch)
            epoch = broadcast.epoch
            found, position = await engine.store.snapshot(prepared.text, prepared.args)
            counts = await _counts(engine, prepared)
            await broadcast.reached(position)
            if epoch == broadcast.epoch:
                break
        listener.outbox.send(frames.initial(_rows(watch.wish, found[0][0].encode()), counts, subscription.tail))
    except BaseException:
        broadcast.live.leave(subscription)
        raise
    subscription.release(position)


def _rows(wish: Wish, rows: bytes) -> bytes:
    if wish.item is None:
        return rows
    if rows == b"[]":
        raise Forbidden
    return rows[1:-1]


async def _counts(engine: Engine, prepared: Prepared) -> bytes | None:
    if not prepared.view.counts:
        return None
    counts = {}
    for name, question in prepared.view.counts:
        text, args = count_of(question)
        counts[name] = (await engine.store.read(text, args))[0][0]
    return msgspec.json.encode(counts)


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
