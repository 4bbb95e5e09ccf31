"""A subscriber on a real engine, without a socket."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from rowcast.auth import Actor
from rowcast.engine.engine import Engine
from rowcast.engine.telling.subscribe import Listener, Outbox, close, open_listener, subscribe, unsubscribe, wish
from rowcast.errors import RowcastError
from rowcast.query.parse import parse
from tests.support.patience import until


class Ear:
    """``dismissed`` is why the engine ended the listener."""

    def __init__(self, engine: Engine, actor: Actor) -> None:
        self.engine, self.frames = engine, list[bytes]()
        self.dismissed: RowcastError | None = None
        self.listener = Listener(actor, Outbox(self.frames.append, lambda: None), self._dismiss)
        open_listener(engine, self.listener)

    async def subscribe(
        self,
        collection: str,
        uid: str = "s",
        event: str | None = None,
        item: Any = None,
        *,
        exact: bool = False,
        resume: bool = False,
        since: str | None = None,
        **query: Any,
    ) -> None:
        wanted = wish(collection, parse(query), event, item, exact=exact, resume=resume, since=since)
        await subscribe(self.engine, self.listener, wanted, json.dumps(uid).encode())

    def unsubscribe(self, uid: str = "s") -> None:
        unsubscribe(self.engine, self.listener, json.dumps(uid).encode())

    def close(self) -> None:
        close(self.engine, self.listener)

    def heard(self) -> list[Any]:
        found = [json.loads(frame) for frame in self.frames]
        self.frames.clear()
        return found

    def told(self) -> list[tuple[str, Any]]:
        return [(frame.get("event", frame["type"]), frame.get("data")) for frame in self.heard()]

    async def hears(self, count: int) -> list[tuple[str, Any]]:
        """Wait for that many frames."""
        await until(lambda: len(self.frames) >= count)
        return self.told()

    def _dismiss(self, error: RowcastError) -> None:
        self.dismissed = error
        self.close()


async def settled(engine: Engine) -> None:
    """Wait until everything that was committed is told."""

    def is_settled() -> bool:
        held = [audience.held for audience in engine.broadcast.live._audiences.values() if audience.held is not None]
        return all(each.is_settled for each in held) and not engine.broadcast._tasks

    await asyncio.sleep(0)
    await until(is_settled)


class Mirror:
    """Holds the sets of an ear by uid, as a client would, and complains about events that do not fit."""

    def __init__(self, ear: Ear, key: str = "id") -> None:
        self.ear, self.key = ear, key
        self.sets: dict[str, dict[Any, Any]] = {}
        self.answers: dict[str, Any] = {}
        self.places: dict[str, str] = {}
        self.events: list[tuple[str, str]] = []

    def listen(self) -> None:
        """Take in what was told."""
        for frame in self.ear.heard():
            assert frame["type"] == "subscription" or frame["status"] == "error", frame
            if frame["type"] == "subscription":
                self._take(frame["uid"], frame["event"], frame.get("data"))
                self.places[frame["uid"]] = frame.get("position", "")

    def _take(self, uid: str, event: str, data: Any) -> None:
        self.events.append((uid, event))
        if event == "resumed":
            return
        if event == "init":
            self.answers[uid] = data
            rows = data if isinstance(data, list) else [data]
            self.sets[uid] = {row[self.key]: row for row in rows if self.key in row}
            return
        rows, held = data if isinstance(data, list) else [data], self.sets[uid]
        if event == "update" and not (rows and self.key in rows[0]):  # numbers about rows
            self.answers[uid] = data
            return
        for row in rows:
            key = row if event == "delete" else row[self.key]
            assert (key in held) is (event != "create"), (uid, event, data, held)
            if event == "delete":
                del held[key]
            else:
                held[key] = row
