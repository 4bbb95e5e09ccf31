"""The routes that carry the data model between servers: snapshot, difference, apply. Must not know what a snapshot holds."""

from __future__ import annotations

from typing import Any

import msgspec
import yaml
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowcast.api.rest.answer import data, empty
from rowcast.api.rest.multipart import is_multipart, uploaded
from rowcast.api.rest.request import actor, body, engine
from rowcast.engine.model.access import require_admin
from rowcast.engine.model.apply import schema_apply
from rowcast.engine.model.snapshot import schema_difference, schema_snapshot
from rowcast.errors import InvalidPayload, InvalidQuery

_FORMS = {"json": "application/json", "yaml": "text/yaml"}


async def snapshot(request: Request) -> Response:
    asked = request.query_params
    chosen = {"include": _names(asked.get("includeCollections")), "exclude": _names(asked.get("excludeCollections"))}
    found = await schema_snapshot(engine(request), actor(request), **chosen)
    return data(found) if asked.get("export") is None else _download(found, asked["export"])


async def difference(request: Request) -> Response:
    require_admin(actor(request))
    asked, other = request.query_params, await _document(request)
    force, mode = _flag(asked.get("force")), asked.get("mode", "mirror")
    found = await schema_difference(engine(request), actor(request), other, force=force, mode=mode)
    return empty() if found is None else data(found)


async def apply(request: Request) -> Response:
    require_admin(actor(request))
    await schema_apply(
        engine(request), actor(request), await _document(request), force=_flag(request.query_params.get("force"))
    )
    return empty()


async def _document(request: Request) -> Any:
    """The body, or the JSON or YAML file that a form carries. Raises InvalidPayload."""
    if not is_multipart(request):
        return await body(request)
    _, text = await uploaded(request, engine(request).settings.files.import_max_file_size)
    return _parsed(text)


def _parsed(text: bytes) -> Any:
    """JSON is YAML too."""
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        raise InvalidPayload("The file is neither JSON nor YAML") from None


def _download(found: dict[str, Any], form: str) -> Response:
    if form not in _FORMS:
        raise InvalidQuery(f'"export" must be one of [{", ".join(_FORMS)}]')
    text = msgspec.json.encode(found) if form == "json" else yaml.safe_dump(found, sort_keys=False, allow_unicode=True)
    disposition = f'attachment; filename="schema.{form}"'
    return Response(text, media_type=_FORMS[form], headers={"Content-Disposition": disposition})


def _names(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(name.strip() for name in text.split(",") if name.strip())


def _flag(text: str | None) -> bool:
    return text is not None and text.lower() not in ("false", "0")


routes = [
    Route("/schema/snapshot", snapshot, methods=["GET"]),
    Route("/schema/diff", difference, methods=["POST"]),
    Route("/schema/apply", apply, methods=["POST"]),
]
