"""The Studio's files: found, kept, packed, and missed with a reason."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from httpx import ASGITransport
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from rowcast.server.studio import Studio

BEHIND = Starlette(routes=[Route("/items", lambda _: PlainTextResponse("the API"))])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "studio" / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>index</title>")
    (folder / "assets" / "app-1a2b.js").write_text("let plain")
    (folder / "assets" / "app-1a2b.js.gz").write_bytes(b"packed")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


def client(folder: Path) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(Studio(BEHIND, folder)), base_url="http://studio")


async def test_the_root_leads_to_the_studio(folder: Path) -> None:
    async with client(folder) as studio:
        for path in ("/", "/admin"):
            answer = await studio.get(path)
            assert (answer.status_code, answer.headers["location"]) == (302, "/admin/")


async def test_every_deep_link_is_the_index_and_is_asked_for_anew(folder: Path) -> None:
    async with client(folder) as studio:
        for path in ("/admin/", "/admin/content/messages/5", "/admin/no.such.page"):
            answer = await studio.get(path)
            assert (answer.text, answer.headers["cache-control"]) == ("<title>index</title>", "no-cache")
            assert "default-src 'self'" in answer.headers["content-security-policy"]
        known = await studio.get("/admin/", headers={"If-None-Match": answer.headers["etag"]})
        assert (known.status_code, known.content) == (304, b"")


async def test_files_named_by_their_content_are_kept_for_ever_and_sent_packed(folder: Path) -> None:
    async with client(folder) as studio:
        plain = await studio.get("/admin/assets/app-1a2b.js", headers={"Accept-Encoding": "identity"})
        assert (plain.text, "immutable" in plain.headers["cache-control"]) == ("let plain", True)
        async with studio.stream("GET", "/admin/assets/app-1a2b.js", headers={"Accept-Encoding": "gzip, br"}) as packed:
            assert packed.headers["content-encoding"] == "gzip"
            assert b"".join([part async for part in packed.aiter_raw()]) == b"packed"


@pytest.mark.parametrize(
    "path", ["/admin/assets/gone.js", "/admin/assets/../../../secret.txt", "/admin/assets/app-1a2b.js.gz"]
)
async def test_nothing_else_is_a_file(folder: Path, path: str) -> None:
    async with client(folder) as studio:
        assert "secret" not in (await studio.get(path)).text
        assert (await studio.get("/admin/assets/%2e%2e/%2e%2e/%2e%2e/secret.txt")).status_code == 404


async def test_the_rest_is_not_ours(folder: Path) -> None:
    async with client(folder) as studio:
        assert (await studio.get("/items")).text == "the API"
        assert (await studio.get("/administration")).status_code == 404
        assert (await studio.post("/admin/")).status_code == 405


async def test_a_missing_build_says_why(tmp_path: Path) -> None:
    (tmp_path / "unbuilt.txt").write_text("npm said: <no network>")
    async with client(tmp_path / "dist") as studio:
        answer = await studio.get("/admin/content")
        assert answer.status_code == 503
        assert "npm said: &lt;no network&gt;" in answer.text
        (tmp_path / "dist").mkdir()
        (tmp_path / "dist" / "index.html").write_text("built since")
        assert (await studio.get("/admin/content")).text == "built since"


async def test_below_a_path_everything_is_there(folder: Path) -> None:
    (folder / "index.html").write_text('<base href="/admin/" /><title>index</title>')
    below = ASGITransport(Studio(BEHIND, folder), root_path='/da"ta')
    async with httpx.AsyncClient(transport=below, base_url="http://studio") as studio:
        assert (await studio.get("/admin")).headers["location"] == "/da%22ta/admin/"
        index = await studio.get("/admin/content")
        assert '<base href="/da%22ta/admin/" />' in index.text
    async with client(folder) as studio:
        assert (await studio.get("/admin/content")).headers["etag"] != index.headers["etag"]
