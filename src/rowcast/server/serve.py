"""Serving, from the settings to the last closed socket. Must not know what is served beyond its doors."""

from __future__ import annotations

import gc
from pathlib import Path

from rowcast.server import greeting, logging
from rowcast.server.config import Config, ServerSettings, database_file
from rowcast.server.extend.app import Rowcast, warn_of
from rowcast.server.listener import Listener, bind
from rowcast.server.realtime import plug
from rowcast.server.studio import FOLDER


async def serve(app: Rowcast, config: Config) -> None:
    """Serve until a signal comes; then close the sockets, finish what was acknowledged and return."""
    sockets = config.engine.websockets
    read = sockets.logs_level if sockets.enabled and sockets.logs_enabled else "silent"
    logging.configure(config.server.log_level, config.server.log_style, read)
    warn_of(config)
    file = database_file(config.engine.database)
    load_extensions(app, config.server)
    studio = Path(config.engine.studio_dir or FOLDER)
    bound = bind(config.server)
    async with app.running(config) as platform:
        listener = Listener(
            platform.asgi,
            config.server,
            plug(platform.hub),
            lambda address: greeting.tell(greeting.of_server(address, file, platform, studio)),
            platform.hub.end_streams,
        )
        _settle()
        await listener.serve([bound])


def load_extensions(app: Rowcast, server: ServerSettings) -> None:
    """Those of the folder in the settings; one that is named must be there."""
    app.load_extensions(server.extensions_path, required=server.extensions_path != ServerSettings().extensions_path)


YOUNG = 20_000, 20, 20
"""New objects between two looks of the collector, and how many of them are looks at older ones too. A message makes some hundred,
nearly all without cycles: the interpreter's own threshold would have it look every few messages."""


def _settle() -> None:
    """What was made for the start stays: the collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*YOUNG)
