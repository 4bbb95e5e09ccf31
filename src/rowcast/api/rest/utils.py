"""The routes under ``/utils``: sort, import, revert and small helpers. Must not know how they are done."""

from __future__ import annotations

import secrets
import string

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest.answer import data, empty
from rowcast.api.rest.request import actor, engine, object_body
from rowcast.engine.importing import import_items
from rowcast.engine.revert import revert
from rowcast.engine.sort import sort
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


async def revert_item(request: Request) -> Response:
    """``POST /utils/revert/:revision``."""
    await revert(engine(request), actor(request), request.path_params["revision"])
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
    """Media type and content of the first file of the form."""
    try:
        async with request.form(max_files=1, max_fields=100) as form:
            for part in form.values():
                if isinstance(part, UploadFile):
                    return (part.content_type or "").partition(";")[0].strip().lower(), await part.read()
    except MultiPartException as error:
        raise InvalidPayload(f"The form can't be read: {error.message}") from None
    raise InvalidPayload("No file was included in the body")


def _own(request: Request) -> str:
    """The collection of the path; system collections are not sorted or imported here."""
    name: str = request.path_params["collection"]
    if name.startswith("directus_"):
        raise Forbidden()
    return name


routes = [
    Route("/utils/sort/{collection}", sort_item, methods=["POST"]),
    Route("/utils/import/{collection}", import_file, methods=["POST"]),
    Route("/utils/revert/{revision}", revert_item, methods=["POST"]),
    Route("/utils/random/string", random_string, methods=["GET"]),
    Route("/utils/cache/clear", clear_cache, methods=["POST"]),
]
