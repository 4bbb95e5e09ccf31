"""The application: settings, extensions, and the ASGI form of it all. Must not know what is served."""

from __future__ import annotations

import asyncio
import difflib
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec
import structlog
from starlette.types import Receive, Scope, Send

from rowcast.auth import SYSTEM
from rowcast.errors import ServiceUnavailable
from rowcast.server import logging
from rowcast.server.config import Config, load
from rowcast.server.extend.context import Context
from rowcast.server.extend.loading import load_folder
from rowcast.server.extend.platform import Platform, platform
from rowcast.server.extend.registry import Registry
from rowcast.server.variables import VARIABLES

log = structlog.get_logger("rowcast")
_NAMES = {variable.name.lower(): variable for variable in VARIABLES} | {"secret": None, "config_path": None}


class Rowcast(Registry):
    """A realtime data platform on a database, as an ASGI application: to be run by itself (``rowcast serve --app module:app``,
    or any ASGI server) or mounted in another application.

    ``settings`` are the variables of ``docs/configuration.md`` in lower case (``cors_enabled=True``, ``access_token_ttl="5m"``);
    they win over the environment (``environment`` in place of the process's) and ``.env``. Extensions are registered with the
    decorators before it starts.

    It starts with the server's lifespan. Where the application around does not pass that on to what it mounts, either hand it
    ``lifespan`` (``FastAPI(lifespan=app.lifespan)``), or it starts with the first request.
    """

    def __init__(
        self, database_url: str | None = None, *, environment: Mapping[str, str] | None = None, **settings: Any
    ) -> None:
        super().__init__()
        self._database_url, self._environment = database_url, environment
        self._settings = {_known(name).upper(): _text(value) for name, value in settings.items()}
        self._platform: Platform | None = None
        self._stack = AsyncExitStack()
        self._starting: asyncio.Lock | None = None
        self._loaded = False

    # ---- to be run ----------------------------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            return await self._follow_lifespan(receive, send)
        running = self._platform or await self._begin()
        return await running.asgi(below_root(scope), receive, send)

    async def start(self) -> None:
        """Open the database and begin. Raises InvalidConfiguration. Started already: nothing."""
        await self._begin()

    async def stop(self) -> None:
        """End what runs and close the database; every acknowledged write is kept. Not started: nothing."""
        self._platform, stack, self._stack = None, self._stack, AsyncExitStack()
        await stack.aclose()

    @asynccontextmanager
    async def lifespan(self, _around: object = None) -> AsyncIterator[None]:
        """Started within, stopped afterwards: the lifespan to give to an application around this one."""
        await self.start()
        try:
            yield
        finally:
            await self.stop()

    def config(self, **given: Any) -> Config:
        """The settings of this application; ``given`` (``host``, ``port``, ``database_url``) win over all. Raises
        InvalidConfiguration."""
        environment = os.environ if self._environment is None else self._environment
        own = {"database_url": self._database_url} if self._database_url is not None else {}
        return load({**environment, **self._settings}, **own | {k: v for k, v in given.items() if v is not None})

    @asynccontextmanager
    async def running(self, config: Config) -> AsyncIterator[Platform]:
        """Run with these settings; for the program that listens by itself."""
        self.is_closed = True
        try:
            async with platform(self, config) as self._platform:
                yield self._platform
        finally:
            self._platform, self.is_closed = None, False

    def load_extensions(self, folder: str | None, *, required: bool) -> None:
        """Have the modules of a folder register themselves, once. Raises InvalidConfiguration."""
        if folder is not None and not self._loaded:
            load_folder(self, Path(folder), required=required)
            self._loaded = True

    # ---- for the program around ---------------------------------------------------------------------------------------

    @property
    def context(self) -> Context:
        """A context with all rights, for what does not come from a hook. Raises ServiceUnavailable before the start."""
        return Context(self, self._running.engine, SYSTEM)

    def broadcast(self, message: Mapping[str, Any], *, user: str | None = None, role: str | None = None) -> int:
        """Send a message to all open sockets, or to those of a user or role; how many."""
        frame, callers = msgspec.json.encode(message), self._running.hub.callers()
        chosen = [c for c in callers if user in (None, c.actor.user) and role in (None, c.actor.role)]
        for caller in chosen:
            caller.send(frame)
        return len(chosen)

    @property
    def _running(self) -> Platform:
        if self._platform is None:
            raise ServiceUnavailable("The application has not started.", service="rowcast")
        return self._platform

    async def _begin(self) -> Platform:
        self._starting = self._starting or asyncio.Lock()
        async with self._starting:
            if self._platform is None:
                config = _for_nobody_to_see(self.config())
                self.load_extensions(self._settings.get("EXTENSIONS_PATH"), required=True)
                logging.forward()
                warn_of(config)
                begun = await self._stack.enter_async_context(self.running(config))
                _tell_of_setup(begun.setup)
        return self._running

    async def _follow_lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            try:
                await (self.start() if message["type"] == "lifespan.startup" else self.stop())
            except Exception as error:
                await send({"type": f"{message['type']}.failed", "message": str(error)})
                return
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return


def warn_of(config: Config) -> None:
    """Say what is probably not meant so, and that a secret was generated: another server on the same data needs the same one."""
    for doubt in config.doubts:
        log.warning(doubt)
    if config.secret_file is not None:
        log.warning(
            "SECRET is not set: one was generated and is kept beside the database", file=str(config.secret_file)
        )


def _for_nobody_to_see(config: Config) -> Config:
    """Where another program listens, nobody would see a generated password."""
    server = config.server
    return replace(config, server=replace(server, setup=server.setup or "page"))


def _tell_of_setup(code: str | None) -> None:
    if code is not None:
        log.warning(
            "there is no administrator yet: make one on the Studio's set-up page", page=f"/admin/setup?code={code}"
        )


def below_root(scope: Scope) -> Scope:
    """The scope as it is below the path that the application is mounted at: some frameworks leave the root in the path, some take
    it out and put a slash at the end. The root stays known as ``rowcast.root``, for addresses that a browser shall use."""
    root, path = scope.get("root_path", "").rstrip("/"), scope["path"]
    if root and (path == root or path.startswith(root + "/")):
        path = path[len(root) :] or "/"
    if len(path) > 1 and path[-1] == "/" and not (scope.get("raw_path") or b"/").endswith(b"/"):
        path = path[:-1]
    if path is scope["path"] and root:
        return scope
    root = root or _taken_out(scope, path)
    return {**scope, "path": path, "root_path": "", "rowcast.root": root} if root or path != scope["path"] else scope


def _taken_out(scope: Scope, path: str) -> str:
    """What a framework took out of the path without a word: the beginning of what the browser asked for."""
    asked = unquote((scope.get("raw_path") or b"").decode("latin-1"))
    return asked.removesuffix(path).rstrip("/") if asked.endswith(path) else ""


def _known(name: str) -> str:
    if name not in _NAMES:
        near = difflib.get_close_matches(name, _NAMES, 1)
        raise TypeError(f'There is no setting "{name}"' + (f'; did you mean "{near[0]}"?' if near else "."))
    return name


def _text(value: object) -> str:
    """A value as it is written in the environment."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return f"{value.total_seconds()}s"
    if isinstance(value, list | tuple | set | frozenset):
        return ",".join(str(each) for each in value)
    return "" if value is None else str(value)
