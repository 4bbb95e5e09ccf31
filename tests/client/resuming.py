"""A small server that keeps sets and resumes, by the rules of docs/protocol.md: rows in memory, one log, a position for each event.
It holds the client to those rules where a cut at an exact place matters; it must not know the client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

Row = dict[str, Any]


class Memory:
    """Rows with ``id`` and ``rank``; a set subscription sees those with ``rank`` of at least ``query.filter.rank._gte``. ``kept``
    events are remembered for those who come back. ``plain``: a server that knows neither sets nor positions."""

    def __init__(self, kept: int = 1000, *, plain: bool = False) -> None:
        self.rows: dict[int, Row] = {}
        self.log: list[tuple[Row | None, Row | None]] = []
        self.kept, self.plain = kept, plain
        self._sockets: dict[ServerConnection, list[Row]] = {}

    def put(self, row: Row) -> None:
        """Create or change a row."""
        before, self.rows[row["id"]] = self.rows.get(row["id"]), row
        self._commit(before, row)

    def remove(self, key: int) -> None:
        """Delete a row."""
        self._commit(self.rows.pop(key), None)

    def _commit(self, before: Row | None, after: Row | None) -> None:
        self.log.append((before, after))
        for socket, subscriptions in self._sockets.items():
            for message in subscriptions:
                self._tell(socket, message, len(self.log))

    def result(self, least: int) -> list[Row]:
        """What a query gives."""
        return [row for row in self.rows.values() if row["rank"] >= least]

    async def serve(self, socket: ServerConnection) -> None:
        """One connection."""
        subscriptions = self._sockets[socket] = []
        try:
            async for text in socket:
                message = json.loads(text)
                if message["type"] == "auth":
                    await socket.send('{"type":"auth","status":"ok"}')
                elif message["type"] == "subscribe":
                    self._begin(socket, message)
                    subscriptions.append(message)
                elif message["type"] == "items":
                    rows = self.result(_least(message))
                    await socket.send(json.dumps({"type": "items", "data": rows, "uid": message["uid"]}))
                elif message["type"] == "unsubscribe":
                    subscriptions[:] = [each for each in subscriptions if each["uid"] != message["uid"]]
        except ConnectionClosed:
            pass
        finally:
            del self._sockets[socket]

    def _begin(self, socket: ServerConnection, message: Row) -> None:
        since, end = int(message.get("since", -1)), len(self.log)
        if since < end - self.kept or since < 0 or self.plain:
            rows = self.result(_least(message))
            self._send(socket, message, event="init", data=rows, position=str(end))
            return
        for number in range(since + 1, end + 1):
            self._tell(socket, message, number)
        self._send(socket, message, event="resumed")

    def _tell(self, socket: ServerConnection, message: Row, number: int) -> None:
        """What the commit means to the subscription."""
        before, after = self.log[number - 1]
        was, is_ = (row is not None and row["rank"] >= _least(message) for row in (before, after))
        if is_:
            event, data = ("update" if was else "create"), [after]
        elif was and before is not None:
            event, data = "delete", [before["id"]]
        else:
            return
        self._send(socket, message, event=event, data=data, position=str(number))

    def _send(self, socket: ServerConnection, message: Row, **members: Any) -> None:
        """At once, so that frames stand in the order of the log."""
        if self.plain or not message.get("resume"):
            members.pop("position", None)
        text = json.dumps({"type": "subscription", **members, "uid": message["uid"]})
        if socket.state.name == "OPEN":
            socket.protocol.send_text(text.encode())
            socket.send_data()


def _least(message: Row) -> int:
    filter: Row = message.get("query", {}).get("filter", {})
    return int(filter.get("rank", {}).get("_gte", -1_000_000))


@asynccontextmanager
async def remembering(kept: int = 1000, *, plain: bool = False) -> AsyncIterator[tuple[Memory, str]]:
    """The server and its address."""
    memory = Memory(kept, plain=plain)
    async with serve(memory.serve, "127.0.0.1", 0) as server:
        yield memory, f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        await asyncio.sleep(0)
