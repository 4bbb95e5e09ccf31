"""Server-sent events: a response that goes on, and the caller behind it as one who listens. Must not know what is told.

Events wait here until the reader takes them, bounded in bytes; nobody else waits for a slow one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from rowcast.api.rest.request import actor, engine
from rowcast.engine.telling.listener import Traffic
from rowcast.engine.telling.subscribe import Listener, Outbox, close, open_listener
from rowcast.errors import InternalError, LimitExceeded, RowcastError, TokenExpired
from rowcast.protocol.backlog import Backlog

log = structlog.get_logger("rowcast.api")
MEDIA_TYPE = "text/event-stream"
RETRY = b"retry: 2000\n\n"
BEAT = b": still here\n\n"
HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
Begin = Callable[["Stream"], Awaitable[None]]


class Frame(msgspec.Struct):
    """What of a frame becomes the head of its event."""

    event: str = "error"
    position: str | None = None


_decode = msgspec.json.Decoder(Frame).decode


def wants_stream(request: Request) -> bool:
    """Whether the caller asks for events instead of an answer."""
    return request.method == "GET" and MEDIA_TYPE in request.headers.get("accept", "")


def text_of(kind: str, data: bytes, position: str | None = None) -> bytes:
    """One event as text."""
    place = b"" if position is None else b"id: " + position.encode() + b"\n"
    lines = b"\ndata: ".join(data.splitlines())
    return b"event: " + kind.encode() + b"\n" + place + b"data: " + lines + b"\n\n"


@lru_cache(maxsize=64)
def of_frame(frame: bytes) -> bytes:
    """A frame of the socket as event; the same for all streams that are shown the same."""
    head = _decode(frame)
    return text_of(head.event, frame, head.position)


class Stream:
    """See the module. ``listener`` is the caller, as the engine sees it."""

    kind = "sse"

    def __init__(self, request: Request) -> None:
        self._engine, asking = engine(request), actor(request)
        limit = self._engine.settings.websockets.rest_conn_limit
        if limit is not None and len(self._engine.broadcast.listeners) >= limit:
            raise LimitExceeded("There are as many connections as may be.")
        self._backlog = Backlog(self._engine.settings.websockets.outbox_size)
        self._texts: deque[bytes] = deque()
        self._size = self._told = 0
        self._ended = self._choked = False
        self._news = asyncio.Event()
        self._outbox = Outbox(self._frame, self._too_slow)
        self.listener = Listener(asking, self._outbox, self.dismiss, carrier=self, refused=self._refused)
        self._expiry = None
        if asking.expires is not None:
            clock = self._engine.clock
            self._expiry = clock.later(max(0.0, asking.expires - clock.time()), self.dismiss, TokenExpired())
        open_listener(self._engine, self.listener)

    def traffic(self) -> Traffic:
        """See ``Carrier``."""
        return Traffic(0, self._told, self._size)

    def put(self, text: bytes) -> None:
        """An event has happened."""
        if self._ended:
            return
        self._size += len(text)
        self._texts.append(text)
        self._news.set()
        if self._backlog.is_over(self._size, len(text)):
            self._too_slow()
        elif self._size > self._backlog.most // 4 and not self._choked:
            self._choked = True
            self._outbox.choke()

    def dismiss(self, error: RowcastError) -> None:
        """The last event says why there are no more."""
        if not self._ended:
            told = msgspec.json.encode({"code": error.code, "message": error.message})
            self._texts.append(text_of("error", b'{"error":' + told + b"}"))
            self.close()

    def close(self) -> None:
        """Nothing more will happen."""
        self._ended = True
        self._news.set()
        if self._expiry is not None:
            self._expiry.cancel()
        if self.listener.is_open:
            close(self._engine, self.listener)

    async def take(self, patience: float) -> bytes | None:
        """Everything that waits; after ``patience`` seconds without news a sign of life; None: it was the last."""
        if not self._texts and not self._ended:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), patience)
            except TimeoutError:
                return BEAT
        taken = b"".join(self._texts)
        self._texts.clear()
        self._size = 0
        if self._choked:
            self._choked = False
            self._outbox.relieve()
        return taken or None

    def _frame(self, frame: bytes) -> None:
        text = of_frame(frame)
        self.put(text)
        if text.startswith(b"event: error"):  # what was asked for may not be seen any more
            self.close()

    def _refused(self, error: RowcastError) -> None:
        """What was asked for may not be seen any more. What is told of that in this turn of the loop goes first."""
        asyncio.get_running_loop().call_soon(self.dismiss, error)

    def _too_slow(self) -> None:
        self._engine.broadcast.slow_closes += 1
        self.dismiss(LimitExceeded("Too much waits for this reader. Come again with the last position."))


class EventStream(Response):
    """The response. ``begin`` starts what is told; what it raises is answered as for any request, if it is raised at once."""

    media_type = MEDIA_TYPE

    def __init__(self, stream: Stream, beat: float) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self._stream, self._beat = stream, beat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until there are no more or the reader has gone."""
        gone = asyncio.create_task(self._watch(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            text: bytes | None = RETRY
            while text is not None:
                await send({"type": "http.response.body", "body": text, "more_body": True})
                text = await self._stream.take(self._beat)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except OSError:  # the reader has gone in the middle of a text
            pass
        finally:
            gone.cancel()
            self._stream.close()

    async def _watch(self, receive: Receive) -> None:
        message: Any = {}
        while message.get("type") != "http.disconnect":
            message = await receive()
        self._stream.close()


async def stream(request: Request, begin: Begin) -> Response:
    """A stream of events; ``begin`` starts what is told on it, and may raise what is answered instead."""
    opened = Stream(request)
    try:
        await begin(opened)
    except BaseException as error:
        opened.close()
        if not isinstance(error, RowcastError | asyncio.CancelledError):
            log.error("a stream could not begin", exc_info=error)
            raise InternalError from error
        raise
    return EventStream(opened, engine(request).settings.websockets.heartbeat_period)
