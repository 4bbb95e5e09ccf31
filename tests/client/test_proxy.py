"""Through an HTTP proxy: named, or found in the environment; with a password; refused; and not for hosts that are exempt."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from contextlib import AbstractAsyncContextManager, suppress

import pytest

from rowcast.client import create_client
from rowcast.client.proxy import Proxy, proxy_for
from rowcast.errors import ConnectionLost, InvalidConfiguration
from tests.client.proxy import either, listening
from tests.client.resuming import remembering
from tests.support.guide import TOKEN
from tests.support.server import Server


class Between:
    """A proxy. ``asked`` are the first lines; ``known``: who may pass, as ``name:password``."""

    def __init__(self, known: str | None = None) -> None:
        self.asked: list[str] = []
        self._known = None if known is None else "Basic " + b64encode(known.encode()).decode()
        self.url = ""
        self._writers: list[asyncio.StreamWriter] = []

    def cut(self) -> None:
        """Cut all connections."""
        for writer in self._writers:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: a tunnel, or a request in the proxy's form."""
        self._writers.append(writer)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, _, rest = head.partition("\r\n")
        self.asked.append(first)
        method, target, _ = first.split(" ")
        if self._known is not None and self._known not in head:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        else:
            place = target if method == "CONNECT" else target.split("/")[2]
            there, back = await asyncio.open_connection(*place.rsplit(":", 1))
            self._writers.append(back)
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                path = target.split(place, 1)[1]
                back.write(f"{method} {path} HTTP/1.1\r\n{rest}".encode())
            try:
                await either(_copied(reader, back), _copied(there, writer))
            finally:
                back.transport.abort()


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)


def between(known: str | None = None) -> AbstractAsyncContextManager[Between]:
    """A proxy for the length of a block."""
    return listening(Between(known))


async def test_both_ways_go_through_the_proxy(guide: Server) -> None:
    async with between() as proxy, create_client(guide.base, token=TOKEN, proxy=proxy.url) as client:
        assert await client.items("messages").read(limit=0) == []
        assert await client.rest.items("messages").read(limit=0) == []
        assert [line.split(" ")[0] for line in proxy.asked] == ["CONNECT", "GET"]


async def test_the_environment_names_it(guide: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    async with between("a b:c@d") as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.replace("://", "://a%20b:c%40d@"))
        monkeypatch.setenv("no_proxy", "elsewhere")
        async with create_client(guide.base, token=TOKEN) as client:
            await client.connect()
            assert await client.server.ping() == "pong"
        assert len(proxy.asked) == 2
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        ways: list[Proxy] = [True, None]
        for way in ways:
            async with create_client(guide.base, token=TOKEN, proxy=way) as client:
                await client.connect()
                assert await client.server.ping() == "pong"
        assert len(proxy.asked) == 2


async def test_frames_that_come_with_the_opening_are_not_lost(guide: Server) -> None:
    async with between() as proxy, remembering() as (memory, base):
        memory.put({"id": 1, "rank": 1})
        async with create_client(base, proxy=proxy.url) as client:
            assert (await client.live("c")).rows == [{"id": 1, "rank": 1}]


async def test_a_proxy_that_refuses_or_is_none() -> None:
    async with between("a:b") as proxy, create_client("http://host.invalid", proxy=proxy.url) as client:
        with pytest.raises(ConnectionLost, match=r"does not connect to host\.invalid:80: 407"):
            await client.connect()
    async with create_client("http://host.invalid", proxy="http://127.0.0.1:1") as client:
        with pytest.raises(ConnectionLost, match="No connection to the proxy"):
            await client.connect()
    async with create_client("http://host.invalid", proxy="socks5://me:secret@127.0.0.1:1") as client:
        with pytest.raises(InvalidConfiguration, match="no HTTP proxy") as caught:
            await client.connect()
        assert "secret" not in str(caught.value)


def test_which_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ws_proxy", "wss_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert proxy_for("host", 80, secure=False, given=True) is None
    monkeypatch.setenv("all_proxy", "p:1")
    monkeypatch.setenv("https_proxy", "http://q:2")
    names = [proxy_for("host", 1, secure=secure, given=True) for secure in (False, True)]
    assert [each and each.hostname for each in names] == ["p", "q"]
    assert proxy_for("host", 80, secure=True, given=None) is None
