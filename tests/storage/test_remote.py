"""Fetching from elsewhere: what is found, and that nobody is led inside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from structlog.testing import CapturingLogger

from rowcast.errors import ServiceUnavailable
from rowcast.storage import remote
from rowcast.storage.remote import fetch
from tests.support.listening import listening

Answer = Callable[[str], bytes]


@asynccontextmanager
async def web(answer: Answer) -> AsyncIterator[int]:
    """A web server that answers each path; its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(head.split()[1].decode()))
        await writer.drain()

    async with listening(serve) as port:
        yield port


def good(body: bytes, **headers: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body


async def fetched(url: str, allowed: Callable[[str], bool]) -> tuple[str, str | None, int | None, bytes]:
    async with fetch(url, allowed) as found:
        return found.name, found.type, found.length, b"".join([part async for part in found.parts])


def anywhere(_ip: str) -> bool:
    return True


async def test_name_type_and_bytes() -> None:
    plain = good(b"pixels", Content_Type="Image/PNG; charset=x")
    named = good(b"x", Content_Disposition="attachment; filename*=UTF-8''%C3%A4.txt")
    async with web(lambda path: named if path == "/named" else plain) as port:
        base = f"http://127.0.0.1:{port}"
        assert await fetched(f"{base}/a/sea%20side.png?x=1", anywhere) == ("sea side.png", "image/png", 6, b"pixels")
        assert await fetched(f"{base}/named", anywhere) == ("ä.txt", None, 1, b"x")


async def test_redirections_are_followed_and_checked() -> None:
    def answer(path: str) -> bytes:
        if path == "/end":
            return good(b"here")
        target = "/end" if path == "/one" else "http://localhost:1/" if path == "/inside" else "/loop"
        return f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()

    async with web(answer) as port:
        base = f"http://127.0.0.1:{port}"
        assert (await fetched(f"{base}/one", anywhere))[3] == b"here"
        for path in ("/loop", "/inside"):
            with pytest.raises(ServiceUnavailable):
                await fetched(base + path, anywhere)


async def test_the_log_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    said = CapturingLogger()
    monkeypatch.setattr(remote, "log", said)
    for target, why in (("localhost:1", "localhost is at 127.0.0.1"), ("127.0.0.1:1", "127.0.0.1 is at 127.0.0.1")):
        with pytest.raises(ServiceUnavailable) as refused:
            await fetched(f"http://{target}/a", lambda ip: False)
        assert "127.0.0.1 is" not in refused.value.message
        assert why.rsplit(maxsplit=1)[0] in said.calls[-1].kwargs["reason"]


async def test_only_allowed_addresses_are_connected_to() -> None:
    asked: list[str] = []

    def refuse(ip: str) -> bool:
        asked.append(ip)
        return False

    async with web(lambda _path: pytest.fail("it was asked")) as port:
        for host in ("127.0.0.1", "localhost", "0x7f000001", "2130706433"):
            with pytest.raises(ServiceUnavailable):
                await fetched(f"http://{host}:{port}/", refuse)
    assert {"127.0.0.1"} <= set(asked) <= {"127.0.0.1", "::1"}


@pytest.mark.parametrize(
    "url", ["no address", "ftp://example.com/a", "file:///etc/passwd", "http://", "http://[::1", "gopher://x/"]
)
async def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ServiceUnavailable):
        await fetched(url, anywhere)


async def test_refusals_and_broken_answers() -> None:
    def answer(path: str) -> bytes:
        return {"/404": b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "/none": b"nonsense\r\n\r\n"}.get(
            path, b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut"
        )

    async with web(answer) as port:
        for path in ("/404", "/none", "/cut"):
            with pytest.raises(ServiceUnavailable):
                await fetched(f"http://127.0.0.1:{port}{path}", anywhere)
