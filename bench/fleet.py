"""Many subscribers in one process: opens them, tells when everybody has heard. Must not know what is measured."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from bench.sockets import Client, connect
from tests.support.guide import TOKEN

AT_ONCE = 100
MARK = b"#at:"
Query = Callable[[int], dict[str, Any]]


class Fleet:
    """``clients`` all hear; ``heard`` counts the events; ``lags`` are the seconds from the time that is written in an event."""

    def __init__(self) -> None:
        self.clients: list[Client] = []
        self.heard = 0
        self.lags: list[float] = []
        self._wanted, self._all = 0, asyncio.Event()

    async def open(self, url: str, size: int) -> None:
        """Open connections and sign them in."""
        for start in range(0, size, AT_ONCE):
            many = range(start, min(start + AT_ONCE, size))
            self.clients += await asyncio.gather(*[connect(f"{url}?access_token={TOKEN}") for _ in many])

    async def subscribe(self, query: Query, event: str | None = "create") -> None:
        """Subscribe each to ``messages``; the events of all are counted from then on."""
        for start in range(0, len(self.clients), AT_ONCE):
            part = self.clients[start : start + AT_ONCE]
            wishes = [subscription(query(start + n), event, "s") for n in range(len(part))]
            await asyncio.gather(*[client.ask(wish) for client, wish in zip(part, wishes, strict=True)])
        self.listen()

    def listen(self) -> None:
        """Count whatever comes."""
        for client in self.clients:
            client.heard = self._hear

    def expect(self, events: int) -> None:
        """Forget what was heard; ``all`` waits for that many events."""
        self.heard, self._wanted, self.lags = 0, events, []
        self._all.clear()

    def expect_answers(self, client: Client, answers: int) -> None:
        """Forget what was heard; ``all`` waits until that client was answered so many times."""
        self.expect(answers)
        client.heard = self._count

    async def all(self, seconds: float = 120) -> None:
        """Wait until all that is expected was heard."""
        await asyncio.wait_for(self._all.wait(), seconds)

    def close(self) -> None:
        """End all connections."""
        for client in self.clients:
            client.close()

    def _hear(self, frame: bytes) -> None:
        if (at := frame.find(MARK)) > 0:
            begin = at + len(MARK)
            self.lags.append(time.time() - float(frame[begin : frame.index(b"#", begin)]))
        elif b'"event":"create"' not in frame[:60]:
            return
        self._count(frame)

    def _count(self, _frame: bytes) -> None:
        self.heard += 1
        if self.heard == self._wanted:
            self._all.set()


def subscription(query: dict[str, Any], event: str | None, uid: str) -> dict[str, Any]:
    """The message that subscribes to ``messages``."""
    wish = {"type": "subscribe", "collection": "messages", "query": query, "uid": uid}
    return wish if event is None else {**wish, "event": event}


def create(text: str, user: str = "Ben") -> dict[str, Any]:
    """The message that creates an item."""
    return {"type": "items", "collection": "messages", "action": "create", "data": {"text": text, "user": user}}


def now() -> str:
    """The present, as a text that ``Fleet`` finds in an event."""
    return f"{MARK.decode()}{time.time():.6f}#"
