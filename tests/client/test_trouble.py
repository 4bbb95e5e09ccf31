"""A new user's bad days: wrong credentials, dead and restarting servers, sockets that say nothing, values that are none. Whatever
it is, the error comes soon, is one of the tree, and says what to do; what was changed is changed once."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from rowcast import errors
from rowcast.client import Client, Reconnect, create_client, hands
from tests.client.proxy import proxied
from tests.support.guide import TOKEN, prepare
from tests.support.listening import listening
from tests.support.patience import PATIENCE, until, wait_until
from tests.support.server import ADMIN_TOKEN, Server, lasting_port

FAST = Reconnect(delay=0.01, factor=1.5, longest=0.1)
Way = Callable[[Client], Coroutine[Any, Any, Any]]


async def over_socket(client: Client) -> Any:
    """Read over the WebSocket."""
    return await client.items("messages").read(limit=0)


async def over_http(client: Client) -> Any:
    """Read over HTTP."""
    return await client.rest.items("messages").read(limit=0)


def nothing() -> Any:
    """A token that is none."""
    return None


CREDENTIALS: list[tuple[dict[str, Any], Way, type[errors.RowcastError], str]] = [
    ({}, over_socket, errors.AuthFailed, "has no credentials: give create_client a token"),
    ({}, over_http, errors.Forbidden, "permission"),
    ({"token": "x"}, over_socket, errors.AuthFailed, "The token was refused"),
    ({"token": "x"}, over_http, errors.InvalidCredentials, "credentials"),
    ({"token": "x", "mode": "strict"}, over_socket, errors.AuthFailed, "token in the address"),
    ({"mode": "strict"}, over_socket, errors.AuthFailed, "has no credentials"),
    ({"email": "ben@example.com", "password": "x"}, over_socket, errors.AuthFailed, "ben@example.com and its password"),
    ({"email": "ben@example.com", "password": "x"}, over_http, errors.InvalidCredentials, "credentials"),
    ({"refresh_token": "x"}, over_socket, errors.InvalidCredentials, "refresh token"),
    ({"token": nothing}, over_socket, errors.ServiceUnavailable, "gave None"),
    ({"token": lambda: 1 // 0}, over_http, errors.ServiceUnavailable, "ZeroDivisionError"),
]


@pytest.mark.parametrize(("given", "way", "kind", "words"), CREDENTIALS)
async def test_credentials(
    guide: Server, given: dict[str, Any], way: Way, kind: type[errors.RowcastError], words: str
) -> None:
    async with asyncio.timeout(PATIENCE), create_client(guide.base, reconnect=FAST, **given) as client:
        with pytest.raises(kind, match=words) as caught:
            await way(client)
        assert type(caught.value) is kind


async def test_a_login_counts_for_the_socket_too(guide: Server) -> None:
    async with asyncio.timeout(PATIENCE), create_client(guide.base, reconnect=FAST) as client:
        with pytest.raises(errors.AuthFailed, match="has no credentials"):
            await over_socket(client)
        await client.auth.login("ben@example.com", "secret-ben")
        assert await over_socket(client) == []
        await client.disconnect()
        await client.auth.logout()
        with pytest.raises(errors.AuthFailed, match="has no credentials"):
            await over_socket(client)


@pytest.mark.parametrize(
    "given",
    [
        {"email": "a@example.com"},
        {"password": "p"},
        {"token": ""},
        {"token": "t", "email": "a@example.com", "password": "p"},
        {"token": "t", "refresh_token": "r"},
    ],
)
def test_half_a_login_or_two(given: dict[str, Any]) -> None:
    with pytest.raises(errors.InvalidConfiguration):
        create_client("http://host", **given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"mode": "handshke"}, "'handshke' is none of handshake, public, strict"),
        ({"timeout": 0}, "timeout is 0; it takes more than 0 seconds"),
        ({"heartbeat": -1}, "heartbeat is -1"),
        ({"connect_timeout": 0}, "connect_timeout is 0"),
    ],
)
def test_settings_that_mean_nothing(given: dict[str, Any], words: str) -> None:
    with pytest.raises(errors.InvalidConfiguration, match=words):
        create_client("http://host", **given)


@pytest.mark.parametrize("given", [{"buffer": 0}, {"when_full": "drop"}])
def test_buffers_that_are_none(given: dict[str, Any]) -> None:
    with pytest.raises(errors.InvalidConfiguration, match="buffer is"):
        create_client("http://host").subscribe("c", **given)


async def test_no_server(guide: Server) -> None:
    async with create_client("http://127.0.0.1:1", token="t") as client:
        for way in (over_socket, over_http):
            with pytest.raises(errors.ConnectionLost, match=r"127\.0\.0\.1:1"):
                await way(client)
    async with create_client(guide.base + "/nowhere", token="t") as client:
        with pytest.raises(errors.RouteNotFound, match="/nowhere/websocket"):
            await over_socket(client)
    async with create_client(guide.base.replace("http", "https"), token="t") as client:
        with pytest.raises(errors.ConnectionLost, match="does not speak TLS"):
            await over_socket(client)
        with pytest.raises(errors.ConnectionLost):
            await over_http(client)


async def test_a_server_that_nobody_vouches_for(tmp_path: Path) -> None:
    """One more certificate makes it trusted."""
    certificate, key = str(tmp_path / "certificate"), str(tmp_path / "key")
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    given = ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]
    await asyncio.to_thread(subprocess.run, [*made, *given], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def answer(socket: ServerConnection) -> None:
        async for _ in socket:
            await socket.send('{"type":"auth","status":"ok"}')

    async with serve(answer, "localhost", 0, ssl=context) as server:
        url = f"wss://localhost:{next(iter(server.sockets)).getsockname()[1]}/websocket"
        async with create_client(url, token="t") as client:
            with pytest.raises(errors.ConnectionLost, match=r"is not trusted.*argument tls"):
                await client.connect()
        known = ssl.create_default_context(cafile=certificate)
        async with create_client(url, token="t", tls=known) as client:
            await client.connect()
            assert client.is_connected


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 502 Bad Gateway\r\n\r\n",
    ],
)
async def test_something_else_is_there(answer: bytes) -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)

    async with (
        listening(other) as port,
        asyncio.timeout(PATIENCE),
        create_client(f"ws://127.0.0.1:{port}", token="t", connect_timeout=1) as client,
    ):
        with pytest.raises(errors.RowcastError):
            await client.connect()


async def test_a_server_that_takes_connections_and_says_nothing() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with (
        listening(silent) as port,
        create_client(f"http://127.0.0.1:{port}", token="t", connect_timeout=0.1, timeout=0.1) as client,
    ):
        with pytest.raises(errors.ConnectionLost, match="in time"):
            await over_socket(client)
        with pytest.raises(errors.OutOfTime):
            await over_http(client)


async def test_slips(guide: Server) -> None:
    with pytest.raises(errors.InvalidConfiguration, match="must begin with http"):
        create_client("localhost:8055")
    client = create_client(guide.base, token=TOKEN)
    with pytest.raises(RuntimeError, match="Use the client in a block"):
        await client.items("messages").read()
    async with client:
        with pytest.raises(RuntimeError, match="Use the subscription in a block"):
            await anext(client.subscribe("messages"))
        slips: list[tuple[dict[str, Any], str]] = [
            ({"limt": 1}, "limit"),
            ({"filters": {}}, "filter"),
            ({"groupby": "a"}, "groupBy"),
        ]
        for slip, meant in slips:
            with pytest.raises(errors.InvalidQuery, match=f'did you mean "{meant}"'):
                await client.items("messages").read(**slip)
        with pytest.raises(errors.InvalidQuery, match='did you mean "fields"'):
            client.subscribe("messages", query={"field": ["id"]})
        with pytest.raises(errors.ConnectionLost):
            client.send({"type": "ping"})


# ---- cuts -------------------------------------------------------------------------------------------------------------


async def test_creates_while_the_server_is_killed_are_never_doubled(tmp_path: Path) -> None:
    """What is answered is there, what failed is there once or not; afterwards all goes on."""
    server = Server(tmp_path, "--port", str(lasting_port())).start()
    with server.client() as admin:
        prepare(admin)

    made: list[str] = []

    def restart() -> None:
        for _ in range(2):
            enough = len(made) + 20
            wait_until(lambda: len(made) >= enough, 0.001)  # noqa: B023 - it is called here
            server.kill()
            server.start()

    lost: list[tuple[str, bool]] = []
    work = threading.Thread(target=restart)
    try:
        async with create_client(server.base, token=ADMIN_TOKEN, reconnect=FAST, timeout=4 * PATIENCE) as client:
            table = await client.live("messages", limit=-1)

            async def write(writer: int) -> None:
                number = 0
                while work.is_alive() or number < 20:
                    number += 1
                    text = f"{writer}-{number}"
                    try:
                        made.append((await client.items("messages").create({"text": text}))["text"])
                    except errors.ConnectionLost as error:
                        lost.append((text, error.extensions["sent"]))

            work.start()
            await asyncio.gather(*map(write, range(4)))
            there = [row["text"] for row in await client.items("messages").read(limit=-1, fields=["text"])]
            assert len(there) == len(set(there)), "none is doubled"
            assert set(made) <= set(there), "none that was answered is lost"
            assert set(there) - set(made) <= {text for text, sent in lost if sent}
            assert any(sent for _, sent in lost), "some were on their way"
            async with asyncio.timeout(PATIENCE):
                await table.until(lambda rows: sorted(row["text"] for row in rows) == sorted(there))
    finally:
        work.join()
        server.kill()


class Clock:
    """Heartbeats as the test will have them: the clock stands, or goes on by more than one of them. However slow the machine is, an
    answer comes in time."""

    BEAT = 0.02

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(hands, "time", SimpleNamespace(monotonic=lambda: self.now))

    def beat(self) -> bool:
        """Time goes on: true."""
        self.now += 1.5 * self.BEAT
        return True

    async def has_answered(self, client: Client) -> None:
        """Wait until the server has answered a heartbeat: from then on it has to."""
        answers: list[Any] = []
        remove = client.on("message", lambda message: answers.append(message) if message["type"] == "pong" else None)
        self.beat()
        await until(lambda: answers)
        remove()


async def test_a_socket_that_has_gone_silent_is_given_up(
    guide: Server, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half open: nothing is cut, nothing arrives."""
    clock = Clock(monkeypatch)
    async with proxied(guide.base) as proxy:
        client = create_client(proxy.url, token=ADMIN_TOKEN, reconnect=FAST, heartbeat=clock.BEAT)
        other = create_client(guide.base, token=ADMIN_TOKEN)
        async with client, other, client.subscribe("notes", event="create") as events:
            await clock.has_answered(client)
            proxy.silent = True
            await other.items("notes").create({"rank": 1})
            await until(lambda: proxy.swallowed)
            assert (events.waiting, proxy.connections) == (0, 1)
            proxy.silent = False
            await until(lambda: clock.beat() and events.waiting, clock.BEAT)
            assert (await anext(events)).rows[0]["rank"] == 1
            assert proxy.connections >= 2


