"""Files and assets over HTTP, with a real server: what goes in comes out, to whom it may, and row and bytes stay together."""

from __future__ import annotations

import io
import os
import sqlite3
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.support.patience import wait_until
from tests.support.server import Server

NOTE = b"Water the basil twice.\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests that leave nothing behind that others would see."""
    limits = {
        "FILES_MAX_UPLOAD_SIZE": "3mb",
        "FILES_MIME_TYPE_ALLOW_LIST": "image/*,text/*,application/json",
        "ASSETS_TRANSFORM_TIMEOUT": "2m",
    }
    with Server(tmp_path_factory.mktemp("files"), **limits, ROWCAST_IMPORT_IP_ALLOW_LIST="127.0.0.3") as running:
        yield running


@pytest.fixture
def admin(place: Server) -> Iterator[httpx.Client]:
    with place.client() as client:
        yield client


def picture(width: int = 40, height: int = 24) -> bytes:
    sink = io.BytesIO()
    Image.effect_noise((width, height), 90).convert("RGB").save(sink, "PNG")
    return sink.getvalue()


def upload(
    client: httpx.Client, content: bytes = NOTE, name: str = "note.txt", kind: str = "text/plain", **said: str
) -> Any:
    answer = client.post("/files", data=said, files={"file": (name, content, kind)})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


def somebody(admin: httpx.Client, name: str, *permissions: dict[str, Any]) -> dict[str, str]:
    """Headers of a new user with these permissions on files."""
    rows = [{"collection": "directus_files", "permissions": {}, "fields": ["*"], **each} for each in permissions]
    policy = admin.post("/policies", json={"name": name, "permissions": rows}).json()["data"]["id"]
    user = {"email": f"{name}@example.com", "password": "pw-of-somebody", "token": f"tok-{name}", "status": "active"}
    assert admin.post("/users", json={**user, "policies": [{"policy": policy}]}).status_code == 200
    return {"Authorization": f"Bearer tok-{name}"}


def on_disk(server: Server) -> set[str]:
    root = server.directory / "uploads"
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_what_goes_in_comes_out(place: Server, admin: httpx.Client) -> None:
    content = picture()
    row = upload(admin, content, "my-first_photo.PNG", "image/png", description="null", tags='["a","b"]')
    assert (row["width"], row["height"], row["filesize"], row["type"]) == (40, 24, len(content), "image/png")
    assert (row["title"], row["description"], row["tags"]) == ("My First Photo", None, ["a", "b"])
    assert (row["filename_download"], row["filename_disk"]) == ("my-first_photo.PNG", row["id"] + ".png")
    shown = admin.get(f"/assets/{row['id']}/any-name.png")
    assert shown.content == content
    assert shown.headers["content-disposition"] == 'inline; filename="my-first_photo.PNG"'
    assert shown.headers["cache-control"].startswith("private")
    assert admin.get(f"/assets/{row['id']}.jpg").content == content
    assert admin.delete(f"/files/{row['id']}").status_code == 204
    assert code(admin.get(f"/assets/{row['id']}")) == (403, "FORBIDDEN")
    wait_until(lambda: not any(row["id"] in name for name in on_disk(place)))


def test_several_files_with_fields_of_their_own(admin: httpx.Client) -> None:
    form = [
        ("title", (None, b"First", None)),
        ("file", ("one.csv", b"1\n", "text/csv")),
        ("file", ("two.csv", b"22\n", "text/csv")),
    ]
    rows = admin.post("/files?fields=title,filesize,type", files=form).json()["data"]
    assert sorted((row["title"], row["filesize"]) for row in rows) == [("First", 2), ("Two", 3)]


