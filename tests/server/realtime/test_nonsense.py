"""Whatever is sent over the socket is answered, no answer tells of a fault of the server, and the server goes on.

Every message type of the protocol is sent, so that a new one is covered as soon as it is there.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
import websockets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection

from rowcast.protocol import messages
from rowcast.protocol.messages import Message
from tests.engine.shop import build
from tests.support.good import GOOD_BODIES, GOOD_QUERIES
from tests.support.nonsense import KEYS, NAMES, odd, spoilt, texts
from tests.support.patience import PATIENCE
from tests.support.server import ADMIN_TOKEN, Server

pytestmark = pytest.mark.xdist_group("nonsense")  # they share a server

COUNT = 4000
FRESH_EVERY = 100
"""Frames after which the connection is a new one."""
UNANSWERED = frozenset({"pong"})
"""Messages that are no questions."""

TYPES: dict[str, tuple[str, ...]] = {
    str(each.__struct_config__.tag): each.__struct_fields__
    for _, each in inspect.getmembers(messages, inspect.isclass)
    if issubclass(each, Message) and each is not Message
}
"""All message types, with their members."""

GOOD_FRAMES: list[Any] = [
    {"type": "items", "action": "read", "collection": "books", "query": GOOD_QUERIES[0], "uid": 1},
    {"type": "items", "action": "read", "collection": "books", "id": 1, "uid": "a"},
    {"type": "items", "action": "update", "collection": "books", "id": 99, "data": {"pages": 1}, "uid": "n"},
    {"type": "items", "action": "update", "collection": "site", "data": {"heading": "h"}, "uid": "n"},
    {"type": "items", "action": "update", "collection": "books", "data": [{"id": 1, "pages": 2}], "uid": "n"},
    {"type": "items", "action": "delete", "collection": "genres", "id": "s", "uid": "n"},
    {"type": "items", "action": "delete", "collection": "genres", "ids": ["s", 1], "uid": "n"},
    {"type": "items", "action": "update", "collection": "books", "ids": [1, 2], "data": {"pages": 1}, "uid": 2},
    {"type": "items", "action": "update", "collection": "books", "query": {"filter": {"id": 1}}, "data": {"pages": 1}},
    {"type": "items", "action": "delete", "collection": "reviews", "query": {"filter": {"stars": {"_gt": 9}}}, "uid": "d"},
    {"type": "subscribe", "collection": "books", "item": 1, "uid": "s"},
    {"type": "subscribe", "collection": "authors", "event": "create", "live": "set", "resume": True, "since": None, "uid": "t"},
    {"type": "unsubscribe", "uid": "s"},
    {"type": "auth", "access_token": ADMIN_TOKEN, "uid": "a"},
    {"type": "auth", "email": "nobody@example.com", "password": "x", "otp": "1"},
    {"type": "channel", "action": "join", "channel": "books/1", "state": {"x": 1}, "uid": "c"},
    *({"type": "items", "action": "create", "collection": "books", "data": data, "uid": 9} for data in GOOD_BODIES["items"]),
    *({"type": "subscribe", "collection": "books", "query": query, "uid": "q"} for query in GOOD_QUERIES),
]  # fmt: skip


@st.composite
def of_any_type(draw: st.DrawFn) -> Any:
    """A message of any type with members that it knows, holding anything."""
    kind = draw(st.sampled_from(sorted(TYPES)))
    names = draw(st.lists(st.sampled_from(TYPES[kind]), max_size=4, unique=True))
    values = {
        "collection": st.sampled_from(NAMES),
        "uid": st.sampled_from(["u", 7, "", 0]),
        "id": st.sampled_from(KEYS),
    }
    return {"type": kind, **{name: draw(st.one_of(values.get(name, odd), odd)) for name in names}}


frames = st.one_of(texts(spoilt(GOOD_FRAMES)), texts(spoilt(GOOD_FRAMES)), texts(of_any_type()))


@dataclass
class Line:
    """A connection that is made anew when it has ended, or was used for long."""

    runner: asyncio.Runner
    server: Server
    socket: ClientConnection | None = None
    sent: int = 0

    def exchange(self, frame: bytes) -> list[Any]:
        """What comes between a frame and the answer to the ping behind it. None as the last: the connection was closed."""
        return self.runner.run(self._exchange(frame))

    async def _exchange(self, frame: bytes) -> list[Any]:
        if self.socket is None or self.sent % FRESH_EVERY == 0:
            await self.close()
            self.socket = await websockets.connect(
                f"{self.server.socket}?access_token={ADMIN_TOKEN}", proxy=None, ping_interval=None
            )
        self.sent += 1
        mark = f"ping {self.sent}"
        answers: list[Any] = []
        try:
            await self.socket.send(frame, text=self.sent % 2 == 0)
            await self.socket.send(json.dumps({"type": "ping", "uid": mark}))
            while (found := json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE))) != {
                "type": "pong",
                "uid": mark,
            }:
                answers.append(found)
        except websockets.ConnectionClosed:
            self.socket = None
            answers.append(None)
        return answers

    async def close(self) -> None:
        """End the connection."""
        if self.socket is not None:
            await self.socket.close()
            self.socket = None


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A connection to a server with the shop."""
    directory = tmp_path_factory.mktemp("nonsense")
    (directory / "data").mkdir()
    variables = {"WEBSOCKETS_HEARTBEAT_PERIOD": "3600", "LOGIN_STALL_TIME": "0", "QUERY_TIMEOUT": "2s"}
    with asyncio.Runner() as runner:
        runner.run(build(Path(directory / "data" / "rowcast.db")))
        with Server(directory, **variables) as server:
            with server.client() as admin:
                for title in ("a", "b"):
                    admin.post("/items/books", json={"title": title, "author": {"name": title}}).raise_for_status()
            made = Line(runner, server)
            yield made
            runner.run(made.close())
            assert "Traceback" not in server.log


