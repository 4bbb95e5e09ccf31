"""Drives one reader of the server's log. Must not know which kind of socket it is on, nor who writes the log."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from rowcast.engine.telling.listener import Listener
from rowcast.engine.telling.subscribe import Outbox, close, open_listener
from rowcast.errors import Forbidden
from rowcast.protocol.logs import LEVELS, LogEffect, LogSession, line
from rowcast.protocol.session import Send
from rowcast.server import logging
from rowcast.server.realtime.base import BaseDriver, Wire

if TYPE_CHECKING:
    from rowcast.server.realtime.gate import Admission
    from rowcast.server.realtime.hub import Hub

NODE = secrets.token_hex(4)
"""Names this process among those that write logs."""


class LogDriver(BaseDriver[LogSession]):
    """See ``BaseDriver``. The caller is a listener of the engine, so that it goes with its rights."""

    kind = "logs"
    __slots__ = ("_listener", "_raw")

    def __init__(self, hub: Hub, wire: Wire, admission: Admission) -> None:
        super().__init__(hub, wire)
        settings = hub.engine.settings.websockets
        self._raw = settings.logs_style == "raw"
        self._outbox = Outbox(wire.write, self.too_slow, wire.reply)
        self._listener = Listener(admission.actor, self._outbox, self._dismiss, carrier=self)
        open_listener(hub.engine, self._listener)
        expires = self._on_loop_clock(admission.actor.expires)
        self._session = LogSession(settings.logs_level, expires, hub.rules.limit)
        logging.readers.add(self._written)
        self._begin()

    @property
    def _waiting(self) -> int:
        return 0

    def _leave(self) -> None:
        logging.readers.discard(self._written)
        close(self._hub.engine, self._listener)

    def _perform(self, effects: Sequence[LogEffect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                self._outbox.send(effect.frame)
            else:
                self._close(effect.code, effect.reason)
        self._look()

    def _written(self, level: str, event: dict[str, Any]) -> None:
        """A line was written, in whichever thread."""
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._tell, LEVELS.get(level, LEVELS["fatal"]), event)

    def _tell(self, level: int, event: dict[str, Any]) -> None:
        wanted = self._session.level
        if not self.is_open or wanted is None or level < wanted:
            return
        if not self._listener.actor.admin:
            self._dismiss(Forbidden())
            return
        data = {"level": level, "time": event.pop("time"), "msg": event.pop("event", "")}
        self._outbox.send(line({**event, **data} if self._raw else data, NODE))
