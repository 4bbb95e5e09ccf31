"""One caller of the GraphQL socket: operations are answered, subscriptions told. A subscription listens to the live engine like any
other; its frames are put into the form that the document asks for. Must not know how messages travel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
import structlog
from graphql import GraphQLObjectType, get_named_type

from rowcast.api.graphql import execution
from rowcast.api.graphql.desk import Understood, desk_of, question_of
from rowcast.api.graphql.roots import Ask, Cookies
from rowcast.api.graphql.schema import COLLECTION
from rowcast.auth import Actor
from rowcast.engine.engine import Engine
from rowcast.engine.telling.listener import Carrier
from rowcast.engine.telling.subscribe import (
    Listener,
    Outbox,
    change_actor,
    close,
    open_listener,
    subscribe,
    unsubscribe,
    wish,
)
from rowcast.errors import GraphQLInvalid, InternalError, InvalidQuery, RowcastError
from rowcast.protocol import graph
from rowcast.query.parse import Query
from rowcast.query.shape import Inside, Member, Plain
from rowcast.schema import Collection

log = structlog.get_logger("rowcast.realtime")
KINDS = ("create", "update", "delete")
KEY = ""
"""The member of a row that holds its key: no other can have that name."""
_encode = msgspec.json.encode


@dataclass(frozen=True, slots=True)
class Layout:
    """The form of an event: the operation's id, the key of its member, and the members of that: (key, what)."""

    id: str
    member: str
    parts: tuple[tuple[str, str], ...]
    type_name: str


class Frame(msgspec.Struct):
    """What of a frame of the live engine is told on."""

    type: str
    event: str = ""
    uid: str = ""
    data: msgspec.Raw = msgspec.Raw(b"[]")
    error: dict[str, Any] | None = None


_decode = lru_cache(maxsize=32)(msgspec.json.Decoder(Frame).decode)
_rows = msgspec.json.Decoder(list[dict[str, msgspec.Raw]]).decode
_keys = msgspec.json.Decoder(list[Any]).decode


class Conversation:
    """``send`` takes a message that is to leave at once; ``dismiss`` is called when the caller may not ask any more, ``over`` with
    the name of an operation that has ended by itself."""

    def __init__(
        self,
        engine: Engine,
        actor: Actor,
        send: Callable[[bytes], None],
        overflow: Callable[[], None],
        dismiss: Callable[[RowcastError], None],
        over: Callable[[str], None],
        carrier: Carrier,
    ) -> None:
        self._engine, self._send, self._over = engine, send, over
        self._heard: dict[str, Layout] = {}
        self.outbox = Outbox(self._tell, overflow)
        self._listener = Listener(actor, self.outbox, dismiss, carrier=carrier)
        open_listener(engine, self._listener)

    @property
    def actor(self) -> Actor:
        """Who the caller is."""
        return self._listener.actor

    async def become(self, actor: Actor) -> None:
        """The caller has said who it is."""
        await change_actor(self._engine, self._listener, actor)

    def close(self) -> None:
        """The caller has gone."""
        close(self._engine, self._listener)

    async def begin(self, name: str, payload: Mapping[str, Any], goes_on: Callable[[], bool]) -> bool:
        """Do what the message asks. ``goes_on`` tells whether it is still wanted. True if there is more to come."""
        try:
            question = question_of(payload)
            found = await desk_of(self._engine).understand(self._engine, self.actor, "items", question)
            if found.operation.kind == "subscription":
                await self._subscribe(name, found)
                return True
            ask = Ask(self._engine, self.actor, Cookies())
            body = await execution.run(found.operation, ask)
        except Exception as error:
            self._fail(name, error, goes_on)
            return False
        if goes_on():
            self._send(graph.following(name, body))
            self._send(graph.finished(name))
        return False

    def end(self, name: str) -> None:
        """The caller does not want to hear of that operation any more."""
        self._heard.pop(name, None)
        self._unsubscribe(name)

    def _unsubscribe(self, name: str) -> None:
        for kind in KINDS:
            unsubscribe(self._engine, self._listener, _uid(name, kind))

    async def _subscribe(self, name: str, found: Understood) -> None:
        layout, collection, query, kinds = _understood(name, found)
        self._heard[name] = layout
        try:
            for kind in kinds:  # of one kind each, so that nothing is shown before something happens
                await subscribe(self._engine, self._listener, wish(collection, query, kind), _uid(name, kind))
        except BaseException:
            self.end(name)
            raise

    def _fail(self, name: str, error: Exception, goes_on: Callable[[], bool]) -> None:
        if not isinstance(error, RowcastError):
            log.error("message failed", type="subscribe", exc_info=error)
            error = InternalError()
        if goes_on():
            self._send(graph.failed(name, errors_of(error)))

    # ---- what the live engine says ------------------------------------------------------------------------------------

    def _tell(self, frame: bytes) -> None:
        found = _decode(frame)
        layout = self._heard.get(found.uid.rpartition(":")[0])
        if layout is None:
            return
        if found.error is not None:
            self._heard.pop(layout.id)
            told = {"message": found.error["message"], "extensions": {"code": found.error["code"]}}
            self._send(graph.failed(layout.id, [told]))
            self._over(layout.id)
            asyncio.get_running_loop().call_soon(self._unsubscribe, layout.id)  # not while the engine is telling it
        elif found.event in KINDS:
            for message in messages_of(frame, layout):
                self._send(message)


