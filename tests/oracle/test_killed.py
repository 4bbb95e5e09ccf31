"""The same over real sockets: a server that is killed while it writes, and clients that come back to where they were."""

from __future__ import annotations

import json
import random
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import apsw
import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.oracle.mirror import Mirror
from tests.support.patience import BUSY, PATIENCE
from tests.support.server import ADMIN_TOKEN, Server

ROUNDS = 4
QUESTIONS: dict[str, dict[str, Any]] = {
    "all": {"fields": ["id", "text", "rank"]},
    "some": {"fields": ["id", "text"], "filter": {"rank": {"_gt": 3}}},
    "first": {"fields": ["id", "rank"], "sort": ["-rank", "id"], "limit": 3},
    "counts": {"aggregate": {"count": "*"}, "groupBy": ["rank"]},
}
KEY = {"field": "id", "type": "integer", "schema": {"is_primary_key": True, "has_auto_increment": True}}
NOTES = {
    "collection": "notes",
    "meta": {},
    "schema": {},
    "fields": [
        KEY,
        {"field": "text", "type": "string", "schema": {}},
        {"field": "rank", "type": "integer", "schema": {}},
    ],
}


class Client:
    """One socket with all questions, and what it holds of them, whatever happens to the socket."""

    def __init__(self) -> None:
        self.mirrors = {uid: Mirror("aggregate" in query) for uid, query in QUESTIONS.items()}
        self.returns = 0
        self.socket: ClientConnection
        self._open = ExitStack()

    def come(self, server: Server) -> None:
        """Connect and go on from where each subscription was."""
        self.leave()
        self.socket = self._open.enter_context(connect(server.socket, open_timeout=PATIENCE))
        self._send({"type": "auth", "access_token": ADMIN_TOKEN})
        for uid, query in QUESTIONS.items():
            places = self.mirrors[uid].places
            asked = {"type": "subscribe", "collection": "notes", "query": query, "uid": uid, "live": "set"}
            self._send(asked | {"since": places[-1].position if places else None})

    def leave(self) -> None:
        """Let go of the socket."""
        self._open.close()

    def listen(self, seconds: float) -> None:
        """Take in what comes in that time, or until the socket has ended."""
        ends = time.monotonic() + seconds
        with suppress(TimeoutError, ConnectionClosed):
            while (left := ends - time.monotonic()) > 0:
                frame = json.loads(self.socket.recv(timeout=left))
                if frame["type"] == "ping":
                    self._send({"type": "pong"})
                elif frame["type"] == "subscription":
                    self.returns += frame["event"] == "resumed"
                    faults = list(self.mirrors[frame["uid"]].listen([frame], exact=True))
                    assert not faults, (faults, frame)

    def _send(self, message: dict[str, Any]) -> None:
        self.socket.send(json.dumps(message))


def write(server: Server, rng: random.Random, stop: threading.Event) -> None:
    """Write by REST for as long as there is a server."""
    with server.client() as client, suppress(httpx.HTTPError):
        while not stop.is_set():
            keys = [row["id"] for row in client.get("/items/notes", params={"limit": -1}).json()["data"]]
            roll, row = rng.random(), {"text": rng.choice("abc"), "rank": rng.randrange(8)}
            if roll < 0.4 or not keys:
                client.post("/items/notes", json=[row] * rng.randint(1, 3))
            elif roll < 0.75:
                client.patch("/items/notes", json={"keys": rng.sample(keys, min(3, len(keys))), "data": row})
            else:
                client.delete(f"/items/notes/{rng.choice(keys)}")


def write_beside(path: Path, rng: random.Random) -> None:
    """Another program on the same file."""
    other = apsw.Connection(str(path))
    other.set_busy_timeout(BUSY)
    with other:
        other.execute("INSERT INTO notes(text, rank) VALUES('sql', ?)", (rng.randrange(8),))
        other.execute("UPDATE notes SET rank = ? WHERE id % 3 = ?", (rng.randrange(8), rng.randrange(3)))
    other.close()


def agree(server: Server, client: Client) -> None:
    """Soon the client holds what fresh questions give."""
    ends = time.monotonic() + PATIENCE
    with server.client() as asking:
        while True:
            client.listen(0.1)
            wanted, held = {}, {}
            for uid, query in QUESTIONS.items():
                texts = {name: json.dumps(part) for name, part in ({"limit": -1} | query).items()}
                data = asking.get("/items/notes", params=texts).json()["data"]
                mirror = client.mirrors[uid]
                held[uid] = sorted(mirror.answer or (), key=str) if mirror.is_grouped else mirror.rows
                wanted[uid] = sorted(data, key=str) if mirror.is_grouped else {str(row["id"]): row for row in data}
            if held == wanted:
                return
            assert time.monotonic() < ends, [(uid, held[uid], wanted[uid]) for uid in held if held[uid] != wanted[uid]]


def test_a_killed_server_loses_and_doubles_nothing(tmp_path: Path) -> None:
    rng, client, path = random.Random("killed"), Client(), tmp_path / "data" / "rowcast.db"
    server = Server(tmp_path).start()
    try:
        with server.client() as admin:
            admin.post("/collections", json=NOTES).raise_for_status()
        client.come(server)
        for _ in range(ROUNDS):
            agree(server, client)
            stop = threading.Event()
            writer = threading.Thread(target=write, args=(server, rng, stop))
            writer.start()
            write_beside(path, rng)
            client.listen(0.02 + rng.random() / 10)
            server.kill()
            stop.set()
            client.listen(PATIENCE)  # until the end of what the killed one has sent
            writer.join()
            write_beside(path, rng)
            server.start()
            client.come(server)
        agree(server, client)
        assert client.returns, "nobody went on from where it was"
    finally:
        client.leave()
        server.kill()
