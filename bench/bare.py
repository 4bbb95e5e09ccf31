"""The limit: a server that sends a prepared frame to every socket whenever somebody says anything, or what was said if that is an
event. Prints its port."""

from __future__ import annotations

import asyncio
import sys

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_create_server

FRAME = b'{"type":"subscription","event":"create","data":[{"id":1,"text":"Hello 1"}]}'
listening: set[WSTransport] = set()


class Socket(WSListener):  # type: ignore[misc, unused-ignore]
    """One connection; its first word makes it a listener, any other is told to all of those."""

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """It has gone."""
        listening.discard(transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Somebody says something."""
        if frame.get_payload_as_bytes() == b'"listen"':
            listening.add(transport)
            transport.send(WSMsgType.TEXT, FRAME)
        elif frame.msg_type == WSMsgType.TEXT:
            said = frame.get_payload_as_bytes()
            event = said if said.startswith(b'{"type":"subscription"') else FRAME
            for each in listening:
                each.send(WSMsgType.TEXT, event)


async def main() -> None:
    """Serve until killed."""
    server = await ws_create_server(lambda _request: Socket(), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
