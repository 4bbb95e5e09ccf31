"""The Studio's files under ``/admin``: which file, how long it may be kept, what it may load. Must not know
what the pages do.

The set of files is read once, so a path can only ever name one of them. Pages have addresses of their own; a path that names no
file is one of those and gets the index. The index names the place of all others in its ``<base>``; where the application is
mounted below a path, that is told there.
"""

from __future__ import annotations

import hashlib
import html
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

FOLDER = Path(__file__).parent.parent / "studio" / "dist"
PREFIX = "/admin"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # the components write sizes and positions as styles
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
_SAFE = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One built file: its bytes by content coding ("" is plain), its type and its tag."""

    bodies: Mapping[str, bytes]
    type: str
    tag: str
    named_by_content: bool


class Studio:
    """Answers ``/`` and everything under ``/admin``; the rest is ``app``'s. ``folder``: where the build wrote its files."""

    def __init__(self, app: ASGIApp, folder: Path = FOLDER) -> None:
        self._app = app
        self._folder = folder
        self._assets: Mapping[str, Asset] = assets(folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and (path == "/" or path == PREFIX or path.startswith(f"{PREFIX}/")):
            await self.answer(Request(scope))(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def answer(self, request: Request) -> Response:
        """The answer to a request for a page or one of its files."""
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("Method not allowed", 405, {"Allow": "GET, HEAD"})
        path: str = request.scope["path"]
        if path in ("/", PREFIX):
            return RedirectResponse(f"{root_of(request.scope)}{PREFIX}/", 302)
        if not self._assets:  # it may have been built since
            self._assets = assets(self._folder)
        return self._file(path.removeprefix(f"{PREFIX}/"), request.headers, root_of(request.scope))

    def _file(self, name: str, headers: Headers, root: str) -> Response:
        index = self._assets.get("index.html")
        if index is None:
            return unbuilt(self._folder)
        asset = self._assets.get(name, index)
        if asset is index and name.startswith("assets/"):
            return PlainTextResponse("There is no such file", 404, _SAFE)
        return served(mounted(asset, root) if asset is index and root else asset, headers)


def root_of(scope: Scope) -> str:
    """The path that the application is mounted at, as the browser sees it; empty: none."""
    root: str = scope.get("rowcast.root") or scope.get("root_path", "")
    return root.rstrip("/")


def mounted(index: Asset, root: str) -> Asset:
    """The index as it is below that path."""
    base = f'<base href="{html.escape(quote(root))}{PREFIX}/"'.encode()
    body = index.bodies[""].replace(b'<base href="/admin/"', base, 1)
    return Asset({"": body}, index.type, tag_of(body), index.named_by_content)


def served(asset: Asset, asked: Headers) -> Response:
    """The file in the best coding that is accepted, or 304 when it is known already."""
    kept = "public, max-age=31536000, immutable" if asset.named_by_content else "no-cache"
    headers = {**_SAFE, "Cache-Control": kept, "ETag": asset.tag, "Vary": "Accept-Encoding"}
    if asset.tag in asked.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    accepted = {part.split(";")[0].strip() for part in asked.get("accept-encoding", "").split(",")}
    coding = next((name for name, _ in _ENCODINGS if name in accepted and name in asset.bodies), "")
    if coding:
        headers["Content-Encoding"] = coding
    return Response(asset.bodies[coding], media_type=asset.type, headers=headers)


def assets(folder: Path) -> dict[str, Asset]:
    """All files of a build by their path below ``folder``; empty when there is none."""
    suffixes = tuple(suffix for _, suffix in _ENCODINGS)
    files = [file for file in folder.rglob("*") if file.is_file() and not file.name.endswith(suffixes)]
    return {file.relative_to(folder).as_posix(): asset_of(file, folder) for file in files}


def asset_of(file: Path, folder: Path) -> Asset:
    """One file with the codings that the build put beside it."""
    bodies = {"": file.read_bytes()}
    for coding, suffix in _ENCODINGS:
        packed = file.with_name(file.name + suffix)
        if packed.is_file():
            bodies[coding] = packed.read_bytes()
    type_ = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Asset(bodies, type_, tag_of(bodies[""]), (folder / "assets") in file.parents)


def tag_of(body: bytes) -> str:
    """The entity tag of a file's content."""
    return f'"{hashlib.sha256(body).hexdigest()[:20]}"'


def unbuilt(folder: Path) -> Response:
    """The page that says why there is no Studio. The build leaves its reason in ``unbuilt.txt`` beside the folder."""
    note = folder.with_name("unbuilt.txt")
    reason = note.read_text("utf-8") if note.is_file() else "It has not been built yet."
    return HTMLResponse(_UNBUILT.format(reason=html.escape(reason)), 503, {**_SAFE, "Cache-Control": "no-store"})


_UNBUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Rowcast: no Studio</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:4rem auto;padding:0 1rem}}
pre{{white-space:pre-wrap;background:#f4f4f5;color:#18181b;padding:1rem;border-radius:.5rem}}</style></head>
<body><main><h1>The Studio is not here</h1><p>The server works; only the web app was not built when it was installed:</p>
<pre>{reason}</pre><p>Build it with <code>python hatch_build.py</code> in the project's folder, then load this page again.</p>
</main></body></html>
"""