async def test_who_does_not_listen_calls_nobody_silent(
    guide: Server, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that waits for its user has not heard the server's answers."""
    clock = Clock(monkeypatch)
    async with proxied(guide.base) as proxy:
        client = create_client(proxy.url, token=ADMIN_TOKEN, reconnect=FAST, heartbeat=clock.BEAT)
        other = create_client(guide.base, token=ADMIN_TOKEN)
        slow = client.subscribe("notes", event="create", buffer=1, when_full="wait")
        async with client, other, slow as events:
            await clock.has_answered(client)
            for rank in range(5):
                await other.items("notes").create({"rank": rank})
            await until(lambda: events.waiting > 1)
            for _ in range(10):
                clock.beat()
                await asyncio.sleep(2 * clock.BEAT)
            assert [(await anext(events)).rows[0]["rank"] for _ in range(5)] == list(range(5))
            assert proxy.connections == 1


async def test_a_request_into_silence_ends_in_time(guide: Server) -> None:
    async with proxied(guide.base) as proxy, create_client(proxy.url, token=TOKEN, timeout=0.2) as client:
        await client.connect()
        proxy.silent = True
        with pytest.raises(errors.OutOfTime):
            await client.items("messages").read()
        with pytest.raises(errors.ConnectionLost, match="in time"):
            await client.live("messages")


async def test_while_there_is_no_server_the_reason_is_told(guide: Server) -> None:
    """What was not sent can be asked again without fear."""
    options: dict[str, Any] = {"token": TOKEN, "timeout": 0.3, "reconnect": FAST}
    async with proxied(guide.base) as proxy, create_client(proxy.url, **options) as client:
        await client.connect()
        proxy.refusing = True
        proxy.cut()
        await until(lambda: not client.is_connected)
        for ask in (client.items("messages").read(), client.items("messages").create({"text": "a"})):
            with pytest.raises(errors.ConnectionLost, match="no connection to the server just now") as caught:
                await ask
            assert (caught.value.extensions["sent"], caught.value.retry) == (False, True)
        with pytest.raises(errors.ConnectionLost):
            client.send({"type": "ping"})
        proxy.refusing = False
        async with asyncio.timeout(PATIENCE):
            while not client.is_connected:  # noqa: ASYNC110 - as its user sees it
                await asyncio.sleep(0.01)
            with suppress(errors.OutOfTime, errors.ConnectionLost):  # 0.3 seconds are not much
                assert await client.items("messages").read(limit=0) == []