def errors_of(error: RowcastError) -> list[dict[str, Any]]:
    """What is told of an error: of a document that is none, what is wrong in it."""
    if isinstance(error, GraphQLInvalid):
        found: list[dict[str, Any]] = error.extensions["errors"]
        return found
    return [member.as_wire() for member in error.members()]


@lru_cache(maxsize=64)
def messages_of(frame: bytes, layout: Layout) -> tuple[bytes, ...]:
    """One message for each row of a frame; the same for all who are shown the same in the same form."""
    found = _decode(frame)
    event = _encode(found.event)
    if found.event == "delete":
        return tuple(_message(layout, _encode(str(key)), event, {}) for key in _keys(found.data))
    return tuple(_message(layout, bytes(row[KEY]), event, row) for row in _rows(found.data))


def _message(layout: Layout, key: bytes, event: bytes, row: Mapping[str, msgspec.Raw]) -> bytes:
    parts = []
    for name, what in layout.parts:
        if what == "data":
            value = bytes(row[name]) if name in row else b"null"
        else:
            value = key if what == "key" else event if what == "event" else _encode(layout.type_name)
        parts.append(_encode(name) + b":" + value)
    body = b'{"data":{' + _encode(layout.member) + b":{" + b",".join(parts) + b"}}}"
    return graph.following(layout.id, body)


def _understood(name: str, found: Understood) -> tuple[Layout, str, Query, tuple[str, ...]]:
    """The form of a subscription, its collection, what is asked of each row, and the kinds of events. Raises InvalidQuery."""
    reading = found.reading
    root: Any = reading.schema.subscription_type
    ((member, nodes),) = execution.members(reading, found.node).items()
    field = root.fields.get(nodes[0].name.value)
    if field is None:
        raise InvalidQuery("A subscription has to name a collection")
    kind = get_named_type(field.type)
    assert isinstance(kind, GraphQLObjectType)
    parts, shape = [], list[Member]()
    for key, what, below in reading.fields(kind, nodes):
        parts.append((key, what))
        if what == "data":
            shape.append(Inside(key, reading.shape(get_named_type(kind.fields["data"].type), below)))
    only = reading.arguments(field, nodes).get("event")
    collection: Collection = field.extensions[COLLECTION]
    asked = Query(fields=(), shape=(Plain(KEY, collection.primary, as_text=True), *shape))
    return Layout(name, member, tuple(parts), kind.name), collection.name, asked, (only,) if only else KINDS


def _uid(name: str, kind: str) -> bytes:
    return _encode(f"{name}:{kind}")
