"""Whatever is asked over REST gets an answer that is no fault of the server, and the server goes on.

Every route of every family is asked, so that a new one is covered as soon as it is listed.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from rowcast.api.rest.app import FAMILIES, Rest, first_segment
from rowcast.auth import SYSTEM
from rowcast.engine.create import create
from rowcast.engine.engine import Engine
from rowcast.engine.settings import Settings
from rowcast.server.bootstrap import first_start
from rowcast.server.config import ServerSettings
from rowcast.store.open import open_store
from tests.engine.shop import build
from tests.support.good import GOOD_BODIES
from tests.support.nonsense import KEYS, NAMES, PATHS, encoded, odd, queries, spoilt, texts
from tests.support.patience import PATIENCE

COUNT = 6000
FRESH_EVERY = 200
"""Requests after which the database is restored, so that nobody who asks has got rid of himself for good."""
TOKENS = {"admin": "tok-admin", "reader": "tok-reader", "public": None, "nobody": "no such token"}


def routes() -> list[tuple[str, str]]:
    """(method, path) of every route."""
    found: list[Route] = []
    for name in FAMILIES:
        found += importlib.import_module(f"rowcast.api.rest.{name}").routes
    return sorted({(method, route.path) for route in found for method in route.methods or ()})


@dataclass
class Request:
    """One request, as it stands on the wire."""

    method: str
    path: str
    query: bytes
    token: str | None
    media_type: str
    body: bytes


ROUTES = st.sampled_from(routes())
PARTS: dict[str, st.SearchStrategy[str]] = {
    "collection": st.sampled_from([*NAMES, "nowhere", *KEYS]),
    "field": st.sampled_from([*PATHS[:20], *KEYS]),
}
"""Values for the parameters of a path; for any other: keys."""
OTHER_PARTS = st.sampled_from(KEYS)
TAILS = st.sampled_from([""] * 60 + ["/", "//", "/x", "%2f", "/../x", "\x7f"])
MEDIA_TYPES = st.sampled_from(["application/json"] * 9 + ["", "text/plain", "multipart/form-data; boundary=x", "é/é"])
ASKERS = st.sampled_from(["admin"] * 6 + ["reader", "reader", "public", "nobody"])
PARAMETERS = st.sampled_from(
    [
        "filter[pages][_gt]", "filter[", "deep[reviews][_limit]", "sort[]", "fields[0]", "limit", "meta", "a[]b", "export",
        "version", "access_token", "search", "length", "page", "ip", "user", "collection", "action", "key",
    ]
)  # fmt: skip
FORM = b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\nContent-Type: %s\r\n\r\n%s\r\n--x--'
FORMS = st.sampled_from(
    [
        FORM % (kind, text)
        for kind in (b"text/csv", b"application/json", b"x")
        for text in (b"a,b\n1", b"[{}]", b'"', b"{")
    ]
)
ANY_BODY = texts(spoilt([part for bodies in GOOD_BODIES.values() for part in bodies]))


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """A request to any route."""
    method, template = draw(ROUTES)
    path = re.sub(r"\{(\w+)[^}]*\}", lambda found: quote(draw(PARTS.get(found[1], OTHER_PARTS)), safe="%"), template)
    body = b"" if method in ("GET", "HEAD") else draw(body_of(first_segment(template)))
    token = TOKENS[draw(ASKERS)]
    return Request(method, path + draw(TAILS), draw(QUERY_STRINGS), token, draw(MEDIA_TYPES), body)


@cache
def body_of(family: str) -> st.SearchStrategy[bytes]:
    """Bodies for a family of routes: mostly its own, spoilt."""
    own = texts(spoilt(GOOD_BODIES.get(family, GOOD_BODIES["items"])))
    return st.one_of(own, own, ANY_BODY, FORMS)


def _pairs(query: Any) -> bytes:
    members = query.items() if isinstance(query, dict) else [("filter", query)]
    pairs = [(name, value if isinstance(value, str) else encoded(value)) for name, value in members]
    return urlencode(pairs, errors="replace").encode()


def _written(pairs: list[tuple[str, Any]]) -> bytes:
    return urlencode([(name, str(value)) for name, value in pairs], errors="replace").encode()


QUERY_STRINGS = st.one_of(
    st.just(b""),
    queries.map(_pairs),
    st.lists(st.tuples(PARAMETERS, odd), max_size=3).map(_written),
    st.binary(max_size=12),
)


@dataclass
class Platform:
    """The application on a database that can be restored."""

    runner: asyncio.Runner
    kept: Path
    path: Path
    engine: Engine | None = None
    asked: int = 0

    def restore(self) -> None:
        """Begin again with the database as it was."""
        self.close()
        for name in self.path.parent.glob(self.path.name + "*"):
            name.unlink()
        shutil.copy(self.kept, self.path)
        self.engine = opened(self.path)
        self.runner.run(self.engine.open())
        self.app = Rest(self.engine)

    def close(self) -> None:
        """Let go of the database."""
        if self.engine is not None:
            self.runner.run(self.engine.close())

    def ask(self, request: Request) -> tuple[int, bytes]:
        """Status and body of the answer."""
        if self.asked % FRESH_EVERY == 0:
            self.restore()
        self.asked += 1
        return self.runner.run(answer(self.app, request))


def opened(path: Path, query_timeout: float = 2.0) -> Engine:
    known = Settings(
        "for tests only, thirty-two bytes or more", login_stall_time=0, register_stall_time=0, max_batch_mutation=50
    )
    return Engine(open_store(f"sqlite:///{path}", query_timeout=query_timeout), known)


async def prepare(path: Path) -> None:
    """The shop, with rows, an administrator and one who may read a part."""
    await build(path)
    engine = opened(path, query_timeout=PATIENCE)
    await engine.open()
    await first_start(engine, ServerSettings(admin_password="pw", admin_token="tok-admin"))
    mine = {"author": {"name": {"_eq": "$CURRENT_USER.first_name"}}}
    rules: list[dict[str, Any]] = [
        {"collection": "books", "action": action, "permissions": mine, "fields": ["id", "title", "reviews"]}
        for action in ("read", "update", "delete", "create")
    ]
    rules.append({"collection": "reviews", "action": "read", "permissions": {}, "fields": ["*"]})
    policy = {"policy": {"name": "reader", "app_access": True, "permissions": rules}}
    await create(
        engine, SYSTEM, "directus_users", {"email": "r@example.com", "token": "tok-reader", "policies": [policy]}
    )
    await create(
        engine,
        SYSTEM,
        "books",
        [{"title": "a", "pages": 1, "reviews": [{"stars": 3}]}, {"title": "b", "author": {"name": "n"}}],
    )
    await engine.close()


async def answer(app: Rest, request: Request) -> tuple[int, bytes]:
    """Ask the application as a server would."""
    parts: list[bytes] = []
    status = 0
    arriving = [{"type": "http.request", "body": request.body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return arriving.pop() if arriving else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)
        parts.append(message.get("body", b""))

    headers = [(b"content-type", request.media_type.encode()), (b"host", b"localhost")]
    if request.token:
        headers.append((b"authorization", f"Bearer {request.token}".encode()))
    scope: dict[str, Any] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": request.method, "scheme": "http",
        "path": unquote(request.path), "raw_path": request.path.encode(), "query_string": request.query, "root_path": "",
        "headers": headers, "client": ("127.0.0.1", 1), "server": ("localhost", 80), "state": {},
    }  # fmt: skip
    await app(scope, receive, send)
    return status, b"".join(parts)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform for all requests, since one takes a millisecond and a new platform a second."""
    directory = tmp_path_factory.mktemp("nonsense")
    with asyncio.Runner() as runner:
        made = Platform(runner, directory / "kept.db", directory / "data.db")
        runner.run(prepare(made.kept))
        yield made
        made.close()


@settings(
    max_examples=COUNT,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(request=requests())
def test_nothing_is_a_fault_of_the_server(platform: Platform, request: Request) -> None:
    status, body = platform.ask(request)
    assert 200 <= status < 500, body
    if status >= 400 and request.method != "HEAD":
        assert json.loads(body)["errors"]


def test_the_server_goes_on(platform: Platform) -> None:
    status, body = platform.ask(Request("GET", "/items/books", b"fields=title", "tok-admin", "", b""))
    assert (status, json.loads(body)) == (200, {"data": [{"title": "a"}, {"title": "b"}]})


def test_every_family_has_routes() -> None:
    known: Sequence[tuple[str, str]] = routes()
    assert len(known) > 100
    assert {first_segment(path) for _, path in known} >= {"items", "users", "auth", "collections", "utils", "server"}
