"""The whole document: what there is, for somebody with these rights. Must not know how rights are found out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.routing import Route

from rowcast.api.rest.oas import items, others, shapes
from rowcast.schema import Schema
from rowcast.version import __version__

Json = dict[str, Any]
_CODE = {"type": "object", "properties": {"code": {"type": "string", "example": "FORBIDDEN"}}}
_ERROR = {"type": "object", "properties": {"message": {"type": "string"}, "extensions": _CODE}}
_TEXT, _COUNT = {"type": "string"}, {"type": "integer"}
_OBJECT = {"application/json": {"schema": {"type": "object"}}}
_QUERY: dict[str, tuple[Json, str]] = {
    "fields": ({"schema": _TEXT}, "Comma list of fields; through relations with dots (`author.name`), `*` for all."),
    "filter": ({"content": _OBJECT}, 'As JSON: `{"title":{"_contains":"a"}}`.'),
    "search": ({"schema": _TEXT}, "Items that have this in any of their texts."),
    "sort": ({"schema": _TEXT}, "Comma list of fields; a minus before one turns it round."),
    "limit": ({"schema": _COUNT}, "How many; `-1` for all."),
    "offset": ({"schema": _COUNT}, "How many to leave out at the beginning."),
    "page": ({"schema": _COUNT}, "In place of `offset`: which page of `limit` items."),
    "aggregate": ({"content": _OBJECT}, 'As JSON: `{"count":"*"}`.'),
    "groupBy": ({"schema": _TEXT}, "Comma list of fields to aggregate by."),
    "deep": ({"content": _OBJECT}, "Filter, sort and limit of related items, as JSON."),
    "alias": ({"content": _OBJECT}, "Other names for fields, as JSON."),
    "meta": ({"schema": _TEXT}, "`total_count`, `filter_count` or `*`."),
    "export": ({"schema": {"type": "string", "enum": ["csv", "json", "xml", "yaml"]}}, "The answer as a file."),
}


def document(
    schema: Schema,
    granted: Mapping[str, items.Grants],
    routes: Iterable[Route],
    *,
    admin: bool,
    user: bool,
    about: Json,
) -> Json:
    """OpenAPI 3.0. ``granted``: rights by collection and action; ``routes``: all that there are; ``about``: ``title``,
    ``description`` and ``server`` (its address)."""
    named = names(schema)
    readable = {name for name, grants in granted.items() if grants.get("read", {}).get("access", "none") != "none"}
    found = [
        items.told(
            schema,
            schema.collections[name],
            grants,
            lambda each: named[each] if each in readable else None,
            named[name],
        )
        for name, grants in granted.items()
    ]
    paths = others.told(routes, admin=admin, user=user)
    for each in found:
        for path, verbs in each.paths.items():
            paths[path] = {**paths.get(path, {}), **verbs}
    components = {name: shape for each in found for name, shape in each.components.items()}
    return _whole(paths, components, about)


def names(schema: Schema) -> dict[str, str]:
    """What the component of each collection is called; all differ."""
    found: dict[str, str] = {}
    for name in schema.collections:
        wished, taken = shapes.component(name), set(found.values())
        found[name] = next(each for each in _numbered(wished) if each not in taken)
    return found


def _numbered(wished: str) -> Iterable[str]:
    yield wished
    yield from (f"{wished}{number}" for number in range(2, 100_000))


def _whole(paths: Mapping[str, Json], components: Mapping[str, Json], about: Json) -> Json:
    tags = sorted(
        {tag for verbs in paths.values() for verb in verbs.values() if isinstance(verb, dict) for tag in verb["tags"]}
    )
    return {
        "openapi": "3.0.3",
        "info": {"title": about["title"], "description": about["description"], "version": __version__},
        "servers": [{"url": about["server"]}],
        "tags": [{"name": tag} for tag in tags],
        "paths": dict(sorted((_known(path), _renamed(verbs)) for path, verbs in paths.items())),
        "components": {
            "schemas": {**components, **_schemas()},
            "parameters": {_title(name): _parameter(name) for name in _QUERY},
            "responses": _responses(),
            "securitySchemes": {
                "Token": {"type": "http", "scheme": "bearer"},
                "TokenInAddress": {"type": "apiKey", "in": "query", "name": "access_token"},
            },
        },
        "security": [{}, {"Token": []}, {"TokenInAddress": []}],
    }


def _known(path: str) -> str:
    """The path with the name for keys that programs made for the reference look for."""
    return path.replace("{key}", "{id}")


def _renamed(verbs: Json) -> Json:
    """The path's own parameter and those of its verbs, named alike."""
    return {name: _alike(each) if name == "parameters" else _alike_within(each) for name, each in verbs.items()}


def _alike_within(operation: Json) -> Json:
    told = operation.get("parameters")
    return {**operation, "parameters": _alike(told)} if told else operation


def _alike(parameters: Iterable[Json]) -> list[Json]:
    return [
        {**each, "name": "id"} if (each.get("in"), each.get("name")) == ("path", "key") else each for each in parameters
    ]


def _schemas() -> Json:
    counts = {"total_count": _COUNT, "filter_count": _COUNT}
    errors = {"type": "object", "properties": {"errors": {"type": "array", "items": _ERROR}}}
    return {"Meta": {"type": "object", "properties": counts}, "Errors": errors}


def _responses() -> Json:
    answer = {"type": "object", "properties": {"data": {}}}
    refused = {"$ref": "#/components/schemas/Errors"}
    return {
        "Answer": {"description": "Done", "content": {"application/json": {"schema": answer}}},
        "Refused": {"description": "Refused, and why", "content": {"application/json": {"schema": refused}}},
    }


def _parameter(name: str) -> Json:
    form, description = _QUERY[name]
    return {"name": name, "in": "query", "description": description, **form}


def _title(name: str) -> str:
    return name[:1].upper() + name[1:]
