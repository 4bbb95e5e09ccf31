"""The listener: uvicorn on one port, ended by a signal with status 0. Must not know what is served."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from rowcast.errors import InvalidConfiguration
from rowcast.server.config import ServerSettings
from rowcast.server.http import HttpProtocol

SIGNALS = (signal.SIGINT, signal.SIGTERM)
BACKLOG = 2048


class Listener(uvicorn.Server):
    """Serves until a signal comes. ``announce``: called once with the address when connections are taken;
    ``stopping``: called before running requests are waited for."""

    def __init__(
        self,
        app: ASGIApp,
        server: ServerSettings,
        sockets: Any,
        announce: Callable[[str], None] = lambda _address: None,
        stopping: Callable[[], None] = lambda: None,
    ) -> None:
        config = uvicorn.Config(
            app,
            loop="uvloop",
            http=HttpProtocol,
            ws=sockets or "none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            backlog=BACKLOG,
            timeout_graceful_shutdown=max(1, round(server.shutdown_timeout)),
        )
        super().__init__(config)
        self._announce, self._stopping = announce, stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce(address(self.servers[0].sockets[0]))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """A signal ends the loop and nothing else: the process goes on to close the database and ends with status 0."""
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in SIGNALS:
                loop.remove_signal_handler(number)


def bind(server: ServerSettings) -> socket.socket:
    """A socket on the address of the settings, not listening yet. Raises InvalidConfiguration."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        reason = f"cannot be listened on: {error.strerror}"
        raise InvalidConfiguration(f"HOST {server.host} with PORT {server.port} {reason}.") from error
    return bound


def address(listening: socket.socket) -> str:
    """The address of a listening socket as a URL."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