def test_names_and_types_from_strangers(admin: httpx.Client) -> None:
    row = upload(admin, NOTE, "../../etc/pass\twd.txt", "application/octet-stream; x=1")
    assert row["filename_download"] in ("pass_wd.txt", "pass%09wd.txt")
    assert (row["filename_disk"], row["type"]) == (row["id"] + ".txt", "text/plain")
    row = upload(admin, NOTE, 'ünï "côde".txt', "")
    assert row["type"] == "text/plain"
    shown = admin.get(f"/assets/{row['id']}?download").headers["content-disposition"]
    assert shown.startswith("attachment; filename=")
    assert "filename*=UTF-8''%C3%BCn%C3%AF" in shown
    assert len(upload(admin, NOTE, "x" * 400 + ".txt")["filename_download"]) == 255
    row = upload(admin, NOTE, "写真の名前 🌿.txt", "text/plain")
    assert row["filename_download"] == "写真の名前 🌿.txt"


def test_what_is_not_taken(place: Server, admin: httpx.Client) -> None:
    before = on_disk(place)
    long = admin.post("/files", files={"file": ("long.txt", b"x" * (3 * 1024 * 1024 + 1), "text/plain")})
    assert code(long) == (413, "CONTENT_TOO_LARGE")
    movie = admin.post("/files", files={"file": ("a.mp4", b"x", "video/mp4")})
    assert code(movie) == (400, "INVALID_PAYLOAD")
    assert code(admin.post("/files", files={"title": (None, "x")})) == (400, "INVALID_PAYLOAD")
    assert code(admin.post("/files", data={"storage": "moon"}, files={"file": ("a.txt", b"x")})) == (
        400,
        "INVALID_PAYLOAD",
    )
    assert code(admin.post("/files", data={"colour": "x"}, files={"file": ("a.txt", b"x")})) == (403, "FORBIDDEN")
    folder = {"folder": "6f9d3c1a-0000-4000-8000-000000000001"}
    assert code(admin.post("/files", data=folder, files={"file": ("a.txt", b"x")})) == (400, "INVALID_FOREIGN_KEY")
    assert on_disk(place) == before


@pytest.mark.parametrize(
    ("body", "boundary"),
    [
        (b"", "x"),
        (b"nonsense", "x"),
        (b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\ncut', "x"),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--x--\r\n", "x"),
        (b"--x\r\n" + b"A" * 70_000 + b": b\r\n\r\n\r\n--x--\r\n", "x"),
        (b'--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--x--\r\n', "x"),
    ],
)
def test_forms_that_are_none(place: Server, admin: httpx.Client, body: bytes, boundary: str) -> None:
    before = on_disk(place)
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    assert code(admin.post("/files", content=body, headers=headers)) == (400, "INVALID_PAYLOAD")
    assert code(admin.post("/files", content=body, headers={"Content-Type": "multipart/form-data"}))[0] in (400, 415)
    assert on_disk(place) == before


def test_replacing(place: Server, admin: httpx.Client) -> None:
    row = upload(admin, picture(), "a.png", "image/png", title="Stays")
    assert admin.get(f"/assets/{row['id']}?width=10").status_code == 200
    tag = admin.get(f"/assets/{row['id']}").headers["etag"]
    new = admin.patch(f"/files/{row['id']}", files={"file": ("b.txt", NOTE, "text/plain")}).json()["data"]
    assert (new["title"], new["filename_download"], new["width"], new["type"]) == ("Stays", "b.txt", None, "text/plain")
    shown = admin.get(f"/assets/{row['id']}?width=10")
    assert (shown.content, shown.headers["content-type"]) == (NOTE, "text/plain")
    assert shown.headers["etag"] != tag
    wait_until(lambda: {name for name in on_disk(place) if row["id"] in name} == {new["filename_disk"]})
    said = admin.patch(f"/files/{row['id']}", files={"title": (None, "Said")}).json()["data"]
    assert (said["title"], said["filesize"]) == ("Said", len(NOTE))
    missing = "6f9d3c1a-0000-4000-8000-000000000001"
    assert code(admin.patch(f"/files/{missing}", files={"file": ("b.txt", NOTE)})) == (403, "FORBIDDEN")


def test_parts_and_known_bytes(admin: httpx.Client) -> None:
    content = os.urandom(700_000)
    key = upload(admin, content, "a.txt")["id"]

    def ask(**headers: str) -> httpx.Response:
        return admin.get(f"/assets/{key}", headers={name.replace("_", "-"): value for name, value in headers.items()})

    for asked, first, last in (
        ("bytes=0-9", 0, 10),
        ("bytes=300000-600000", 300_000, 600_001),
        ("bytes=699999-", 699_999, 700_000),
        ("bytes=-5", 699_995, 700_000),
        ("bytes=10-9999999", 10, 700_000),
    ):
        part = ask(range=asked)
        assert (part.status_code, part.content) == (206, content[first:last])
        assert part.headers["content-range"] == f"bytes {first}-{last - 1}/700000"
    for asked in ("bytes=700000-", "bytes=5-4", "bytes=-0"):
        refused = ask(range=asked)
        assert code(refused) == (416, "RANGE_NOT_SATISFIABLE")
        assert refused.headers["content-range"] == "bytes */700000"
    whole = ask(range="lines=1-2")
    assert (whole.status_code, whole.content) == (200, content)
    tag, modified = whole.headers["etag"], whole.headers["last-modified"]
    for known in ({"if_none_match": tag}, {"if_none_match": f'"x", W/{tag}'}, {"if_modified_since": modified}):
        again = ask(**known)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert ask(if_none_match='"x"', if_modified_since=modified).status_code == 200
    assert ask(range="bytes=0-0", if_range=tag).status_code == 206
    assert ask(range="bytes=0-0", if_range='"old"').status_code == 200
    head = admin.head(f"/assets/{key}")
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "700000", b"")


