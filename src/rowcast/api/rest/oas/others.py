"""The paths that are no items: told from the routes themselves, so that none is forgotten. Knows who may use which; must not know
what they do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from starlette.routing import Route

from rowcast.api.rest.items import Door
from rowcast.api.rest.oas.words import BODIES, NOUNS, QUERIES, SUMMARIES, TEXT

Json = dict[str, Any]
METHODS = ("GET", "POST", "PATCH", "DELETE")
FOR_ADMINS = re.compile(
    r"GET /(schema|realtime|permissions/(explain|effective|as)\b)"
    r"|(POST|PATCH|DELETE) /(schema|realtime|collections|fields|relations)"
    r"|POST /(utils/cache|users/\{key\}/tfa)|POST /users/invite$"
)
FOR_USERS = re.compile(
    r"\S+ /((users|roles|policies|permissions)/me|shares/invite|utils/(sort|import|export|revert)|server/health)"
)
_BRACED = re.compile(r"\{(\w+)(?::\w+)?\}")
_VERBS = {"GET": "Read", "POST": "Create", "PATCH": "Change", "DELETE": "Delete"}


def told(routes: Iterable[Route], *, admin: bool, user: bool) -> dict[str, Json]:
    """The paths of those routes that an administrator, a user or anybody may use."""
    paths: dict[str, Json] = {}
    for route in routes:
        if isinstance(getattr(route.endpoint, "__self__", None), Door):
            continue
        path = bare(route.path)
        for method in methods(route):
            if _open(f"{method} {path}", admin=admin, user=user):
                paths.setdefault(path, {}).setdefault(method.lower(), _operation(route, method, path))
    return paths


def bare(path: str) -> str:
    """A path without the forms of its parts, and without a slash at the end."""
    return _BRACED.sub(r"{\1}", path).rstrip("/")


def methods(route: Route) -> list[str]:
    """The methods that are worth telling: of a route that takes whatever comes, the usual two."""
    known = set(route.methods or ())
    return [each for each in METHODS[:2] if set(METHODS) <= known] or [each for each in METHODS if each in known]


def _open(place: str, *, admin: bool, user: bool) -> bool:
    return admin or not (FOR_ADMINS.match(place) or (not user and FOR_USERS.match(place)))


def _operation(route: Route, method: str, path: str) -> Json:
    found: Json = {
        "summary": _summary(route, method, path),
        "operationId": method.lower() + "".join(part.title() for part in re.split(r"\W+|_", path) if part),
        "tags": [path.split("/")[1].title()],
        "responses": {
            "200": {"$ref": "#/components/responses/Answer"},
            "default": {"$ref": "#/components/responses/Refused"},
        },
    }
    braced = [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in _BRACED.findall(path)]
    asked = [{"name": name, "in": "query", "schema": TEXT} for name in QUERIES.get(path, ()) if method == "GET"]
    if braced or asked:
        found["parameters"] = [*braced, *asked]
    if method in ("POST", "PATCH"):
        form = BODIES.get(f"{method} {path}", {})
        found["requestBody"] = {"content": {"application/json": {"schema": form}}}
    return found


def _summary(route: Route, method: str, path: str) -> str:
    """The words for it; of the data model, by its form; else the first sentence of what is written at the handler."""
    family, *rest = path.strip("/").split("/")
    if family in NOUNS:
        many = len(rest) < (1 if family == "collections" else 2) and method != "POST"
        return f"{_VERBS[method]} {'several ' if many and method != 'GET' else ''}{family if many else 'a ' + NOUNS[family]}"
    sentence = " ".join((route.endpoint.__doc__ or "").split()).split(". ")[0].replace("``", "").rstrip(".")
    return SUMMARIES.get(f"{method} {path}") or sentence or f"{_VERBS[method]} {path}"
