"""Whatever answers in place of a server, each failure is one of ``rowcast.errors`` and says what it met."""

from __future__ import annotations

import asyncio
import copy
import pickle
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from rowcast import errors
from rowcast.client import Client, F, create_client
from tests.support.guide import TOKEN
from tests.support.listening import listening
from tests.support.server import Server

LIMIT = 60
HTML = "<html>Welcome to the hotel's network</html>"
ANSWERS: dict[str, tuple[str, str, type[errors.RowcastError], bool]] = {
    "a page": ("200 OK", HTML, errors.RequestError, False),
    "no text": ("200 OK", "\udcff", errors.RequestError, False),
    "not found": ("404 Not Found", HTML, errors.RouteNotFound, False),
    "forbidden": ("403 Forbidden", "", errors.Forbidden, False),
    "unauthorized": ("401 Unauthorized", "", errors.InvalidCredentials, False),
    "too large": ("413 Payload Too Large", HTML, errors.ContentTooLarge, False),
    "too many": ("429 Too Many Requests", "", errors.RequestsExceeded, True),
    "bad gateway": ("502 Bad Gateway", HTML, errors.ServiceUnavailable, True),
    "unavailable": ("503 Service Unavailable", '{"errors":[]}', errors.ServiceUnavailable, True),
    "a teapot": ("418 I'm a teapot", "", errors.RequestError, False),
    "broken": ("500 Internal Server Error", HTML, errors.InternalError, False),
}


@asynccontextmanager
async def answering(status: str, body: str) -> AsyncIterator[str]:
    """A server of HTTP that says the same to all; its address."""
    content = body.encode(errors="surrogateescape")
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head.encode() + content)
        await writer.drain()

    async with listening(answer) as port:
        yield f"http://127.0.0.1:{port}"


VERBS: list[Callable[[Client], Any]] = [
    lambda client: client.rest.items("messages").read(),
    lambda client: client.rest.items("messages").aggregate(aggregate={"count": "*"}),
    lambda client: client.users.me(),
    lambda client: client.server.info(),
    lambda client: client.auth.login("a@example.com", "secret"),
]


@pytest.mark.parametrize(("status", "body", "kind", "retry"), ANSWERS.values(), ids=ANSWERS)
async def test_over_http(status: str, body: str, kind: type[errors.RowcastError], retry: bool) -> None:
    async with asyncio.timeout(LIMIT), answering(status, body) as url, create_client(url, token="t") as client:
        for verb in VERBS:
            with pytest.raises(kind) as raised:
                await verb(client)
            assert raised.value.retry is retry
            assert url in raised.value.message
            assert int(status[:3]) in (200, raised.value.status)


ADDRESSES = ["", "localhost:8055", "ftp://a", "http://", "http://a:99999", "http://a:b", "http://me:secret@a"]


@pytest.mark.parametrize("url", ADDRESSES)
def test_addresses(url: str) -> None:
    """A password in an address would be told in each error."""
    with pytest.raises(errors.InvalidConfiguration) as raised:
        create_client(url)
    assert "secret" not in str(raised.value)
    with pytest.raises(errors.InvalidConfiguration):
        create_client("http://a", socket_url=url)


def test_the_address_of_the_socket_may_be_one_of_http() -> None:
    assert create_client("http://a", socket_url="https://b/c").address.socket == "wss://b/c"


def test_one_event_loop_after_the_other(guide: Server) -> None:
    """In a block each time, or what needs none."""
    client = create_client(guide.base, email="ben@example.com", password="secret-ben")

    async def inside() -> None:
        async with client:
            await client.items("messages").read(limit=1)
            await outside()

    async def outside() -> None:
        await client.rest.items("messages").read(limit=1)

    for main in (outside, inside, outside, inside):
        for backend in ("asyncio", "trio"):
            anyio.run(main, backend=backend)


def test_another_event_loop_at_the_same_time(guide: Server) -> None:
    """Would wait for what nobody tells it; instead it learns what is to be done."""
    client = create_client(guide.base, token=TOKEN)
    ready, over = threading.Event(), threading.Event()

    async def inside() -> None:
        async with client:
            await client.connect()
            ready.set()
            await asyncio.to_thread(over.wait)
            await client.items("messages").read(limit=1)

    thread = threading.Thread(target=asyncio.run, args=(inside(),))
    thread.start()
    assert ready.wait(LIMIT)
    try:

        async def outside() -> None:
            with pytest.raises(RuntimeError, match="another event loop"):
                await client.items("messages").read()
            with pytest.raises(RuntimeError, match="another event loop"):
                await client.subscribe("messages").__aenter__()
            await client.rest.items("messages").read(limit=1)

        asyncio.run(outside())
    finally:
        over.set()
        thread.join(LIMIT)


async def test_an_error_in_a_task_group_is_in_one_group(guide: Server) -> None:
    async def fail() -> None:
        raise ValueError("mine")

    async def block() -> None:
        async with create_client(guide.base, token=TOKEN) as client, anyio.create_task_group() as tasks:
            await client.connect()
            tasks.start_soon(fail)
            await anyio.sleep_forever()

    with pytest.raises(ExceptionGroup) as raised:
        await block()
    assert [str(error) for error in raised.value.exceptions] == ["mine"]


async def test_what_is_too_large_is_not_to_be_tried_again(guide: Server) -> None:
    async with asyncio.timeout(LIMIT), create_client(guide.base, token=TOKEN) as client:
        with pytest.raises(errors.ConnectionLost, match="too big") as raised:
            await client.items("messages").create({"text": "a" * 20_000_000})
        assert raised.value.retry is False
        assert await client.items("messages").count(F.text == "aa") == 0


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])
def test_errors_go_from_process_to_process(way: Callable[[Any], Any]) -> None:
    several = errors.Several([errors.Forbidden("so"), errors.NotUnique("it", field="text")])
    found = way(several)
    assert [(type(each), each.as_wire()) for each in found.members()] == [
        (type(each), each.as_wire()) for each in several.members()
    ]
    lost = way(errors.ConnectionLost("so", sent=True))
    assert (lost.message, lost.extensions) == ("so", {"sent": True})