@pytest.mark.parametrize(
    ("kind", "shown", "sandboxed"),
    [
        ("text/html", "attachment", True),
        ("image/svg+xml", "inline", True),
        ("text/xml", "attachment", True),
        ("text/javascript", "attachment", False),
        ("text/plain", "inline", False),
    ],
)
def test_a_stranger_s_page_does_not_run(admin: httpx.Client, kind: str, shown: str, sandboxed: bool) -> None:
    key = upload(admin, b"<script>alert(1)</script>", "a.bin", kind)["id"]
    headers = admin.get(f"/assets/{key}").headers
    assert headers["content-disposition"].startswith(shown)
    assert headers["x-content-type-options"] == "nosniff"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert policy.endswith("sandbox") == sandboxed


def test_other_pictures(place: Server, admin: httpx.Client) -> None:
    key = upload(admin, picture(), "a.png", "image/png")["id"]
    for query, size, kind in (
        ("width=20", (20, 12), "image/png"),
        ("width=10&height=10&fit=contain&format=webp", (10, 10), "image/webp"),
        ('transforms=[["rotate",90]]', (24, 40), "image/png"),
        ("key=system-small-cover", (64, 64), "image/png"),
        ("format=jpg&quality=30", (40, 24), "image/jpeg"),
    ):
        shown = admin.get(f"/assets/{key}?{query}")
        assert (Image.open(io.BytesIO(shown.content)).size, shown.headers["content-type"]) == (size, kind)
        assert admin.get(f"/assets/{key}?{query}", headers={"If-None-Match": shown.headers["etag"]}).status_code == 304
    for accepted, kind in (("image/avif,image/webp,*/*", "avif"), ("image/webp;q=0.9", "webp"), ("*/*", "png")):
        auto = admin.get(f"/assets/{key}?width=9&format=auto", headers={"Accept": accepted})
        assert (auto.headers["content-type"], auto.headers["vary"]) == (f"image/{kind}", "Accept")
    for query in ("key=none", "width=-5", "width=7000", "fit=stretch&width=3", 'transforms=[["exec"]]'):
        assert code(admin.get(f"/assets/{key}?{query}")) == (400, "INVALID_QUERY")
    broken = upload(admin, b"no picture", "b.png", "image/png")["id"]
    assert code(admin.get(f"/assets/{broken}?width=3")) == (400, "ILLEGAL_ASSET_TRANSFORMATION")
    assert admin.get(f"/assets/{broken}").content == b"no picture"


