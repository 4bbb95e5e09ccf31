"""The bound: what the parts can do without the product. One fixed collection, no rights; the same rows are written (item, activity,
revision, and the change log by trigger), in one transaction for all that is queued. Prints its port."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import threading
from collections import deque
from typing import Any

import apsw
import msgspec
import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_create_server

ROW = "json_object('id', id, 'date_created', date_created, 'text', text, 'user', user)"
SCHEMA = """
CREATE TABLE messages(id INTEGER PRIMARY KEY AUTOINCREMENT, date_created TEXT, text TEXT, user TEXT);
CREATE INDEX newest ON messages(date_created);
CREATE TABLE activity(id INTEGER PRIMARY KEY AUTOINCREMENT, action, user, timestamp, ip, agent, collection, item);
CREATE TABLE revisions(id INTEGER PRIMARY KEY AUTOINCREMENT, activity INTEGER, collection, item, data, delta);
CREATE TABLE changes(seq INTEGER PRIMARY KEY AUTOINCREMENT, collection, key, op, before, after);
CREATE TRIGGER created AFTER INSERT ON messages BEGIN
 INSERT INTO changes(collection, key, op, after) VALUES ('messages', new.id, 'create',
  json_object('id', new.id, 'date_created', new.date_created, 'text', new.text, 'user', new.user)); END;
"""
INSERT = f"INSERT INTO messages(date_created, text, user) VALUES (?, ?, ?) RETURNING id, {ROW}"
ACTIVITY = (
    "INSERT INTO activity(action, user, timestamp, ip, agent, collection, item) VALUES (?,?,?,?,?,?,?) RETURNING id"
)
REVISION = "INSERT INTO revisions(activity, collection, item, data, delta) VALUES (?, 'messages', ?, ?, ?)"
NEW = "SELECT seq, after FROM changes WHERE seq > ? ORDER BY seq"
NOW = "2026-01-01T00:00:00.000Z"


class Message(msgspec.Struct):
    """What the bound understands."""

    type: str
    uid: str | int | None = None
    action: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"")
    query: msgspec.Raw = msgspec.Raw(b"")


decode, encode, loads = msgspec.json.Decoder(Message).decode, msgspec.json.encode, msgspec.json.decode


class Writer:
    """The thread that writes."""

    def __init__(self, path: str, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._pending: deque[tuple[WSTransport, Any, Any]] = deque()
        self._wake = threading.Event()
        self._db: Any = apsw.Connection(path)
        self._db.pragma("journal_mode", "wal")
        self._db.pragma("synchronous", "NORMAL")
        self._db.execute(SCHEMA)
        threading.Thread(target=self._live, daemon=True).start()

    def put(self, transport: WSTransport, uid: Any, data: Any) -> None:
        """Queue a create."""
        self._pending.append((transport, uid, data))
        self._wake.set()

    def _live(self) -> None:
        last = 0
        while True:
            self._wake.wait()
            self._wake.clear()
            while self._pending:
                last = self._group(min(64, len(self._pending)), last)

    def _group(self, size: int, last: int) -> int:
        run = self._db.execute
        run("BEGIN IMMEDIATE")
        answers = [self._one(*self._pending.popleft()) for _ in range(size)]
        changes = run(NEW, (last,)).fetchall()
        run("COMMIT")
        self._loop.call_soon_threadsafe(answer, answers)
        return int(changes[-1][0])

    def _one(self, transport: WSTransport, uid: Any, data: Any) -> tuple[WSTransport, Any, str]:
        run = self._db.execute
        run("SAVEPOINT one")
        key, row = run(INSERT, (NOW, data["text"], data["user"])).fetchall()[0]
        by = ("create", "u", NOW, "127.0.0.1", "bench", "messages", str(key))
        activity = run(ACTIVITY, by).fetchall()[0][0]
        run(REVISION, (activity, str(key), row, row))
        run("RELEASE one")
        return transport, uid, row


def answer(answers: list[tuple[WSTransport, Any, str]]) -> None:
    """Send what was written."""
    for transport, uid, row in answers:
        transport.send(WSMsgType.TEXT, b'{"type":"items","data":' + row.encode() + b',"uid":' + encode(uid) + b"}")


class Reader:
    """Reads on the loop."""

    def __init__(self, path: str) -> None:
        self._db: Any = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY)
        self._plans: dict[bytes, str] = {}

    def read(self, query: bytes) -> bytes:
        """The rows as JSON."""
        plan = self._plans.get(query)
        if plan is None:
            asked = loads(query)
            order = "ORDER BY date_created DESC" if asked.get("sort") else ""
            rows = f"SELECT * FROM messages {order} LIMIT {asked.get('limit', 100)}"
            plan = self._plans[query] = f"SELECT json_group_array({ROW}) FROM ({rows})"
        text: str = self._db.execute(plan).fetchall()[0][0]
        return text.encode()


class Socket(WSListener):  # type: ignore[misc, unused-ignore]
    """One connection."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer, self._reader = writer, reader

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Answer a message."""
        if frame.msg_type != WSMsgType.TEXT:
            return
        message = decode(frame.get_payload_as_memoryview())
        if message.type == "auth":
            transport.send(WSMsgType.TEXT, b'{"type":"auth","status":"ok"}')
        elif message.action == "create":
            self._writer.put(transport, message.uid, loads(message.data))
        else:
            data = self._reader.read(bytes(message.query))
            transport.send(WSMsgType.TEXT, b'{"type":"items","data":' + data + b',"uid":' + encode(message.uid) + b"}")


async def main() -> None:
    """Serve until killed."""
    path = os.path.join(tempfile.mkdtemp(), "bound.db")
    writer = Writer(path, asyncio.get_running_loop())
    reader = Reader(path)
    server = await ws_create_server(lambda _request: Socket(writer, reader), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
