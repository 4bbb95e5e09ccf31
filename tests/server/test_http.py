"""What is no request, or never becomes one, on a real connection."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi import FastAPI
from uvicorn.server import ServerState

from rowcast.server import http
from rowcast.server.http import MOST_HEAD, HttpProtocol
from tests.support.patience import PATIENCE, soon
from tests.support.server import Server, serving

pytestmark = pytest.mark.xdist_group("http")  # they share a server


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that none of this may hurt."""
    with serving(tmp_path_factory.mktemp("http")) as server:
        yield server


def exchange(server: Server, *parts: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send the parts one after the other; status, headers and body of what comes back until the server closes."""
    with socket.create_connection(server.place, timeout=PATIENCE) as connection:
        for part in parts:
            try:
                connection.sendall(part)
            except ConnectionError:
                break
        answer = b""
        try:
            while data := connection.recv(65536):
                answer += data
        except ConnectionResetError:
            pass
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return int(first.split()[1]), dict(line.split(": ", 1) for line in lines), body


def code(body: bytes) -> str:
    return str(json.loads(body)["errors"][0]["extensions"]["code"])


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
        b"POST /items/a HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\nabc",
        b"POST /items/a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"G\xc3\xa9T / HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused_in_the_words_of_every_error(shared: Server, rubbish: bytes) -> None:
    status, headers, body = exchange(shared, rubbish)
    assert (status, code(body)) == (400, "INVALID_PAYLOAD")
    assert headers["content-type"].startswith("application/json")
    assert headers["connection"] == "close"


def test_an_address_is_read_as_curl_sends_it(server: Server) -> None:
    end = b" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin-static-token\r\nConnection: close\r\n\r\n"
    status, _, body = exchange(server, "GET /users?fields=id&search=Größe".encode() + end)
    assert (status, body) == (200, b'{"data":[]}')
    status, _, body = exchange(server, "GET /items/größe".encode() + end)
    assert status == 403
    assert "größe" in body.decode()


def test_https_is_told(server: Server) -> None:
    status, _, body = exchange(server, b"\x16\x03\x01\x02\x00\x01\x00\x01")
    assert (status, code(body)) == (400, "INVALID_PAYLOAD")
    assert server.log.count("is it TLS") == 1


def test_a_head_that_does_not_end(shared: Server) -> None:
    more = b"X-More: " + b"a" * 8000 + b"\r\n"
    status, _, body = exchange(shared, b"GET / HTTP/1.1\r\nHost: x\r\n", *[more] * (2 * MOST_HEAD // len(more)))
    assert (status, code(body)) == (413, "CONTENT_TOO_LARGE")


def test_a_long_body_is_no_long_head(shared: Server) -> None:
    body = json.dumps(
        {"query": {"filter": {"_or": [{"id": {"_eq": "x" * 40}}] * 10}, "search": "y" * MOST_HEAD}}
    ).encode()
    head = b"SEARCH /users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin-static-token\r\nConnection: close\r\n"
    head += b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    status, _, answer = exchange(shared, head, body[:40000], body[40000:])
    assert status == 200, answer


@pytest.mark.parametrize("first", [b"", b"GET / HTTP/1.1\r\n"])
async def test_a_head_that_takes_too_long(monkeypatch: pytest.MonkeyPatch, first: bytes) -> None:
    monkeypatch.setattr(http, "SLOWEST_HEAD", 0.05)
    config, state = uvicorn.Config(FastAPI()), ServerState()
    listening = await asyncio.get_running_loop().create_server(lambda: HttpProtocol(config, state, {}), "127.0.0.1", 0)
    async with listening:
        asking = socket.create_connection(listening.sockets[0].getsockname())
        asking.sendall(first)  # before its time can begin
        reader, writer = await asyncio.open_connection(sock=asking)
        answer = await soon(reader.read())
        writer.close()
        await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert code(answer.partition(b"\r\n\r\n")[2]) == "OUT_OF_TIME"
