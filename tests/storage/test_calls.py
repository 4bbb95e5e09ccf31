"""Requests to elsewhere: what is sent, what comes back, where they lead, and that nobody is led inside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from rowcast.errors import ContentTooLarge, ServiceUnavailable
from rowcast.storage import calls
from rowcast.storage.calls import Call, send
from tests.support.listening import listening

Asked = tuple[str, str, dict[str, str], bytes]


@asynccontextmanager
async def web(answer: Callable[[str], bytes]) -> AsyncIterator[tuple[str, list[Asked]]]:
    """A web server that answers each path; its address and what it was asked."""
    asked: list[Asked] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        method, path, _ = first.split()
        asked.append((method, path, headers, body))
        writer.write(answer(path))
        await writer.drain()

    async with listening(serve) as port:
        yield f"http://127.0.0.1:{port}", asked


def told(status: str, body: bytes = b"", **headers: str) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body


def anywhere(_ip: str) -> bool:
    return True


async def test_what_is_sent_and_what_comes_back() -> None:
    async with web(lambda _path: told("418 I'm a teapot", b"tea", X="y")) as (base, asked):
        url = f"{base}/ä b?q=1 2&r=%C3%A4#part"
        reply = await send(Call("PUT", url, {"x-a": "é", "host": "evil", "content-length": "9"}, b"body"), anywhere)
        assert (reply.status, reply.reason, reply.body, reply.headers["x"]) == (418, "I'm a teapot", b"tea", "y")
        method, path, headers, body = asked[0]
        assert (method, path, body) == ("PUT", "/%C3%A4%20b?q=1%202&r=%C3%A4", b"body")
        assert (headers["x-a"], headers["host"], headers["content-length"]) == ("é", base.partition("//")[2], "4")


async def test_where_it_leads() -> None:
    async with web(lambda path: told("200 OK", path.encode())) as (other, there):

        def answer(path: str) -> bytes:
            status, target = {"/see": ("303 See Other", "/end"), "/again": ("307 Again", "/end")}.get(
                path, ("302 Found", f"{other}/away" if path == "/out" else "/loop")
            )
            return told("200 OK", b"here") if path == "/end" else told(status, Location=target)

        async with web(answer) as (base, asked):
            call = Call("POST", f"{base}/see", {"authorization": "secret", "content-type": "text/plain"}, b"x")
            assert (await send(call, anywhere)).body == b"here"
            assert [(each[0], each[3]) for each in asked] == [("POST", b"x"), ("GET", b"")]
            assert asked[1][2]["authorization"] == "secret"
            assert "content-type" not in asked[1][2]
            asked.clear()
            await send(Call("POST", f"{base}/again", {}, b"x"), anywhere)
            assert [(each[0], each[3]) for each in asked] == [("POST", b"x"), ("POST", b"x")]
            await send(Call("GET", f"{base}/out", {"authorization": "secret", "x-b": "c"}), anywhere)
            assert "authorization" not in there[0][2]
            assert there[0][2]["x-b"] == "c"
            with pytest.raises(ServiceUnavailable):
                await send(Call("GET", f"{base}/loop", {}), anywhere)


async def test_only_allowed_addresses_are_connected_to() -> None:
    async with web(lambda _path: told("200 OK")) as (base, asked):
        for url in (base, base.replace("127.0.0.1", "localhost")):
            with pytest.raises(ServiceUnavailable):
                await send(Call("GET", url, {}), lambda _ip: False)
        assert asked == []


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("file:///etc/passwd", {}),
        ("http://", {}),
        ("ftp://example.com/", {}),
        ("//example.com/", {}),
        ("http://[", {}),
        ("http://" + "a" * 70 + ".example/", {}),
        ("http://127.0.0.1:99999/", {}),
        ("http://127.0.0.1:1/", {"x": "a\r\nb: c"}),
        ("http://127.0.0.1:1/", {"x y": "a"}),
        ("http://127.0.0.1:1/", {"ä": "a"}),
        ("http://127.0.0.1:1/", {"x": "長"}),
    ],
)
async def test_what_is_no_request(url: str, headers: dict[str, str]) -> None:
    with pytest.raises(ServiceUnavailable):
        await send(Call("GET", url, headers), anywhere)


async def test_too_long_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "LONGEST_ANSWER", 10)
    async with web(lambda _path: told("200 OK", b"x" * 11)) as (base, _):
        with pytest.raises(ContentTooLarge):
            await send(Call("GET", base, {}), anywhere)
