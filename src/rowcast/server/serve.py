"""Serving, from the settings to the last closed socket. Must not know what is served beyond its doors."""

from __future__ import annotations

import gc

import structlog

from rowcast.server import greeting, logging
from rowcast.server.application import application
from rowcast.server.config import Config, database_file
from rowcast.server.lifespan import running
from rowcast.server.listener import Listener, bind
from rowcast.server.realtime import Hub, plug


async def serve(config: Config) -> None:
    """Serve until a signal comes; then close the sockets, finish what was acknowledged and return."""
    logging.configure(config.server.log_level, config.server.log_style)
    warn_of_secret(config)
    file = database_file(config.engine.database)
    bound = bind(config.server)
    async with running(config) as platform:
        hub = Hub(platform.engine)
        listener = Listener(
            application(platform.engine, hub),
            config.server,
            plug(hub),
            lambda address: greeting.tell(greeting.of_server(address, file, platform.login)),
        )
        _settle()
        await listener.serve([bound])


def warn_of_secret(config: Config) -> None:
    """Say that a secret was generated: another server on the same data needs the same one."""
    if config.secret_file is not None:
        structlog.get_logger("rowcast").warning(
            "SECRET is not set: one was generated and is kept beside the database", file=str(config.secret_file)
        )


def _settle() -> None:
    """What was made for the start stays: the collector need not look at it again."""
    gc.collect()
    gc.freeze()
