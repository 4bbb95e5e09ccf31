"""A real server in a process of its own, on a free port, with a directory of its own. Must not know what is tested."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from tests.support.patience import PATIENCE

ADMIN_TOKEN = "admin-static-token"
ADMIN_EMAIL = "admin@example.com"
ADMIN_PASSWORD = "d1r3ctu5"
COMMAND = str(Path(sys.executable).with_name("rowcast"))
DEFAULTS = {
    "ADMIN_EMAIL": ADMIN_EMAIL,
    "ADMIN_PASSWORD": ADMIN_PASSWORD,
    "ADMIN_TOKEN": ADMIN_TOKEN,
    "SECRET": "a secret for tests only, long enough for HS256",
    "LOG_LEVEL": "warn",
    "LOGIN_STALL_TIME": "0",
    "REGISTER_STALL_TIME": "0",
}


def environment(**variables: str) -> dict[str, str]:
    """The environment of a child process: no setting of the machine gets in, but which build of the Studio is looked at."""
    names = ("PATH", "HOME", "LANG", "TMPDIR", "ROWCAST_STUDIO_DIR")
    kept = {name: value for name, value in os.environ.items() if name in names}
    return {**kept, "TZ": "UTC", **variables}


def lasting_port() -> int:
    """A port for a server that is started again at the same place: none of those that the system gives to whoever asks for any."""
    while True:
        port = random.randrange(10_000, 30_000)
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port


class Server:
    """``rowcast serve`` in ``directory``. ``base`` is its address as soon as it has started."""

    def __init__(self, directory: Path, *arguments: str, **variables: str) -> None:
        self.directory, self.arguments = directory, arguments
        self.variables = {**DEFAULTS, **variables}
        self.base, self.greeting = "", ""
        self.process: subprocess.Popen[str]

    @property
    def log(self) -> str:
        """What the server has logged."""
        return (self.directory / "server.log").read_text()

    def start(self, limit: float = 2 * PATIENCE) -> Self:
        """Start it and wait for its address."""
        command = [COMMAND, "serve", "--port", "0", *self.arguments]
        with (self.directory / "server.log").open("a") as log, (self.directory / "greeting").open("w") as greeting:
            self.process = subprocess.Popen(
                command,
                cwd=self.directory,
                env=environment(**self.variables),
                stdout=greeting,
                stderr=log,
                text=True,
            )
        ends = time.monotonic() + limit
        while not self._greeted():
            if self.process.poll() is not None or time.monotonic() > ends:
                self.kill()
                raise AssertionError(f"the server did not start: {self.log}")
            time.sleep(0.02)
        return self

    def _greeted(self) -> bool:
        self.greeting = (self.directory / "greeting").read_text()
        found = [line.split()[1] for line in self.greeting.splitlines() if line.split()[:1] == ["Address"]]
        self.base = found[0] if found else ""
        return bool(found) and self.greeting.endswith("\n")

    def stop(self, limit: float = PATIENCE) -> int:
        """End it as a service manager would; returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def client(self, token: str | None = ADMIN_TOKEN, **options: Any) -> httpx.Client:
        """An HTTP client that asks as the owner of the token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.base, headers=headers, timeout=PATIENCE, **options)

    @property
    def place(self) -> tuple[str, int]:
        """Host and port."""
        host, port = self.base.removeprefix("http://").rsplit(":", 1)
        return host, int(port)

    @property
    def socket(self) -> str:
        """The address of the WebSocket."""
        return self.base.replace("http", "ws", 1) + "/websocket"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.stop()


@contextmanager
def serving(directory: Path, variables: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server for the length of a block."""
    directory.mkdir(parents=True, exist_ok=True)
    with Server(directory, **(variables or {})) as server:
        yield server
