"""A connected socket under picows: reads into its buffer, keeps what the kernel does not take. Must not know what the bytes are.

picows writes to the socket itself as long as nothing waits here, so ``get_write_buffer_size`` must never say 0 while something
does: a frame would overtake the rest of the one before it. uvloop's own transport says so of what was written in the same turn of
the loop; and what others keep for each connection at rest (vectors, queues) is more than all that we keep.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

HIGH_WATER, LOW_WATER = 64 * 1024, 16 * 1024
"""Bytes that wait when the protocol is told to pause, and when it is told to go on."""
_AT_ONCE = 256 * 1024


class Stream(asyncio.Transport):
    """The transport of ``protocol``, an ``asyncio.BufferedProtocol``, which is connected at once. ``sock`` does not block and is
    the stream's to close. Raises OSError if the peer has gone already."""

    __slots__ = ("_buffer", "_closing", "_congested", "_fd", "_loop", "_paused", "_protocol", "_sock")

    def __init__(self, loop: asyncio.AbstractEventLoop, sock: socket.socket, protocol: Any) -> None:
        self._loop, self._sock, self._protocol, self._fd = loop, sock, protocol, sock.fileno()
        self._buffer: bytearray | None = None
        self._closing = self._congested = self._paused = False
        protocol.connection_made(self)
        if not self._closing:
            loop.add_reader(self._fd, self._read)

    # ---- reading ------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        try:
            size = self._sock.recv_into(self._protocol.get_buffer(-1))
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(error)
            return
        if size:
            self._protocol.buffer_updated(size)
        else:
            self._protocol.eof_received()
            self.close()

    def is_reading(self) -> bool:
        """Whether what arrives is read."""
        return not self._paused and not self._closing

    def pause_reading(self) -> None:
        """Leave what arrives to the kernel."""
        if self.is_reading():
            self._paused = True
            self._loop.remove_reader(self._fd)

    def resume_reading(self) -> None:
        """Read again."""
        if self._paused and not self._closing:
            self._paused = False
            self._loop.add_reader(self._fd, self._read)

    # ---- writing ------------------------------------------------------------------------------------------------------

    def get_write_buffer_size(self) -> int:
        """How many bytes wait."""
        return 0 if self._buffer is None else len(self._buffer)

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Send, behind what waits; keep what the kernel does not take."""
        if self._closing:
            return
        if self._buffer is None:
            sent = self._send(data)
            if sent is None or sent == len(data):
                return
            self._buffer = bytearray(memoryview(data)[sent:])
            self._loop.add_writer(self._fd, self._write_on)
        else:
            self._buffer += data
        if not self._congested and len(self._buffer) > HIGH_WATER:
            self._congested = True
            self._protocol.pause_writing()

    def _write_on(self) -> None:
        """The kernel takes more."""
        buffer = self._buffer
        sent = self._send(buffer[:_AT_ONCE]) if buffer else 0
        if buffer is None or sent is None:
            return
        del buffer[:sent]
        if not buffer:
            self._buffer = None
            self._loop.remove_writer(self._fd)
            if self._closing:
                self._end(None)
                return
        if self._congested and len(buffer) <= LOW_WATER:
            self._congested = False
            self._protocol.resume_writing()

    def _send(self, data: bytes | bytearray | memoryview[Any]) -> int | None:
        """How many bytes the kernel took; None if the connection is no more."""
        try:
            return self._sock.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            self._end(error)
            return None

    # ---- the end ------------------------------------------------------------------------------------------------------

    def is_closing(self) -> bool:
        """Whether the end has begun."""
        return self._closing

    def close(self) -> None:
        """Read nothing more, send what waits, then end."""
        if self._closing:
            return
        self._closing = True
        self._loop.remove_reader(self._fd)
        if self._buffer is None:
            self._end(None)

    def abort(self) -> None:
        """End at once."""
        self._end(None)

    def _end(self, error: OSError | None) -> None:
        self._closing = True
        if self._fd < 0:
            return
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        self._fd, self._buffer = -1, None
        self._loop.call_soon(self._lost, error)

    def _lost(self, error: OSError | None) -> None:
        try:
            self._protocol.connection_lost(error)
        finally:
            self._sock.close()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """``socket``; nothing else is kept."""
        return self._sock if name == "socket" else default
