"""Replays a file of recorded exchanges against a server. Waits for the frames that are expected, not for silence.

python -m tests.conformance.replay http://127.0.0.1:8055 live --only subscribe --show 5
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import websockets
from websockets.asyncio.client import ClientConnection

from tests.conformance.compare import Case, Tokens, dig, same, without
from tests.support.patience import PATIENCE, soon
from tests.support.server import ADMIN_TOKEN

CASES = Path(__file__).parent / "cases"
GRACE = 0.02
"""Seconds in which a frame that is not expected still counts against its step, once the server has seen all that was sent; one that
comes later counts against the next."""
Step = dict[str, list[Any]]


@dataclass
class Score:
    """The outcome: names of the cases by group."""

    passed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    failed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    broken: list[str] = field(default_factory=list)
    differences: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def add(self, other: Score) -> None:
        """Both are one."""
        for mine, more in ((self.passed, other.passed), (self.failed, other.failed)):
            for group, names in more.items():
                mine[group] += names
        self.broken += other.broken
        self.differences |= other.differences

    def share(self, group: str = "") -> float:
        """Percent that passed, of one group or of all."""
        good = sum(len(names) for name, names in self.passed.items() if group in ("", name))
        bad = sum(len(names) for name, names in self.failed.items() if group in ("", name))
        return 100 * good / max(1, good + bad)

    def table(self) -> str:
        """One line per group."""
        names = sorted({*self.passed, *self.failed})
        counts = [(name, len(self.passed[name]), len(self.passed[name]) + len(self.failed[name])) for name in names]
        total = ("all", sum(each[1] for each in counts), sum(each[2] for each in counts))
        return "\n".join(f"{name:26}{good:5} /{every:5}" for name, good, every in [*counts, total])


def load(name: str) -> list[Case]:
    """The cases of one file."""
    cases: list[Case] = json.loads((CASES / f"{name}.json").read_text())
    return cases


async def replay(base: str, cases: list[Case], only: str = "") -> Score:
    """Run all cases in order; those whose id begins with ``only`` count."""
    score = Score()
    async with httpx.AsyncClient(base_url=base, timeout=PATIENCE) as http:
        run = Replay(base, http, cases)
        for case in cases:
            if "token" in case:
                run.tokens[case["token"]] = run.values.filled(case["value"])
            elif "expect" in case:
                await _judge(run, case, score, only)
    return score


async def _judge(run: Replay, case: Case, score: Score, only: str) -> None:
    try:
        got = await run.answer(case)
        good = got["status"] < 400 if case.get("compare") == "setup" else same(case, got)
    except Exception as error:
        got, good = {"raised": f"{type(error).__name__}: {error}"}, False
    if case.get("compare") == "setup":
        if not good:
            score.broken.append(f"{case['id']}: {json.dumps(got)[:400]}")
    elif case["id"].startswith(only):
        (score.passed if good else score.failed)[case["id"].split("/")[0]].append(case["id"])
        if not good:
            score.differences[case["id"]] = (case["expect"], got)


class Replay:
    """One pass over a file: what was saved, whose token is whose."""

    def __init__(self, base: str, http: httpx.AsyncClient, cases: list[Case]) -> None:
        self.base, self.http, self.values = base, http, Tokens(cases)
        self.tokens: dict[str, str | None] = {"admin": ADMIN_TOKEN, "anon": None}

    async def answer(self, case: Case) -> dict[str, Any]:
        """What the server answers to one case, normalised."""
        if "ws" in case:
            got: dict[str, Any] = {"steps": await Session(self, case).run()}
        else:
            got = await self.call(case)
            self._save(case, got["body"])
        if "ignore" in case:
            got = {**got, "body": without(got["body"], case["ignore"])}
        normal: dict[str, Any] = self.values.normal(got)
        return normal

    def _save(self, case: Case, body: Any) -> None:
        for name, path in (case.get("save") or {}).items():
            try:
                self.values.saved[name] = dig(body, path)
            except (KeyError, IndexError, TypeError):
                self.values.saved.setdefault(name, f"missing-{name}")

    async def call(self, case: Case) -> dict[str, Any]:
        """Send one request."""
        headers = self.values.filled(dict(case.get("headers") or {}))
        token = self.tokens.get(case.get("as", "admin"))
        if token:
            headers["Authorization"] = f"Bearer {token}"
        path, content = self.values.filled(case["path"]), self._content(case)
        response = await self.http.request(case["method"], path, headers=headers, **content)
        try:
            body = response.json() if response.content else None
        except ValueError:
            body = response.text
        return {"status": response.status_code, "body": body}

    def _content(self, case: Case) -> dict[str, Any]:
        body = self.values.filled(case.get("body"))
        if "files" in case:
            return {"files": {name: tuple(file) for name, file in case["files"].items()}, "data": body or {}}
        if "text" in case:
            return {"content": case["text"]}
        return {"json": body} if body is not None or case.get("json_null") else {}


class Session:
    """One case of several connections: steps, and the frames that came after each."""

    def __init__(self, run: Replay, case: Case) -> None:
        self.run_, self.case = run, case
        self.url = run.base.replace("http", "ws", 1) + case.get("path", "/websocket")
        self.open: dict[str, ClientConnection] = {}
        self.frames: dict[str, list[Any]] = {}
        self.news = asyncio.Event()

    async def run(self) -> list[Step]:
        """Connect, take all steps, and return what was received."""
        pumps: list[asyncio.Task[None]] = []
        try:
            for name, who in self.case["ws"].items():
                pumps += await self._connect(name, who)
            received = [await self._cut(0, 0.0)]
            for number, step in enumerate(self.case["steps"], 1):
                received.append(await self._step(number, step))
            return received
        finally:
            await asyncio.gather(*(connection.close() for connection in self.open.values()))
            await asyncio.gather(*pumps)

    async def _connect(self, name: str, who: str | Mapping[str, Any]) -> list[asyncio.Task[None]]:
        self.frames[name] = []
        given = {} if isinstance(who, str) else who
        target = self.run_.values.filled(given.get("url", ""))
        try:
            connection = await websockets.connect(
                self.url + target, ping_interval=None, subprotocols=given.get("protocols"), proxy=None
            )
        except websockets.InvalidStatus as refusal:
            self.frames[name].append({"refused": refusal.response.status_code})
            return []
        except (OSError, websockets.WebSocketException) as error:
            self.frames[name].append({"refused": type(error).__name__})
            return []
        self.open[name] = connection
        if isinstance(who, str):
            await connection.send(json.dumps({"type": "auth", "access_token": self.run_.tokens[who]}))
        return [asyncio.create_task(self._pump(name, connection))]

    async def _pump(self, name: str, connection: ClientConnection) -> None:
        try:
            async for message in connection:
                self.frames[name].append(_decoded(message))
                self.news.set()
        except websockets.ConnectionClosed:
            pass
        self.frames[name].append({"closed": connection.close_code})
        self.news.set()

    async def _step(self, number: int, step: Mapping[str, Any]) -> Step:
        got: Step = {}
        if "http" in step:
            got["http"] = [{"status": (await self.run_.call(step["http"]))["status"]}]
        elif step.get("close"):
            await self.open[step["on"]].close()
        elif "send" in step:
            got |= await self._send(step)
        got |= await self._cut(number, step.get("pause", step.get("wait", 0.0)))
        for name, path in (step.get("save") or {}).items():
            self.run_.values.saved[name] = dig(got, path)
        return got

    async def _send(self, step: Mapping[str, Any]) -> Step:
        message = self.run_.values.filled(step["send"])
        try:
            await self.open[step["on"]].send(message if isinstance(message, str) else json.dumps(message))
        except (KeyError, websockets.ConnectionClosed) as error:
            return {"error": [type(error).__name__]}
        return {}

    async def _cut(self, number: int, pause: float) -> Step:
        """Take what has come: all that is expected, or what there is when patience ends; then what else comes at once."""
        expected = self.case["expect"]["steps"][number]
        counts = {name: len(frames) for name, frames in expected.items() if name in self.frames}
        if not counts and pause:
            await asyncio.sleep(pause)
        try:
            async with asyncio.timeout(pause + PATIENCE):
                while any(len(self.frames[name]) < count for name, count in counts.items()):
                    self.news.clear()
                    await self.news.wait()
        except TimeoutError:
            pass
        await asyncio.gather(*(self._seen(connection) for connection in self.open.values()))
        await asyncio.sleep(GRACE)
        taken = {name: list(frames) for name, frames in self.frames.items() if frames}
        for frames in self.frames.values():
            frames.clear()
        return taken

    async def _seen(self, connection: ClientConnection) -> None:
        """Wait until the server has read what was sent."""
        with suppress(websockets.ConnectionClosed):
            await soon(await connection.ping())


def _decoded(message: str | bytes) -> Any:
    try:
        return json.loads(message)
    except ValueError:
        return message


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Replay recorded exchanges against a server.")
    parser.add_argument("base")
    parser.add_argument("name", help="a file of cases, without .json")
    parser.add_argument("--only", default="")
    parser.add_argument("--show", type=int, default=10)
    given = parser.parse_args()
    score = asyncio.run(replay(given.base.rstrip("/"), load(given.name), given.only))
    for name, (want, got) in list(score.differences.items())[: given.show]:
        sys.stdout.write(f"--- {name}\n  want {json.dumps(want)[:1500]}\n  got  {json.dumps(got)[:1500]}\n")
    sys.stdout.write("".join(f"set-up failed: {each}\n" for each in score.broken) + score.table() + "\n")
    return 1 if score.failed else 0


if __name__ == "__main__":
    sys.exit(main())
