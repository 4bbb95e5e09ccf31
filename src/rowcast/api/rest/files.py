"""``/files`` beyond items: taking bytes in, from a form or from an address. Must not know where they are kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest import forms
from rowcast.api.rest.answer import data, empty
from rowcast.api.rest.items import Door, answer_written, of_system
from rowcast.api.rest.multipart import Field, FilePart, Form, is_multipart
from rowcast.api.rest.request import actor, engine, object_body, query
from rowcast.engine.files.fetched import import_file
from rowcast.engine.files.library import FILES
from rowcast.engine.files.upload import Incoming, replace, upload
from rowcast.engine.read import answerable, read_one
from rowcast.engine.update import update
from rowcast.errors import Forbidden, InvalidPayload
from rowcast.schema import Collection

DOOR = Door(of_system("files"))
_WORDS = {"true": True, "false": False, "null": None}


async def create(request: Request) -> Response:
    """New files from a form: what is said about each stands before it. JSON makes rows without bytes."""
    if not is_multipart(request):
        return await DOOR.create(request)
    await answerable(engine(request), actor(request), FILES, query(request))
    keys = [await upload(engine(request), actor(request), each) async for each in _incoming(request)]
    if not keys:
        raise InvalidPayload("No files were included in the body")
    return await (_one(request, keys[0]) if len(keys) == 1 else answer_written(request, FILES, keys, query(request)))


async def change(request: Request) -> Response:
    """Change what is said about a file; a form may bring new bytes as well."""
    if not is_multipart(request):
        return await DOOR.update(request)
    await answerable(engine(request), actor(request), FILES, query(request))
    key, said, done = str(request.path_params["key"]), {}, ""
    async for part in Form(request).parts():
        if isinstance(part, Field):
            said[part.name] = part.value
        elif done:
            raise InvalidPayload("A file is replaced by one file")
        else:
            done = await replace(engine(request), actor(request), key, _file(request, part, said))
    if not done:
        given = _typed(engine(request).schema.collections[FILES], said)
        done = str((await update(engine(request), actor(request), FILES, given, keys=[key]) or [""])[0])
    if not done:
        raise Forbidden
    return await _one(request, done)


async def fetch(request: Request) -> Response:
    """``POST /files/import`` with ``{url, data?}``: a new file of what is at that address."""
    given = await object_body(request)
    said = given.get("data") or {}
    if not isinstance(said, dict):
        raise InvalidPayload('"data" must be an object')
    await answerable(engine(request), actor(request), FILES, query(request))
    key = await import_file(engine(request), actor(request), forms.required(given, "url"), said)
    return await _one(request, key)


async def _one(request: Request, key: str) -> Response:
    """The file as its writer may read it; 204 when there is no right to read it."""
    try:
        return data(await read_one(engine(request), actor(request), FILES, key, query(request)))
    except Forbidden:
        return empty()


async def _incoming(request: Request) -> AsyncIterator[Incoming]:
    """The files of the form, each with the fields between it and the file before."""
    said: dict[str, str] = {}
    async for part in Form(request).parts():
        if isinstance(part, Field):
            said[part.name] = part.value
        else:
            yield _file(request, part, said)
            said = {}


def _file(request: Request, part: FilePart, said: dict[str, str]) -> Incoming:
    if not part.filename:
        raise InvalidPayload(f'The file "{part.name}" has no name')
    return Incoming(part.filename, part.type, part.chunks, _typed(engine(request).schema.collections[FILES], said))


def _typed(collection: Collection, said: dict[str, str]) -> dict[str, Any]:
    """Texts of a form as values: ``null``, ``true`` and ``false`` are what they say, lists and objects are JSON."""
    return {name: _value(collection, name, text) for name, text in said.items()}


def _value(collection: Collection, name: str, text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    field = collection.fields.get(name)
    if field is not None and field.type in ("json", "csv") and text[:1] in ("[", "{"):
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            raise InvalidPayload(f'"{name}" is no JSON') from None
    return text


routes = [
    Route("/files/import", fetch, methods=["POST"]),
    Route("/files", create, methods=["POST"]),
    Route("/files/{key}", change, methods=["PATCH"]),
]
