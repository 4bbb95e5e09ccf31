"""The client's commands and examples, run as their users run them."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from rowcast.client import create_client
from rowcast.client.command import register
from rowcast.client.command.view import picture
from rowcast.client.types import model_of, python, typescript
from rowcast.errors import RowcastError
from tests.support.guide import TOKEN
from tests.support.patience import PATIENCE
from tests.support.server import ADMIN_EMAIL, ADMIN_PASSWORD, ADMIN_TOKEN, COMMAND, Server, environment

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def start(server: Server, *command: str, **more: str) -> subprocess.Popen[str]:
    """A command that goes on by itself."""
    variables = {"ROWCAST_URL": server.base, "ROWCAST_TOKEN": ADMIN_TOKEN, "COLUMNS": "80", **more}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment(**variables), text=True, stdin=pipe, stdout=pipe, stderr=pipe)


def run(server: Server, *arguments: str, input: str = "", **more: str) -> tuple[int, str, str]:
    """``rowcast`` with these arguments: status, output, errors."""
    process = start(server, COMMAND, *arguments, **more)
    out, err = process.communicate(input, timeout=PATIENCE)
    return process.returncode, out, err


def test_items(guide: Server, notes: Path) -> None:
    status, out, _ = run(guide, "items", "create", "notes", "-", input='[{"text": "a"}, {"text": "b"}]')
    made = [json.loads(line) for line in out.splitlines()]
    assert (status, [row["text"] for row in made]) == (0, ["a", "b"])
    key = str(made[0]["id"])
    assert json.loads(run(guide, "items", "update", "notes", key, '{"rank": 7}')[1])["rank"] == 7
    who = {"ROWCAST_TOKEN": "", "ROWCAST_EMAIL": ADMIN_EMAIL, "ROWCAST_PASSWORD": ADMIN_PASSWORD}
    query = ["--filter", '{"rank": {"_gt": 1}}', "--fields", "text,rank", "--sort", "-id", "--limit", "5"]
    assert run(guide, "items", "read", "notes", *query, **who)[1] == '{"text":"a","rank":7}\n'
    assert json.loads(run(guide, "items", "read", "notes", key)[1])["text"] == "a"
    assert run(guide, "items", "delete", "notes", key) == (0, "", "")
    status, _, err = run(guide, "items", "read", "notes", key)
    assert (status, err.count("\n")) == (2, 1)
    assert "no JSON" in run(guide, "items", "read", "notes", "--filter", "{")[2]


LOGIN = {"ROWCAST_EMAIL": ADMIN_EMAIL, "ROWCAST_PASSWORD": ADMIN_PASSWORD}


@pytest.mark.parametrize(
    ("given", "variables", "status"),
    [
        ((), LOGIN, 0),
        (("--token", "wrong"), LOGIN, 2),
        (("--token", ADMIN_TOKEN), {"ROWCAST_TOKEN": "wrong", **LOGIN}, 0),
        (("--email", ADMIN_EMAIL, "--password", "wrong"), {}, 2),
        (("--email", ADMIN_EMAIL), {"ROWCAST_TOKEN": "wrong", "ROWCAST_PASSWORD": ADMIN_PASSWORD}, 0),
        (("--token", ADMIN_TOKEN, "--email", ADMIN_EMAIL, "--password", ADMIN_PASSWORD), {}, 2),
    ],
)
def test_who_asks(guide: Server, given: tuple[str, ...], variables: dict[str, str], status: int) -> None:
    """What the command line says counts for more than the environment, there the token for more than the login."""
    assert run(guide, "items", "read", "messages", *given, **variables)[0] == status


@pytest.mark.parametrize("command", [("items", "read", "notes"), ("watch", "notes"), ("tail", "notes")])
def test_who_has_asked_is_told(guide: Server, notes: Path, command: tuple[str, ...]) -> None:
    status, _, err = run(guide, *command, ROWCAST_TOKEN="")
    assert (status, err.count("\n")) == (2, 1)
    assert err.endswith("(asked as the public: give --token or ROWCAST_TOKEN)\n")
    assert "the public" not in run(guide, *command, ROWCAST_TOKEN=TOKEN)[2]


def test_types_need_the_data_model(guide: Server) -> None:
    status, _, err = run(guide, "types", ROWCAST_TOKEN=TOKEN)
    assert (status, err.count("\n")) == (2, 1)
    assert "ask as an administrator" in err


@pytest.mark.parametrize("name", ["chat", "dashboard", "notebook"])
def test_examples_say_what_they_need(guide: Server, name: str) -> None:
    process = start(guide, sys.executable, str(EXAMPLES / f"{name}.py"), ROWCAST_TOKEN="")
    assert process.communicate(timeout=PATIENCE)[1] == "Say who asks: ROWCAST_TOKEN=…\n"


def test_tail(guide: Server, notes: Path) -> None:
    process = start(guide, COMMAND, "tail", "notes", "--event", "create", "--fields", "text", "--count", "2")
    with guide.client() as admin:
        ends = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < ends:
            admin.post("/items/notes", json={"text": "a"}).raise_for_status()
            time.sleep(0.1)
    out, _ = process.communicate(timeout=PATIENCE)
    lines = [json.loads(line) for line in out.splitlines()]
    assert [(line["event"], line["data"]) for line in lines] == [("create", [{"text": "a"}])] * 2


async def test_watch(guide: Server, notes: Path) -> None:
    async with create_client(guide.base, token=ADMIN_TOKEN) as client:
        evil = "\x1b[2J[bold]a\nb\u202ec"
        await client.items("notes").create_many([{"text": "x" * 60, "rank": 1}, {"text": evil, "rank": 2}])
        table = await client.live("notes", sort="rank")
        console = Console(record=True, width=100, file=(notes / "watch").open("w"))
        console.print(picture(table, "notes", {"fields": "rank,text"}, table.rows[0]["id"]))
        console.file.close()
        shown = console.export_text()
        assert re.search(r"rank .* text", shown)
        assert "x" * 49 + "…" in shown
        assert "·[2J[bold]a·b·c" in shown, "data does not steer the terminal"
        assert "2 rows, 0 changes" in shown


RUBBISH = [
    (["watch", "nothing"], 'collection "nothing"'),
    (["watch", "messages", "--filter", "{"], "The filter is no JSON"),
    (["watch", "messages", "--fields", "nope"], 'field "nope"'),
    (["tail", "messages", "--filter", "5"], "filter"),
    (["tail", "messages", "--token", "wrong"], "The token was refused"),
    (["tail", "messages", "--url", "nowhere"], "is no address of a server"),
    (["items", "read", "messages", "--filter", "[1]"], "filter"),
    (["items", "read", "messages", "--sort", "nope"], 'field "nope"'),
    (["items", "read", "messages", "--url", "http://127.0.0.1:1"], "127.0.0.1:1"),
    (["items", "create", "messages", "[1]"], "payload"),
    (["items", "create", "messages", "nope"], "The data is no JSON"),
    (["items", "update", "messages", "1", "[]"], "object"),
    (["types", "--output", "/nowhere/model.py"], "/nowhere/model.py cannot be written"),
]


@pytest.mark.parametrize(("arguments", "words"), RUBBISH)
def test_rubbish(guide: Server, arguments: list[str], words: str) -> None:
    app = typer.Typer()
    register(app)
    who = {"ROWCAST_URL": guide.base, "ROWCAST_TOKEN": ADMIN_TOKEN}
    done = CliRunner().invoke(app, arguments, env=who)
    assert isinstance(done.exception, RowcastError), done.exception
    assert words in done.exception.message
    assert done.output == ""


def test_it_is_told_in_one_line(guide: Server) -> None:
    told = "rowcast: Invalid payload. The data is no JSON: Expecting value: line 1 column 1 (char 0).\n"
    assert run(guide, "items", "create", "messages", "nope") == (2, "", told)


def test_tail_goes_on_says_what_it_missed_and_ends_with_its_reader(guide: Server, notes: Path) -> None:
    unknown = start(guide, COMMAND, "tail", "notes", "--since", "nonsense", "--count", "1")
    assert unknown.stdout is not None
    assert json.loads(unknown.stdout.readline())["event"] == "gap"
    with guide.client() as admin:
        made = admin.post("/items/notes", json={"text": "a"}).json()["data"]["id"]
        out, err = unknown.communicate(timeout=PATIENCE)
        first = json.loads(out)
        assert (first["event"], first["data"][0]["text"], err) == ("create", "a", "")
        admin.patch(f"/items/notes/{made}", json={"text": "b"})
        again = start(guide, COMMAND, "tail", "notes", "--since", first["position"], "--count", "1")
        out, err = again.communicate(timeout=PATIENCE)
        assert (json.loads(out)["event"], json.loads(out)["data"][0]["text"], err) == ("update", "b", "")
        piped = start(guide, "sh", "-c", f"{COMMAND} tail notes --since {first['position']} | head -1")
        assert piped.stdout is not None
        assert json.loads(piped.stdout.readline())["event"] == "update"
        ends = time.monotonic() + PATIENCE
        while piped.poll() is None and time.monotonic() < ends:
            admin.post("/items/notes", json={"text": "c"}).raise_for_status()
            time.sleep(0.1)
        assert piped.communicate(timeout=PATIENCE)[1] == ""


def schema() -> tuple[Any, Any, Any]:
    """A data model with relations, odd names and a singleton, as the routes answer."""
    table = {"name": "t"}
    collections: list[Any] = [
        {"collection": name, "schema": table, "meta": {}} for name in ("books", "authors", "2 odd")
    ]
    collections += [
        {"collection": "folder", "schema": None, "meta": {}},
        {"collection": "settings", "schema": table, "meta": {"singleton": True}},
        {"collection": "directus_users", "schema": table, "meta": {}},
    ]

    def field(collection: str, name: str, kind: str, *, key: bool = False, null: bool = True, **meta: Any) -> Any:
        column = None if kind == "alias" else {"is_primary_key": key, "is_nullable": null and not key}
        return {"collection": collection, "field": name, "type": kind, "schema": column, "meta": meta}

    fields = [
        field("books", "id", "integer", key=True),
        field("books", "title", "string", null=False),
        field("books", "date", "date"),
        field("books", "made", "timestamp"),
        field("books", "author", "uuid", special=["m2o"]),
        field("books", "class", "json"),
        field("books", "line", "alias", special=["alias", "no-data"]),
        field("authors", "id", "uuid", key=True),
        field("authors", "books", "alias", special=["o2m"]),
        field("2 odd", "a b", "string", key=True),
        field("settings", "id", "integer", key=True),
    ]
    relation = {
        "collection": "books",
        "field": "author",
        "related_collection": "authors",
        "meta": {"one_field": "books"},
    }
    return collections, fields, [relation]


def load(text: str, path: Path) -> ModuleType:
    """The module with that text."""
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def test_python_classes_read_and_write_rows(tmp_path: Path) -> None:
    module = load(python(model_of(*schema())), tmp_path / "written.py")
    row = b'{"id":1,"title":"t","date":"2026-01-02","made":"2026-01-02T03:04:05.000Z","author":null,"class":{"a":1}}'
    book = msgspec.json.decode(row, type=module.Books)
    assert (book.date.year, book.made.hour, book.class_, book.__collection__) == (2026, 3, {"a": 1}, "books")
    assert msgspec.json.decode(b'{"id":"u","books":[1]}', type=module.Authors).books == [1]
    assert module.C2Odd(a_b="x").a_b == "x"
    assert not hasattr(module, "DirectusUsers")
    assert "class DirectusUsers" in python(model_of(*schema(), system=True))


def test_typescript_interfaces() -> None:
    text = typescript(model_of(*schema()))
    for line in [
        "  author: string | Authors | null;",
        "  books: number[] | Books[];",
        '  "a b": string;',
        '  "2 odd": C2Odd[];',
        "  settings: Settings;",
        "  class: unknown;",
    ]:
        assert line in text.splitlines()


def test_types_of_a_server(guide: Server, notes: Path, tmp_path: Path) -> None:
    target = tmp_path / "model.py"
    assert run(guide, "types", "--output", str(target))[:2] == (0, "")
    module = load(target.read_text(), target)
    assert msgspec.structs.asdict(module.Notes()) == {"id": 0, "text": None, "rank": None}
    assert "export interface Notes {" in run(guide, "types", "--lang", "typescript")[1]


@pytest.mark.parametrize(("name", "expected"), [("notebook", "messages by Ben"), ("chat", "Ann: hello")])
def test_examples(guide: Server, name: str, expected: str) -> None:
    process = start(guide, sys.executable, str(EXAMPLES / f"{name}.py"), "Ann", ROWCAST_TOKEN=TOKEN)
    seen = ""
    if name == "chat":
        assert process.stdin is not None
        process.stdin.write("hello\n")
        process.stdin.flush()
        seen = heard(process, expected)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    assert expected in seen + out


def heard(process: subprocess.Popen[str], words: str) -> str:
    """The line with these words, which has to come."""
    assert process.stdout is not None
    while words not in (line := process.stdout.readline()):
        assert line, "it has ended"
    return line


def test_the_chat_tells_who_is_there(guide: Server) -> None:
    program = (sys.executable, str(EXAMPLES / "chat.py"))
    ann = start(guide, *program, "Ann", ROWCAST_TOKEN=TOKEN)
    assert "Ann" in heard(ann, "(here: ")
    ben = start(guide, *program, "Ben", ROWCAST_TOKEN=TOKEN)
    assert "Ann, Ben" in heard(ben, "(here: ")
    heard(ann, "(Ben has joined)")
    _, err = ann.communicate(timeout=PATIENCE)
    assert (ann.returncode, err) == (0, "")
    heard(ben, "(Ann has left)")
    _, err = ben.communicate(timeout=PATIENCE)
    assert (ben.returncode, err) == (0, "")


def test_the_dashboard(guide: Server) -> None:
    process = start(guide, sys.executable, str(EXAMPLES / "dashboard.py"), "1", ROWCAST_TOKEN=TOKEN)
    with guide.client() as admin:
        ends = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < ends:
            admin.post("/items/messages", json={"text": "a", "user": "Kevin"}).raise_for_status()
            time.sleep(0.1)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    assert "Kevin" in out
