"""``pip install rowcast`` is the client, light and whole: what it pulls in, what it loads, and that it works with nothing else."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import rowcast
from tests.support.guide import TOKEN
from tests.support.patience import PATIENCE
from tests.support.server import Server

ROOT = Path(__file__).parent.parent.parent
CLIENT = {"anyio", "httpx", "msgspec", "typing-extensions", "websockets"}
BELOW = {"idna", "sniffio", "certifi", "httpcore", "h11"}
"""What these need themselves."""


def needed(name: str, extras: tuple[str, ...] = ("",)) -> set[str]:
    """What a distribution wants to have beside it, by its built metadata."""
    wanted = map(Requirement, importlib.metadata.requires(name) or [])
    return {
        canonicalize_name(each.name)
        for each in wanted
        if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in extras)
    }


def closure(names: set[str]) -> set[str]:
    """These and all that they pull in."""
    found: set[str] = set()
    while new := names - found:
        found |= new
        names = set().union(*(needed(name) for name in new))
    return found


def test_it_pulls_in_no_package_of_the_server() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {canonicalize_name(Requirement(each).name) for each in project["dependencies"]} == CLIENT
    assert needed("rowcast") == CLIENT
    assert closure(CLIENT) <= CLIENT | BELOW
    assert {"apsw", "starlette", "uvicorn", "structlog"} <= needed("rowcast", ("server",))


def modules(code: str) -> set[str]:
    """All modules that are loaded after the code ran."""
    program = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_is_light() -> None:
    """Modules are counted rather than milliseconds, which depend on who else is busy: 180 of them are 70 to 100 ms."""
    bare, loaded = modules(""), modules("import rowcast.client")
    assert len(loaded - bare) < 200, "asyncio, ssl contexts, HTTP and WebSocket wait until they are needed"
    late = {
        "asyncio",
        "httpx",
        "websockets",
        "urllib.request",
        "http.client",
        "email",
        "typer",
        "rich",
        "pandas",
        "polars",
    }
    assert (loaded - bare) & late == set()
    ours = {name.split(".")[1] for name in loaded if name.startswith("rowcast.")}
    assert ours <= {"client", "errors", "protocol", "version"}
    assert "rowcast.client" not in modules("import rowcast")


def linked(names: set[str], folder: Path) -> None:
    """The installed files of those distributions in one folder, and our package."""
    for name in names:
        for place in tops(name):
            target = folder / place.name
            if not target.exists():
                target.symlink_to(place)
    (folder / "rowcast").symlink_to(Path(rowcast.__file__).parent)


def tops(name: str) -> Iterator[Path]:
    """The folders and modules that a distribution has put among the packages."""
    distribution = importlib.metadata.distribution(name)
    for top in {path.parts[0] for path in distribution.files or [] if path.parts[0] != ".."}:
        yield Path(str(distribution.locate_file(top)))


ALONE = """
import sys
sys.path.insert(0, sys.argv[1])
import anyio
from rowcast import create_client
from rowcast.client import F, sync
from rowcast.client.compose import create_directus, realtime, static_token
from rowcast.client.types import model_of, python, typescript

url, token = sys.argv[2:]

async def main():
    async with create_client(url, token=token) as client:
        async with client.subscribe("messages", event="create") as events:
            made = await client.items("messages").create({"text": "alone"})
            assert (await anext(events)).rows == [made]
        assert await client.rest.items("messages").count(F.text == "alone") >= 1
        async with client.live("messages", filter=F.text == "alone") as table:
            assert table.get(made["id"]) == made
    composed = create_directus(url).with_(static_token(token)).with_(realtime())
    await composed.connect()
    await composed.disconnect()

anyio.run(main)
with sync.create_client(url, token=token) as client:
    assert client.items("messages").count(F.text == "alone") >= 1
try:
    from rowcast import Rowcast
except ImportError as error:
    print(error)
try:
    from rowcast.command import main
    main()
except SystemExit:
    pass
"""


def test_it_works_with_nothing_else(guide: Server, tmp_path: Path) -> None:
    linked(CLIENT | BELOW, tmp_path)
    command = [sys.executable, "-I", "-S", "-c", ALONE, str(tmp_path), guide.base, TOKEN]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    assert "pip install 'rowcast[server]' brings the server" in done.stdout
    assert done.stderr == "rowcast: typer is not installed: pip install 'rowcast[cli]'\n"
