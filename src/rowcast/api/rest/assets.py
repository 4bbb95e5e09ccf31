"""``/assets``: the bytes of files, whole, in part, as another picture, or several as an archive. Must not know where
they are kept or how pictures are made."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from rowcast.api.rest.answer import disposition, failure
from rowcast.api.rest.request import actor, engine, object_body
from rowcast.engine.files.archive import archive_files, archive_folder
from rowcast.engine.files.asset import Asset, asset
from rowcast.errors import InvalidPayload, RangeNotSatisfiable

WISHES = ("key", "width", "height", "fit", "format", "quality", "withoutEnlargement", "transforms")
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_EXTENSION = re.compile(r"(?<=^.{36})\.\w{1,10}$")
"""What may follow the key of a file in an address (``/assets/<key>.jpg``), since some programs go by that."""
_SHOWN = re.compile(r"(image|audio|video|font)/.+|application/(pdf|json)|text/(plain|csv|markdown)")
"""What a browser may show by itself; everything else is to be saved: a page from a stranger must not run as one of ours."""
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; "
    "font-src 'self' data:; object-src 'self'; frame-ancestors 'self'",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_SANDBOXED = re.compile(r"image/svg.*|.*(html|xml).*")


async def show(request: Request) -> Response:
    """``GET /assets/:key[.jpg][/:name]``."""
    given = request.query_params
    wanted = {name: given[name] for name in WISHES if name in given}
    key = _EXTENSION.sub("", request.path_params["key"])
    found = await asset(engine(request), actor(request), key, wanted, _accepted(request.headers))
    headers = _headers(request, found)
    if _is_known(request.headers, found):
        return Response(status_code=304, headers=headers)
    try:
        start, end = _part(request.headers, found)
    except RangeNotSatisfiable as error:
        return failure(error, {"Content-Range": f"bytes */{found.size}"})
    headers["Content-Length"] = str(end - start)
    partial = (start, end) != (0, found.size)
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{found.size}"
    if request.method == "HEAD":
        return Response(status_code=206 if partial else 200, headers=headers)
    return StreamingResponse(found.read(start, end), 206 if partial else 200, headers)


async def zip_files(request: Request) -> Response:
    """``POST /assets/files`` with ``{ids}``: these files as an archive."""
    keys = (await object_body(request)).get("ids")
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise InvalidPayload('"ids" must be a list of keys')
    return _archive("files.zip", await archive_files(engine(request), actor(request), keys))


async def zip_folder(request: Request) -> Response:
    """``POST /assets/folder/:key``: what is in the folder and below, as an archive."""
    name, parts = await archive_folder(engine(request), actor(request), request.path_params["key"])
    return _archive(f"{name}.zip", parts)


def _archive(name: str, parts: Any) -> Response:
    headers = {"Content-Disposition": disposition("attachment", name), "Cache-Control": "private, no-store"}
    return StreamingResponse(parts, headers=headers, media_type="application/zip")


def _headers(request: Request, found: Asset) -> dict[str, str]:
    """All that is told besides the bytes."""
    saved = "download" in request.query_params or not _SHOWN.fullmatch(found.type)
    who = "private" if actor(request).user or actor(request).share else "public"
    headers = {
        **_SAFE,
        "Content-Type": found.type,
        "Content-Disposition": disposition("attachment" if saved else "inline", found.name),
        "Accept-Ranges": "bytes",
        "ETag": f'"{found.tag}"',
        "Last-Modified": format_datetime(found.modified, usegmt=True),
        "Cache-Control": f"{who}, max-age={engine(request).settings.assets.cache_ttl}",
    }
    if _SANDBOXED.fullmatch(found.type):
        headers["Content-Security-Policy"] += "; sandbox"
    if found.varies:
        headers["Vary"] = "Accept"
    return headers


def _accepted(headers: Headers) -> Sequence[str]:
    return [part.partition(";")[0].strip().lower() for part in headers.get("accept", "").split(",")]


def _is_known(headers: Headers, found: Asset) -> bool:
    """Whether the asker has these bytes already (RFC 9110, 13.2.2)."""
    if (tags := headers.get("if-none-match")) is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return "*" in known or f'"{found.tag}"' in known
    since = _moment(headers, "if-modified-since")
    return since is not None and found.modified.timestamp() <= since


def _part(headers: Headers, found: Asset) -> tuple[int, int]:
    """The part of the bytes that is asked for; all of them where it is said in a way that we need not know. Raises
    RangeNotSatisfiable."""
    match = _RANGE.fullmatch(headers.get("range", "").replace(" ", ""))
    if match is None or match.groups() == ("", "") or not _still_holds(headers, found):
        return 0, found.size
    first, last = match.groups()
    if not first:
        start, end = max(0, found.size - int(last)), found.size
    else:
        start, end = int(first), min(int(last) + 1, found.size) if last else found.size
    if start >= found.size or start >= end:
        raise RangeNotSatisfiable(f"The range lies outside of the {found.size} bytes.")
    return start, end


def _still_holds(headers: Headers, found: Asset) -> bool:
    """``If-Range``: the part is wanted only of bytes that are still the same."""
    condition: Mapping[str, str] | str | None = headers.get("if-range")
    if condition is None or condition == f'"{found.tag}"':
        return True
    return _moment(headers, "if-range") == found.modified.timestamp()


def _moment(headers: Headers, name: str) -> float | None:
    try:
        return parsedate_to_datetime(headers.get(name, "")).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


routes = [
    Route("/assets/files", zip_files, methods=["POST"]),
    Route("/assets/files/", zip_files, methods=["POST"]),
    Route("/assets/folder/{key}", zip_folder, methods=["POST"]),
    Route("/assets/{key}", show, methods=["GET"]),
    Route("/assets/{key}/{name}", show, methods=["GET"]),
]
