"""Messages that are marked as compressed: for whom, and that nothing is lost, invented or blown up by it."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import websockets
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect

from rowcast.server.realtime.deflate import Broken, TooLong, inflated, is_wanted, stored
from rowcast.server.realtime.gate import Handshake
from tests.support.patience import soon
from tests.support.server import ADMIN_TOKEN, Server, serving

pytestmark = pytest.mark.xdist_group("deflate")  # they share a server

LIMIT = 20_000


@given(st.binary(max_size=300) | st.integers(0, 200_000).map(os.urandom))
def test_what_is_stored_unpacks_to_itself(message: bytes) -> None:
    assert inflated(stored(message), len(message)) == message


@given(st.binary(max_size=2000))
def test_what_another_has_packed(message: bytes) -> None:
    packing = zlib.compressobj(wbits=-15)
    packed = packing.compress(message) + packing.flush(zlib.Z_SYNC_FLUSH)
    assert inflated(packed.removesuffix(b"\x00\x00\xff\xff"), 2000) == message


@given(st.binary(max_size=200))
def test_rubbish_is_refused_or_something(payload: bytes) -> None:
    with suppress(Broken, TooLong):
        assert len(inflated(payload, 1000)) <= 1000


def test_what_blows_up_is_refused_before_it_does() -> None:
    packing = zlib.compressobj(wbits=-15)
    with pytest.raises(TooLong):
        inflated(packing.compress(bytes(100_000_000)) + packing.flush(zlib.Z_SYNC_FLUSH), LIMIT)


OFFER = "permessage-deflate; client_max_window_bits"


@pytest.mark.parametrize(
    ("agent", "offer", "wanted"),
    [
        ("node", OFFER, True),
        ("undici/7", OFFER, True),
        (None, OFFER, True),
        (None, "x-other, permessage-deflate", True),
        ("Mozilla/5.0 (X11; Linux x86_64)", OFFER, False),
        ("Python/3.11 websockets/15.0", OFFER, False),
        ("node", None, False),
        ("node", "x-webkit-deflate-frame", False),
        ("node", "permessage-deflate; server_max_window_bits=10", False),
        ("node", "permessage-deflate; server_max_window_bits=10, permessage-deflate", True),
    ],
)
def test_who_gets_it(agent: str | None, offer: str | None, wanted: bool) -> None:
    pairs = [(b"user-agent", agent), (b"sec-websocket-extensions", offer)]
    headers = [(name, value.encode()) for name, value in pairs if value is not None]
    assert is_wanted(Handshake("/websocket", b"", headers, None)) is wanted


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    variables = {"ROWCAST_WEBSOCKETS_MAX_PAYLOAD_SIZE": str(LIMIT)}
    with serving(tmp_path_factory.mktemp("deflate"), variables) as server:
        yield server


def opened(server: Server, **options: Any) -> connect:
    address = f"{server.socket}?access_token={ADMIN_TOKEN}"
    return connect(address, ping_interval=None, proxy=None, max_size=None, **{"user_agent_header": None, **options})


async def pong(ws: ClientConnection, uid: str) -> None:
    await ws.send(json.dumps({"type": "ping", "uid": uid}))
    assert json.loads(await soon(ws.recv())) == {"type": "pong", "uid": uid}


@pytest.mark.parametrize("size", [1, 100, 126, 5000, 19_000])
async def test_messages_of_all_sizes_both_ways(shared: Server, size: int) -> None:
    async with opened(shared) as ws:
        assert [extension.name for extension in ws.protocol.extensions] == ["permessage-deflate"]
        await pong(ws, "x" * size)
        await ws.send(
            iter(
                json.dumps({"type": "ping", "uid": "y" * size})[start : start + 50] for start in range(0, size + 40, 50)
            )
        )
        assert json.loads(await soon(ws.recv())) == {"type": "pong", "uid": "y" * size}


async def test_answers_of_one_turn(shared: Server) -> None:
    async with opened(shared) as ws:
        for number in range(200):
            await ws.send(json.dumps({"type": "ping", "uid": number}))
        assert [json.loads(await ws.recv())["uid"] for _ in range(200)] == list(range(200))


async def test_others_get_plain_messages(shared: Server) -> None:
    async with opened(shared, user_agent_header="Mozilla/5.0") as ws:
        assert not ws.protocol.extensions
        await pong(ws, "plain")


async def test_a_message_that_blows_up(shared: Server) -> None:
    async with opened(shared) as ws:
        await ws.send(json.dumps({"type": "ping", "uid": "z" * LIMIT}))
        with pytest.raises(websockets.ConnectionClosedError) as closed:
            await soon(ws.recv())
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


@pytest.mark.parametrize(("agent", "code"), [(None, 1007), ("Mozilla/5.0", 1002)])
async def test_a_frame_that_is_not_what_it_says(shared: Server, agent: str | None, code: int) -> None:
    async with opened(shared, user_agent_header=agent) as ws:
        ws.transport.write(b"\xc1\x83" + bytes(4) + b"\xff\xff\xff")
        with pytest.raises(websockets.ConnectionClosedError) as closed:
            await soon(ws.recv())
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code
