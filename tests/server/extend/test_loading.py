"""Extensions are found by name and in a folder; what cannot be loaded stops the start with its name."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from rowcast.errors import InvalidConfiguration
from rowcast.server.extend.loading import load_app, load_folder
from tests.server.extend.conftest import made
from tests.support.patience import PATIENCE
from tests.support.server import COMMAND, DEFAULTS, Server, environment

GREET = """
def register(app):
    @app.route("/{0}")
    async def hello(request, ctx):
        return "{0}"
"""


def test_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "extensions"
    (folder / "second").mkdir(parents=True)
    (folder / "first.py").write_text(GREET.replace("{0}", "first"))
    (folder / "second" / "__init__.py").write_text("from .inner import register as register")
    (folder / "second" / "inner.py").write_text(GREET.replace("{0}", "second"))
    (folder / "_helper.py").write_text("1 / 0")
    (folder / "notes.txt").write_text("nothing")
    app = made(tmp_path)
    assert load_folder(app, folder, required=True) == ["first", "second"]
    assert [named.subject[0] for named in app.registered.routes] == ["/first", "/second"]
    assert app.hooks[0].name == "rowcast_extensions.first.register.<locals>.hello"
    with Server(tmp_path) as server, server.client() as client:
        assert client.get("/first").json() == "first"
        assert client.get("/second").json() == "second"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import no_such_module", "wrong.py cannot be loaded (wrong.py, line 1): ModuleNotFoundError"),
        ("x = 1", "has no function register"),
        ("def register(app): 1 / 0", "wrong.py cannot be registered (wrong.py, line 1): ZeroDivisionError"),
        ("def register(app): app.before('items.read')", "does not exist: what may be read is said by permissions"),
        (
            "def register(app):\n    app.before('item.create')",
            'wrong.py cannot be registered (wrong.py, line 2): The event "item.create"',
        ),
        (
            "def register(app):\n    app.cron('soon')",
            'wrong.py cannot be registered (wrong.py, line 2): "soon" is no cron',
        ),
        ("def register(app):\n\n    app.on_connect(print)", "(wrong.py, line 3): "),
        ("def register(app:", "wrong.py cannot be loaded: SyntaxError: "),
    ],
)
def test_what_cannot_be_loaded_stops_the_start(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "wrong.py").write_text(text)
    with pytest.raises(InvalidConfiguration, match=re.escape(reason)):
        load_folder(made(tmp_path), tmp_path, required=True)


async def test_hooks_for_collections_that_do_not_exist_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    app = made(tmp_path)
    app.before("items.create", "mesages")(lambda ctx, payload: None)
    app.after("items.create", "directus_users", "nots", name="audit")(lambda ctx, event: None)
    app.before("items.*")(lambda ctx, payload: None)
    async with app.lifespan():
        pass
    said = caplog.text + capsys.readouterr().out
    told = re.findall(r"for a collection that does not exist.*collection='?(\w+)", said)
    assert told == ["mesages", "nots"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert load_folder(made(tmp_path), tmp_path / "no", required=False) == []
    with pytest.raises(InvalidConfiguration, match="EXTENSIONS_PATH"):
        load_folder(made(tmp_path), tmp_path / "no", required=True)


@pytest.mark.parametrize("target", ["main", "no.such:app", "json:dumps", ":app"])
def test_names_that_lead_nowhere(target: str) -> None:
    with pytest.raises(InvalidConfiguration):
        load_app(target)


def test_the_command_line_says_what_is_wrong(tmp_path: Path) -> None:
    ended = subprocess.run(
        [COMMAND, "serve", "--app", "nothing:app"],
        cwd=tmp_path,
        env=environment(**DEFAULTS),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith("rowcast: nothing cannot be imported: ModuleNotFoundError")
