"""The routes under ``/utils``: sort, import, revert and small helpers. Must not know how they are done."""

from __future__ import annotations

import secrets
import string
from typing import get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest import forms
from rowcast.api.rest.answer import data, empty
from rowcast.api.rest.multipart import uploaded
from rowcast.api.rest.request import actor, engine, key, object_body
from rowcast.engine.files.exported import begin_export
from rowcast.engine.revert import revert
from rowcast.engine.sort import sort
from rowcast.engine.transfer.exporting import TYPES
from rowcast.engine.transfer.importbatch import Mode, import_batch
from rowcast.engine.transfer.importing import import_items
from rowcast.errors import Forbidden, InvalidPayload, InvalidQuery, UnsupportedMediaType

LETTERS = string.ascii_letters + string.digits + "_-"
LONGEST = 500


async def sort_item(request: Request) -> Response:
    """``POST /utils/sort/:collection`` with ``{item, to}``."""
    moved = await object_body(request)
    for name in ("item", "to"):
        if not isinstance(moved.get(name), str | int) or isinstance(moved[name], bool):
            raise InvalidPayload(f'"{name}" has to be a key')
    await sort(engine(request), actor(request), _own(request), moved["item"], moved["to"])
    return Response(status_code=200)


async def import_file(request: Request) -> Response:
    """``POST /utils/import/:collection`` with a file in a multipart form."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "multipart/form-data":
        sentence = f'Unsupported media type "{media_type}" in Content-Type header.'
        raise UnsupportedMediaType(sentence, mediaType=media_type, where="Content-Type header")
    kind, content = await _uploaded(request)
    await import_items(engine(request), actor(request), _own(request), kind, content)
    return Response(status_code=200)


async def import_several(request: Request) -> Response:
    """``POST /utils/import`` with a JSON file of ``[{collection, items}]`` in a multipart form; ``mode``, ``dryRun`` and
    ``dangerouslyAllowDelete`` in the query."""
    asked: Mode | None = forms.choice(dict(request.query_params), "mode", get_args(Mode))
    mode, dry = asked or "add", _truth(request, "dryRun")
    kind, content = await _uploaded(request)
    if kind != "application/json":
        sentence = f'Unsupported media type "{kind}" in file import.'
        raise UnsupportedMediaType(sentence, mediaType=kind, where="file import")
    delete = _truth(request, "dangerouslyAllowDelete")
    done = await import_batch(engine(request), actor(request), content, mode, dry=dry, delete=delete)
    return data({"applied": not dry, "mode": mode, "collections": done})


async def export_file(request: Request) -> Response:
    """``POST /utils/export/:collection`` with ``{format, query, file}``: begin to write the rows into a file."""
    given = await object_body(request)
    asked, said = given.get("query"), given.get("file") or {}
    if not isinstance(asked, dict) or not isinstance(said, dict):
        raise InvalidPayload('"query" and "file" must be objects')
    form = forms.choice(given, "format", tuple(TYPES))
    if form is None:
        raise InvalidPayload('"format" is required')
    await begin_export(engine(request), actor(request), _own(request), form, asked, said)
    return empty()


async def revert_item(request: Request) -> Response:
    """``POST /utils/revert/:revision``."""
    await revert(engine(request), actor(request), key(request, "revision"))
    return empty()


async def random_string(request: Request) -> Response:
    """``GET /utils/random/string?length=32``."""
    text = request.query_params.get("length", "32")
    return data(random_text(int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0))


def random_text(length: int) -> str:
    """That many letters, digits and signs. Raises InvalidQuery."""
    if not 1 <= length <= LONGEST:
        raise InvalidQuery(f'"length" must be a number from 1 to {LONGEST}')
    return "".join(secrets.choice(LETTERS) for _ in range(length))


async def clear_cache(request: Request) -> Response:
    """``POST /utils/cache/clear``, for administrators: forget every plan."""
    if not actor(request).admin:
        raise Forbidden()
    served = engine(request)
    served.plans.clear(served.schema)
    return Response(status_code=200)


async def _uploaded(request: Request) -> tuple[str, bytes]:
    """Media type and content of the file to import."""
    return await uploaded(request, engine(request).settings.files.import_max_file_size)


def _truth(request: Request, name: str) -> bool:
    return request.query_params.get(name, "false") in ("true", "1", "")


def _own(request: Request) -> str:
    """The collection of the path; system collections are not sorted or imported here."""
    name: str = key(request, "collection")
    if name.startswith("directus_"):
        raise Forbidden()
    return name


routes = [
    Route("/utils/sort/{collection}", sort_item, methods=["POST"]),
    Route("/utils/import/{collection}", import_file, methods=["POST"]),
    Route("/utils/import", import_several, methods=["POST"]),
    Route("/utils/export/{collection}", export_file, methods=["POST"]),
    Route("/utils/revert/{revision}", revert_item, methods=["POST"]),
    Route("/utils/random/string", random_string, methods=["GET"]),
    Route("/utils/cache/clear", clear_cache, methods=["POST"]),
]