def test_many_who_ask_for_one_picture_have_it_made_once(place: Server, admin: httpx.Client) -> None:
    row = upload(admin, picture(1200, 900), "a.png", "image/png")
    answers: list[httpx.Response] = []

    def ask() -> None:
        with place.client() as client:
            answers.append(client.get(f"/assets/{row['id']}?width=300&format=webp"))

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len([name for name in on_disk(place) if row["id"] in name]) == 2


def test_presets_of_the_settings(admin: httpx.Client) -> None:
    key = upload(admin, picture(), "a.png", "image/png")["id"]
    preset = {"key": "thumb", "fit": "cover", "width": 8, "height": 4, "format": "png", "transforms": []}
    try:
        for mode, free, own in (("all", 200, 200), ("presets", 400, 200), ("none", 400, 400)):
            settings = {"storage_asset_presets": [preset], "storage_asset_transform": mode}
            assert admin.patch("/settings", json=settings).status_code == 200
            assert admin.get(f"/assets/{key}?width=5").status_code == free
            shown = admin.get(f"/assets/{key}?key=thumb&width=5")
            assert shown.status_code == own
            assert own == 400 or Image.open(io.BytesIO(shown.content)).size == (8, 4)
            assert admin.get(f"/assets/{key}").status_code == 200
    finally:
        admin.patch("/settings", json={"storage_asset_presets": None, "storage_asset_transform": "all"})


def test_who_may_see_and_take_in(place: Server, admin: httpx.Client) -> None:
    mine = somebody(
        admin,
        "ann",
        {"action": "read", "fields": ["title"], "permissions": {"uploaded_by": {"_eq": "$CURRENT_USER"}}},
        {
            "action": "create",
            "fields": ["title", "filename_download", "type"],
            "validation": {"filesize": {"_lt": 50}, "type": {"_starts_with": "text/"}},
        },
        {"action": "update", "fields": ["title"]},
    )
    others = upload(admin)["id"]
    with place.client(None) as ann:
        ann.headers.update(mine)
        made = ann.post("/files", files={"file": ("a.txt", NOTE, "text/plain")})
        assert made.status_code == 204  # taken, and not hers to read by key
        key = admin.get("/files?filter[uploaded_by][email][_eq]=ann@example.com&fields=id").json()["data"][0]["id"]
        assert ann.get(f"/assets/{key}").content == NOTE
        assert code(ann.get(f"/assets/{others}")) == (403, "FORBIDDEN")
        for content, kind in ((b"x" * 50, "text/plain"), (b"x", "image/png")):
            assert code(ann.post("/files", files={"file": ("a", content, kind)})) == (400, "FAILED_VALIDATION")
        assert code(ann.post("/files", data={"location": "x"}, files={"file": ("a.txt", b"x")})) == (403, "FORBIDDEN")
        assert code(ann.patch(f"/files/{key}", files={"file": ("a.txt", b"x")})) == (403, "FORBIDDEN")
        assert ann.patch(f"/files/{key}", json={"title": "B"}).status_code in (200, 204)
        assert code(ann.post("/files/import", json={"url": "http://127.0.0.1/"})) == (503, "SERVICE_UNAVAILABLE")


