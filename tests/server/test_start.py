"""A real server from its start to its end: what it makes, what it refuses, what it keeps."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

import httpx
import pytest
import websockets

from tests.support.guide import made, prepare
from tests.support.patience import PATIENCE
from tests.support.server import ADMIN_EMAIL, COMMAND, DEFAULTS, Server, environment, serving

WRITES = 200


def rowcast(directory: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=directory,
        env=environment(**{**DEFAULTS, **variables}),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_first_answer_and_memory(tmp_path: Path) -> None:
    """In seconds of the processor, as others have it too. The memory is the process's own: how much of the files of libraries is in
    it besides, some 20 MiB, is up to the system and who else uses them."""
    rowcast(tmp_path, "init")
    with Server(tmp_path) as server, server.client() as admin:
        assert admin.get("/server/ping").text == "pong"
        process = Path("/proc") / str(server.process.pid)
        used = sum(map(int, process.joinpath("stat").read_text().rpartition(")")[2].split()[11:13]))
        told = dict(line.split(":") for line in process.joinpath("status").read_text().splitlines())
    assert used / os.sysconf("SC_CLK_TCK") < 4, "0.7 on an idle machine; a core that is shared counts for less"
    own, all_ = (int(told[name].split()[0]) / 1024 for name in ("RssAnon", "VmRSS"))
    assert own < 70, "MiB; 67 are used, and from one start to the next they differ by a tenth"
    assert all_ < 110


def test_first_start_tells_the_login_once(tmp_path: Path) -> None:
    server = Server(tmp_path, ADMIN_PASSWORD="", SECRET="")
    with server:
        words = server.greeting.split()
        password = words[words.index("Password") + 1]
        login = {"email": ADMIN_EMAIL, "password": password}
        assert httpx.post(f"{server.base}/auth/login", json=login).status_code == 200
        assert "SECRET is not set" in server.log
        token = httpx.post(f"{server.base}/auth/login", json=login).json()["data"]["access_token"]
    assert (tmp_path / "data" / "rowcast.secret").stat().st_mode & 0o777 == 0o600
    with server:
        assert "Password" not in server.greeting
        with server.client(token) as admin:
            assert admin.get("/users/me").status_code == 200, "the kept secret signs on"


def test_first_start_makes_administrator_and_public(server: Server) -> None:
    with server.client() as admin:
        me = admin.get("/users/me", params={"fields": "email,role.name,role.policies.policy.admin_access"}).json()[
            "data"
        ]
        policies = admin.get("/policies", params={"fields": "name,admin_access,app_access"}).json()["data"]
        access = admin.get("/access", params={"fields": "role,user,policy"}).json()["data"]
    assert me["email"] == ADMIN_EMAIL
    assert me["role"] == {"name": "Administrator", "policies": [{"policy": {"admin_access": True}}]}
    assert {"name": "Administrator", "admin_access": True, "app_access": True} in policies
    assert {"name": "$t:public_label", "admin_access": False, "app_access": False} in policies
    assert len(access) == 2
    assert sum(each["role"] is None and each["user"] is None for each in access) == 1


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"PORT": "many"}, 'PORT is "many", but must be a whole number from 0 to 65535.'),
        (
            {"WEBSOCKETS_REST_AUTH": "open"},
            'WEBSOCKETS_REST_AUTH is "open", but must be one of public, handshake, strict.',
        ),
        ({"DB_CLIENT": "oracle"}, 'DB_CLIENT is "oracle", but must be one of sqlite3, sqlite.'),
        ({"ACCESS_TOKEN_TTL": "soon"}, 'ACCESS_TOKEN_TTL is "soon", but must be a time such as 15m, 7d or 900000'),
        ({"MAX_PAYLOAD_SIZE": "-1"}, 'MAX_PAYLOAD_SIZE is "-1", but must be a size such as 1mb'),
        ({"CORS_ENABLED": "maybe"}, 'CORS_ENABLED is "maybe", but must be true or false.'),
    ],
)
def test_a_wrong_value_stops_the_start(tmp_path: Path, variables: dict[str, str], line: str) -> None:
    done = rowcast(tmp_path, "serve", "--port", "0", **variables)
    assert done.returncode == 2
    assert done.stderr.startswith(f"rowcast: {line}")
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir()), "nothing was made"


def test_settings_come_from_a_file_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DB_FILENAME=./elsewhere/rows.db\nADMIN_EMAIL=eve@example.com\n")
    done = rowcast(tmp_path, "init", ADMIN_EMAIL="from-environment@example.com")
    assert done.returncode == 0, done.stderr
    assert "from-environment@example.com" in done.stdout
    assert (tmp_path / "elsewhere" / "rows.db").is_file()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("These are notes, no database. " * 40)
    done = rowcast(tmp_path, "serve", "--port", "0", "--database", "sqlite:///notes.db")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "notes.db" in done.stderr


def test_a_taken_port(server: Server, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    port = server.base.rsplit(":", 1)[1]
    done = rowcast(other, "serve", "--port", port)
    assert done.returncode == 2
    assert port in done.stderr
    assert "Traceback" not in done.stderr


def test_users_and_tokens_by_command_line(server: Server) -> None:
    made_user = rowcast(server.directory, "user", "create", "ann@example.com", "--role", "Administrator")
    assert made_user.returncode == 0, made_user.stderr
    words = made_user.stdout.split()
    login = {"email": "ann@example.com", "password": words[words.index("Password") + 1]}
    assert httpx.post(f"{server.base}/auth/login", json=login).status_code == 200
    renewed = rowcast(server.directory, "user", "token", "ann@example.com").stdout.split()
    with server.client(renewed[renewed.index("Token") + 1]) as ann:
        assert ann.get("/users/me").json()["data"]["email"] == "ann@example.com"
    unknown = rowcast(server.directory, "user", "token", "nobody@example.com")
    assert unknown.returncode == 2
    assert "nobody@example.com" in unknown.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("user", "create", "ann@example.com"),
        ("user", "token", "ann@example.com"),
        ("explain", "--collection", "a", "--action", "read"),
    ],
)
def test_what_needs_a_database_makes_none(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = rowcast(tmp_path, *arguments, "--database", "sqlite:///data/nothere.db", SECRET="")
    assert done.returncode == 2
    words = 'Make one with "rowcast init", or name another with --database.'
    assert done.stderr == f"rowcast: There is no database data/nothere.db. {words}\n"
    assert not list(tmp_path.iterdir()), "nothing was made"


@pytest.mark.parametrize("secret", ["", DEFAULTS["SECRET"]])
def test_a_file_where_the_folder_should_be(tmp_path: Path, secret: str) -> None:
    (tmp_path / "data").touch()
    done = rowcast(tmp_path, "init", SECRET=secret)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert done.stderr.startswith("rowcast: data cannot be")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"A=1\n\nPORT 8092\n", '.env line 3: "PORT 8092" is no NAME=value.'),
        (b"PORT\n", '.env line 1: "PORT" is no NAME=value.'),
        (b"ADMIN_PASSWORD my own\n", '.env line 1: "ADMIN_PASSWORD …" is no NAME=value.'),
        (b"\xff\xfeP\x00", ".env is no text in UTF-8."),
    ],
)
def test_a_file_of_settings_that_cannot_be_understood(tmp_path: Path, text: bytes, line: str) -> None:
    (tmp_path / ".env").write_bytes(text)
    done = rowcast(tmp_path, "init")
    assert (done.returncode, done.stderr) == (2, f"rowcast: {line}\n")


def test_what_is_probably_not_meant_so_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CORS_ORIGINS=*\nDB_HOST=db\nSTORAGE_LOCAL_ROOT=./files\nROWCAST_URL=x\n")
    with (
        Server(tmp_path, SECRET="abc", WEBSOCKET_PATH="/x", ROWCAST_HOOK_TIMOUT="1") as server,
        server.client() as admin,
    ):
        login = {"email": ADMIN_EMAIL, "password": DEFAULTS["ADMIN_PASSWORD"]}
        assert admin.post("/auth/login", json=login).status_code == 200
    told = [line.split("] ", 1)[1].strip() for line in server.log.splitlines()]
    assert told == [
        "CORS_ORIGINS is no setting: did you mean CORS_ORIGIN?",
        "ROWCAST_HOOK_TIMOUT is no setting: did you mean ROWCAST_HOOK_TIMEOUT?",
        "SECRET has 3 bytes; use at least 32 (openssl rand -hex 32).",
    ]


@pytest.mark.parametrize("word", ["version", "--version"])
def test_version(tmp_path: Path, word: str) -> None:
    assert rowcast(tmp_path, word).stdout.strip().count(".") == 2


async def test_a_signal_ends_it_in_order(tmp_path: Path) -> None:
    server = Server(tmp_path).start()
    async with websockets.connect(f"{server.socket}?access_token=admin-static-token", proxy=None) as socket:
        status = await asyncio.to_thread(server.stop)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()
    assert status == 0
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001


def test_kill_keeps_every_acknowledged_write(tmp_path: Path) -> None:
    server = Server(tmp_path).start()
    with server.client() as admin:
        prepare(admin)
    acknowledged = asyncio.run(_write_until_killed(server))
    assert acknowledged, "some writes came through before the end"
    with serving(tmp_path) as again, again.client() as admin:
        rows = admin.get("/items/messages", params={"limit": -1, "fields": "text"}).json()["data"]
        kept = {row["text"] for row in rows}
        assert acknowledged <= kept
        assert len(rows) == len(kept), "nothing is there twice"
        assert made(admin, "/items/messages", {"text": "after"})["text"] == "after"


async def _write_until_killed(server: Server) -> set[str]:
    """Send writes side by side and kill the server when a part of them is answered; returns what was acknowledged."""
    acknowledged: set[str] = set()
    headers = {"Authorization": "Bearer admin-static-token"}

    async def write(client: httpx.AsyncClient, text: str) -> None:
        response = await client.post("/items/messages", json={"text": text})
        assert response.status_code == 200
        acknowledged.add(text)
        if len(acknowledged) == WRITES // 3:
            server.kill()

    async with httpx.AsyncClient(base_url=server.base, headers=headers, timeout=PATIENCE) as client:
        writes = [write(client, f"text {number}") for number in range(WRITES)]
        results = await asyncio.gather(*writes, return_exceptions=True)
    assert [each for each in results if each is not None], "the last ones met a closed door"
    assert not [each for each in results if isinstance(each, AssertionError)]
    return acknowledged
