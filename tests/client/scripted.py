"""A server that says what the reference said: recorded sessions, played back to whoever connects. Must not know the client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

from tests.support.patience import soon

CASES = Path(__file__).parent.parent / "conformance" / "cases"
Case = dict[str, Any]


def recordings() -> list[Case]:
    """Every recorded session of sockets, with the name of its file before its id."""
    found = []
    for path in sorted(CASES.glob("*.json")):
        for case in json.loads(path.read_text()):
            if "ws" in case:
                found.append({**case, "id": f"{path.stem}:{case['id']}"})  # noqa: PERF401 - two lines of one
    return found


def sessions() -> list[Case]:
    """The recorded sessions that a client can lead by its verbs: one socket that signs in, subscribes, unsubscribes and asks for
    items, each by a uid of its own; whatever others did meanwhile is in the frames."""
    return [case for case in recordings() if _is_usable(case)]


def _is_usable(case: Case) -> bool:
    if len(case["ws"]) != 1 or not isinstance(next(iter(case["ws"].values())), str):
        return False
    said = [step["send"] for step in case["steps"] if "send" in step]
    if not all(_is_sayable(each) for each in said):
        return False
    is_plain = all("send" in step or "http" in step for step in case["steps"])
    return is_plain and len({str(each["uid"]) for each in said}) == len(said)


def _is_sayable(message: Any) -> bool:
    """Whether the client has a verb for it, rather than that it breaks the protocol."""
    if not isinstance(message, dict) or message.get("type") not in ("subscribe", "items") or "uid" not in message:
        return False
    if message["type"] == "items" and str(message.get("collection")).startswith("directus_"):
        return False
    is_known = message.get("action", "read") in ("create", "read", "update", "delete")
    return is_known and "collection" in message and isinstance(message.get("query", {}), dict)


class Script:
    """Plays one session. ``step`` plays what the reference said at that step, with the client's uids."""

    def __init__(self, case: Case) -> None:
        self._expect = case["expect"]["steps"]
        self._names = next(iter(case["ws"]))
        self._uids: dict[str, str] = {}
        self._socket: ServerConnection | None = None
        self.asked: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def serve(self, socket: ServerConnection) -> None:
        """One connection: the first frame signs in."""
        self._socket = socket
        assert json.loads(await socket.recv())["type"] == "auth"
        for frame in self._expect[0].get(self._names, []):
            await socket.send(json.dumps(frame))
        async for text in socket:
            await self.asked.put(json.loads(text))

    async def step(self, number: int, recorded: dict[str, Any] | None) -> list[dict[str, Any]]:
        """Play a step. ``recorded`` is the message that the client must have sent by then. Returns what was played, with the uids
        of the recording."""
        if recorded is not None:
            asked = await soon(self.asked.get())
            while asked["type"] == "unsubscribe":
                asked = await soon(self.asked.get())
            self._uids[str(recorded["uid"])] = asked["uid"]
        assert self._socket is not None
        frames: list[dict[str, Any]] = self._expect[number + 1].get(self._names, [])
        for frame in frames:
            if "closed" not in frame:
                told = {**frame, "uid": self._uids[str(frame["uid"])]} if "uid" in frame else frame
                await self._socket.send(json.dumps(told))
        return frames


@asynccontextmanager
async def playing(case: Case) -> AsyncIterator[tuple[Script, str]]:
    """The script and its address."""
    script = Script(case)
    async with serve(script.serve, "127.0.0.1", 0) as server:
        yield script, f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


class Stage:
    """Plays all sockets of a recording as they are: what a client says must be what was said, and it is answered by the very
    frames. Which of its sockets a connection is, its path tells."""

    def __init__(self, case: Case) -> None:
        self._expect = case["expect"]["steps"]
        self._signs_in = {name: isinstance(who, str) for name, who in case["ws"].items()}
        self._sockets: dict[str, ServerConnection] = {}
        self.said: dict[str, asyncio.Queue[Any]] = {name: asyncio.Queue() for name in case["ws"]}

    async def serve(self, socket: ServerConnection) -> None:
        """One connection."""
        name = socket.request.path.strip("/") if socket.request is not None else ""
        self._sockets[name] = socket
        if self._signs_in[name]:
            assert json.loads(await socket.recv())["type"] == "auth"
            await self.play(0, name)
        async for text in socket:
            await self.said[name].put(text)

    async def play(self, step: int, name: str) -> list[dict[str, Any]]:
        """What the reference said to that socket at that step; returns the frames."""
        frames: list[dict[str, Any]] = self._expect[step].get(name, [])
        for frame in frames:
            if "closed" in frame:
                await self._sockets[name].close()
            else:
                await self._sockets[name].send(json.dumps(frame))
        return [frame for frame in frames if "closed" not in frame]

    def closes(self, step: int, name: str) -> bool:
        """Whether the reference closed the socket at that step."""
        return any("closed" in frame for frame in self._expect[step].get(name, []))


@asynccontextmanager
async def staging(case: Case) -> AsyncIterator[tuple[Stage, str]]:
    """The stage and its address."""
    stage = Stage(case)
    async with serve(stage.serve, "127.0.0.1", 0) as server:
        yield stage, f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
