"""HTTP as uvicorn reads it, and what that leaves open: the head of a request is bounded in size and in time, and what is no HTTP is
refused in the words of every other error. Must not know what is served.

Without these bounds anybody could make the server keep what never becomes a request (RFC 9110 sections 5.4 and 15.5.9).
"""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from rowcast.api.rest.answer import failure
from rowcast.errors import ContentTooLarge, InvalidPayload, OutOfTime, RowcastError

log = structlog.get_logger("rowcast.http")
MOST_HEAD = 262_144
"""Bytes of the head of a request: its line and headers. Questions that are longer go into the body (``SEARCH``)."""
TLS_HELLO = b"\x16\x03"
"""How a connection begins whose client believes that this is ``https``."""
_HIGH = re.compile(rb"[\x80-\xff]")
SLOWEST_HEAD = 30.0
"""Seconds from the first byte of a head, or from the beginning of the connection, to the end of the head."""


class HttpProtocol(HttpToolsProtocol):
    """One connection. ``_head``: bytes of the head that is being read, None between its end and the next request. ``_is_between``:
    what comes next begins a request."""

    _head: int | None = 0
    _is_between = True
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._in_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head is not None:
            if self._head == 0 and data.startswith(TLS_HELLO):
                self._refuse_tls()
                return
            self._head += len(data)
        super().data_received(quoted(data) if self._is_between and not data.isascii() else data)
        if self._head is None or self.transport.is_closing():
            return
        if self._head > MOST_HEAD:
            self._refuse(ContentTooLarge("The request's head is too large."))
        elif self._late is None:
            self._wait()

    def on_message_begin(self) -> None:
        self._is_between = False
        self._head = self._head or 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head = None
        self._in_time()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._is_between = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(InvalidPayload("This is no HTTP request"))

    def _refuse_tls(self) -> None:
        log.warning("this is no HTTP request: is it TLS (https)? That is for a proxy in front", client=self.client)
        self._refuse(InvalidPayload("This is no HTTP request"))

    def _wait(self) -> None:
        """The head must end in time."""
        self._late = self.loop.call_later(SLOWEST_HEAD, self._give_up)

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        self._late = None
        if not self.transport.is_closing():
            self._refuse(OutOfTime("The request's head took too long."))

    def _refuse(self, error: RowcastError) -> None:
        """Say so and close."""
        self._in_time()
        self.transport.write(last_answer(error))
        self.transport.close()


def quoted(data: bytes) -> bytes:
    """A request whose address is written as everybody writes it (``?search=Größe``), as the standard wants it (RFC 3986)."""
    line, end, rest = data.partition(b"\n")
    return _HIGH.sub(lambda found: b"%%%02X" % found[0][0], line) + end + rest


def last_answer(error: RowcastError) -> bytes:
    """An error as the whole answer that ends a connection."""
    answer = failure(error)
    lines = [f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}".encode(), b"connection: close"]
    lines += [name + b": " + value for name, value in answer.raw_headers]
    return b"\r\n".join([*lines, b"", bytes(answer.body)])
