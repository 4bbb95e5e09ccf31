"""The documentation is whole: whatever a user can set, meet or say is described in it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer.main

import rowcast.protocol
from rowcast import errors
from rowcast.client.command import register
from rowcast.server.command import app
from rowcast.server.config import load
from rowcast.server.variables import VARIABLES

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "rowcast"
INNER = {"SECRET", "CONFIG_PATH"}


def document(name: str) -> str:
    """The text of one document."""
    return (ROOT / "docs" / name).read_text()


def test_every_environment_variable() -> None:
    described = re.findall(r"^\| `([A-Z_]+)` \|", document("configuration.md"), re.MULTILINE)
    assert len(described) == len(set(described))
    assert set(described) == {each.name for each in VARIABLES} | INNER


def test_every_default() -> None:
    """Where a default is a plain word or number, the document tells the real one."""
    config = load({"SECRET": "s" * 32, "CONFIG_PATH": "/dev/null"})
    table = dict(re.findall(r"^\| `([A-Z_]+)` \| `([^`]*)` \|", document("configuration.md"), re.MULTILINE))
    for variable in VARIABLES:
        value: Any = config.server if variable.target.startswith("server.") else config.engine
        for part in variable.target.removeprefix("server.").split("."):
            value = getattr(value, part)
        if variable.name in table and value is not None and not isinstance(value, tuple):
            assert variable.form.read(table[variable.name]) == value, variable.name


def classes(base: type[errors.RowcastError]) -> Iterator[type[errors.RowcastError]]:
    """All members of the error tree."""
    yield base
    for each in base.__subclasses__():
        yield from classes(each)


def test_every_error_code_with_its_status() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:(\d{3}) \| (yes|no) \|)?", document("errors.md"), re.MULTILINE)
    described = {code: (status, retry) for code, status, retry in rows}
    known = list(classes(errors.RowcastError))
    assert set(described) == {each.code for each in known}
    for each in known:
        status, retry = described[each.code]
        if status and each.__subclasses__() == []:
            assert (status, retry) == (str(each.status), "yes" if each.retry else "no"), each.code


def test_every_code_in_the_source_is_of_the_tree() -> None:
    known = {each.code for each in classes(errors.RowcastError)}
    for path in SOURCE.rglob("*.py"):
        assert set(re.findall(r'"code":\s*"([A-Z_]+)"', path.read_text())) <= known, path


def messages() -> set[str]:
    """The tags of all messages that the server takes."""
    found: set[str] = set()
    for module in pkgutil.walk_packages(rowcast.protocol.__path__, "rowcast.protocol."):
        for _, each in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(each, msgspec.Struct) and isinstance(each.__struct_config__.tag, str):
                found.add(each.__struct_config__.tag)
    return found


def test_every_message_type() -> None:
    known = messages()
    assert {"auth", "subscribe", "unsubscribe", "items", "ping", "pong"} <= known
    text = document("protocol.md")
    assert [tag for tag in known if f'"type": "{tag}"' not in text and f'"type":"{tag}"' not in text] == []


def commands(group: Any, name: str = "rowcast") -> Iterator[tuple[str, Any]]:
    """All commands with their full names."""
    yield name, group
    for each, command in getattr(group, "commands", {}).items():
        yield from commands(command, f"{name} {each}")


def test_every_command_and_flag() -> None:
    text = document("cli.md")
    register(app)
    for name, command in commands(typer.main.get_command(app)):
        if not getattr(command, "commands", None):
            assert f"`{name}" in text, name
        for parameter in command.params:
            for flag in [each for each in parameter.opts if each.startswith("--")]:
                assert f"`{flag}`" in text, f"{name} {flag}"


@pytest.mark.parametrize("room", sorted(path.name for path in SOURCE.iterdir() if (path / "__init__.py").is_file()))
def test_every_room_has_a_page(room: str) -> None:
    if len(list((SOURCE / room).rglob("*.py"))) > 1:
        assert (SOURCE / room / "DESIGN.md").is_file()


def test_links_lead_somewhere() -> None:
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text()):
            assert (path.parent / link).exists(), f"{path.name}: {link}"