def read(frame: bytes) -> Any:
    """What the server can make of a frame; None if it is no JSON."""
    try:
        return msgspec.json.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def type_of(message: Any) -> str | None:
    """The type of a message; None for what is no message."""
    kind = message.get("type") if isinstance(message, dict) else None
    return kind if isinstance(kind, str) else None


def is_text(frame: bytes) -> bool:
    """Whether the frame may be sent as text: anything else ends a connection, as the protocol of WebSockets demands."""
    try:
        frame.decode()
    except UnicodeDecodeError:
        return False
    return True


def is_event(frame: Any) -> bool:
    """Whether a frame comes of an earlier subscription."""
    return frame["type"] == "subscription" and frame["event"] in ("create", "update", "delete")


@pytest.mark.long
@settings(max_examples=COUNT, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(frame=frames)
def test_every_frame_is_answered(line: Line, frame: bytes) -> None:
    answers = line.exchange(frame)
    told = [found for found in answers if found is not None]
    assert "INTERNAL_SERVER_ERROR" not in [found["error"]["code"] for found in told if "error" in found]
    message = read(frame)
    kind = type_of(message)
    if kind in UNANSWERED or (kind is not None and kind not in TYPES) or not is_text(frame):
        return
    own = [found for found in told if not is_event(found)]
    assert own
    uid = message.get("uid") if kind else None
    if isinstance(uid, str | int) and not isinstance(uid, bool) and len(own) == len(answers):
        assert str(uid) in [str(found.get("uid")) for found in own]


def test_the_server_goes_on(line: Line) -> None:
    question = {
        "type": "items",
        "action": "read",
        "collection": "genres",
        "query": {"aggregate": {"count": "*"}},
        "uid": "x",
    }
    (answer,) = [found for found in line.exchange(json.dumps(question).encode()) if found and not is_event(found)]
    assert answer["type"] == "items"
    assert answer["uid"] == "x"


def test_every_type_is_sent() -> None:
    assert set(TYPES) >= {"auth", "subscribe", "unsubscribe", "items", "ping", "pong"}