class Web(BaseHTTPRequestHandler):
    """Somebody's web server, inside."""

    def do_GET(self) -> None:
        content = picture() if self.path.endswith(".png") else b"x" * (4 * 1024 * 1024)
        self.send_response(302 if self.path == "/away" else 200)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Not here."""


def test_fetching_from_an_address_that_is_allowed(place: Server, admin: httpx.Client) -> None:
    with ThreadingHTTPServer(("127.0.0.3", 0), Web) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        base = f"http://127.0.0.3:{web.server_address[1]}"
        before = on_disk(place)
        body = {"url": f"{base}/sea%20side.png", "data": {"title": "Sea", "tags": ["a"]}}
        row = admin.post("/files/import", json=body).json()["data"]
        assert (row["title"], row["tags"], row["width"], row["type"]) == ("Sea", ["a"], 40, "image/png")
        assert row["filename_download"] == "sea side.png"
        for path, told in (("/long", (413, "CONTENT_TOO_LARGE")), ("/away", (503, "SERVICE_UNAVAILABLE"))):
            assert code(admin.post("/files/import", json={"url": base + path})) == told
        assert on_disk(place) == {*before, row["filename_disk"]}
        web.shutdown()


def test_nobody_points_a_row_at_other_bytes(place: Server, admin: httpx.Client) -> None:
    target, own = upload(admin, b"secret"), upload(admin)
    every = somebody(admin, "bob", *({"action": each} for each in ("create", "update")))
    for payload in ({"filename_disk": target["filename_disk"]}, {"storage": "local"}):
        with place.client(None) as bob:
            bob.headers.update(every)
            assert code(bob.patch(f"/files/{own['id']}", json=payload)) == (403, "FORBIDDEN")
            row = {"filename_download": "x", **payload}
            assert code(bob.post("/files", json=row)) == (403, "FORBIDDEN")
    for name in ("../data/rowcast.db", "/etc/passwd", ".assets", "a/b"):
        assert code(admin.patch(f"/files/{own['id']}", json={"filename_disk": name})) == (400, "INVALID_PAYLOAD")
    assert admin.patch(f"/files/{own['id']}", json={"filename_disk": target["filename_disk"]}).status_code == 200
    assert admin.delete(f"/files/{own['id']}").status_code == 204
    later = upload(admin)
    assert admin.delete(f"/files/{later['id']}").status_code == 204
    wait_until(lambda: on_disk(place).isdisjoint({own["filename_disk"], later["filename_disk"]}))
    assert admin.get(f"/assets/{target['id']}").content == b"secret"


def test_the_public_sees_what_the_sign_in_page_shows(place: Server, admin: httpx.Client) -> None:
    logo, other = upload(admin, picture(), "logo.png", "image/png")["id"], upload(admin)["id"]
    with place.client(None) as anybody:
        assert code(anybody.get(f"/assets/{logo}")) == (403, "FORBIDDEN")
        assert admin.patch("/settings", json={"project_logo": logo}).status_code == 200
        shown = anybody.get(f"/assets/{logo}?key=system-small-contain")
        assert (shown.status_code, shown.headers["cache-control"].split(",")[0]) == (200, "public")
        assert code(anybody.get(f"/assets/{other}")) == (403, "FORBIDDEN")
        admin.patch("/settings", json={"project_logo": None})
        assert code(anybody.get(f"/assets/{logo}")) == (403, "FORBIDDEN")
        admin.patch("/settings", json={"project_logo": logo})
        admin.patch("/users/me", json={"avatar": logo})
        assert admin.delete(f"/files/{logo}").status_code == 204
        assert admin.get("/settings?fields=project_logo").json()["data"] == {"project_logo": None}
        assert admin.get("/users/me?fields=avatar").json()["data"] == {"avatar": None}
    for key in ("nonsense", "6f9d3c1a-0000-4000-8000-000000000001", "%00"):
        assert code(admin.get(f"/assets/{key}")) == (403, "FORBIDDEN")


def test_archives(admin: httpx.Client) -> None:
    top = admin.post("/folders", json={"name": "Top"}).json()["data"]["id"]
    below = admin.post("/folders", json={"name": "Below/it", "parent": top}).json()["data"]["id"]
    content = os.urandom(900_000)
    keys = [upload(admin, content, "a.txt", folder=each)["id"] for each in (top, below, below)]
    answer = admin.post(f"/assets/folder/{top}")
    assert 'filename="Top.zip"' in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names[:3] == ["Top/", "Top/Below_it/", "Top/Below_it/a-" + names[2].removeprefix("Top/Below_it/a-")]
        assert len(names) == 5
        assert archive.read("Top/a.txt") == content
    answer = admin.post("/assets/files", json={"ids": keys[:2]})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert sorted(archive.namelist()) == [f"a-{keys[1]}.txt", "a.txt"]
    bodies: tuple[Any, ...] = ({"ids": []}, {"ids": "x"}, {})
    for body in bodies:
        assert code(admin.post("/assets/files", json=body)) == (400, "INVALID_PAYLOAD")
    assert code(admin.post("/assets/files", json={"ids": [keys[0], "nonsense"]})) == (403, "FORBIDDEN")


@pytest.mark.parametrize("kind", ["text/html\r\nX-More: 1", "text/größe", "nothing", "", "text/plain\n", "a/b; c=\x00"])
def test_types_that_are_none(admin: httpx.Client, kind: str) -> None:
    row = upload(admin, b"hello", "a.txt", "text/plain")
    assert admin.patch(f"/files/{row['id']}", json={"type": kind}).status_code == 200
    shown = admin.get(f"/assets/{row['id']}")
    assert (shown.content, shown.headers["content-type"]) == (b"hello", "application/octet-stream")
    assert shown.headers["content-disposition"].startswith("attachment")
    assert "x-more" not in shown.headers


def test_rows_without_bytes(admin: httpx.Client) -> None:
    row = admin.post("/files", json={"filename_download": "film", "embed": "abc"}).json()["data"]
    assert (row["storage"], row["filename_disk"]) == ("local", None)
    assert code(admin.get(f"/assets/{row['id']}")) == (403, "FORBIDDEN")


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    size = 96 * 1024 * 1024

    def form() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="big.bin"\r\n\r\n'
        for _ in range(size // 65_536):
            yield bytes(65_536)
        yield b"\r\n--x--\r\n"

    with Server(tmp_path) as server, server.client() as admin:
        before = memory(server)
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        key = admin.post("/files", content=form(), headers=headers).json()["data"]["id"]
        with admin.stream("GET", f"/assets/{key}") as answer:
            assert sum(map(len, answer.iter_bytes())) == size
        assert memory(server) - before < 24 * 1024 * 1024


def memory(server: Server) -> int:
    """The most memory that the server ever had."""
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def test_a_killed_server_leaves_no_row_without_bytes_and_no_bytes_without_row(tmp_path: Path) -> None:
    server = Server(tmp_path)
    for turn in range(3):
        server.start()
        stop, done = threading.Event(), list[str]()
        workers = [threading.Thread(target=write, args=(server, stop, done)) for _ in range(3)]
        for worker in workers:
            worker.start()
        _until_some_are(done)
        time.sleep(turn * 0.07)
        server.kill()
        stop.set()
        for worker in workers:
            worker.join()
    with sqlite3.connect(tmp_path / "data" / "rowcast.db") as database:
        database.execute("UPDATE rowcast_orphans SET since = 0")  # as if an hour had gone by
    with server, server.client() as admin:
        rows = admin.get("/files?limit=-1&fields=filename_disk,filesize,id").json()["data"]
        names = {row["filename_disk"] for row in rows}
        assert {row["id"] for row in rows} >= set(done)
        wait_until(lambda: {name for name in on_disk(server) if not name.startswith(".partial")} == names)
        for row in rows:
            assert (tmp_path / "uploads" / row["filename_disk"]).stat().st_size == row["filesize"]
    with sqlite3.connect(tmp_path / "data" / "rowcast.db") as database:
        assert database.execute("SELECT count(*) FROM rowcast_orphans").fetchone() == (0,)


def _until_some_are(done: list[str]) -> None:
    wait_until(lambda: len(done) > 2)


def write(server: Server, stop: threading.Event, done: list[str]) -> None:
    """Upload, replace and delete until the server has gone; ``done``: what was acknowledged and stays."""
    with server.client() as client:
        while not stop.is_set():
            try:
                kept, gone = upload(client, os.urandom(9000))["id"], upload(client)["id"]
                done.append(kept)
                client.patch(f"/files/{kept}", files={"file": ("b.txt", os.urandom(5000))})
                client.delete(f"/files/{gone}")
            except (httpx.HTTPError, AssertionError):
                return
