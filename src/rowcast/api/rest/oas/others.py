"""The paths that are no items: told from the routes themselves, so that none is forgotten. Knows who may use which, and the bodies
of the most used; must not know what they do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from starlette.routing import Route

from rowcast.api.rest.items import Door

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


def texts(*required: str, **optional: Json) -> Json:
    """An object that needs these texts, and may have these further members."""
    found = {**{name: {"type": "string"} for name in required}, **optional}
    return {"type": "object", "properties": found, **({"required": list(required)} if required else {})}


_TEXT, _MODE = {"type": "string"}, {"type": "string", "enum": ["json", "cookie", "session"]}
BODIES: dict[str, Json] = {
    "POST /auth/login": texts("email", "password", mode=_MODE, otp=_TEXT),
    "POST /auth/refresh": texts(refresh_token=_TEXT, mode=_MODE),
    "POST /auth/logout": texts(refresh_token=_TEXT, mode=_MODE),
    "POST /auth/password/request": texts("email", reset_url=_TEXT),
    "POST /auth/password/reset": texts("token", "password"),
    "POST /users/me/tfa/generate": texts("password"),
    "POST /users/me/tfa/enable": texts("secret", "otp"),
    "POST /users/me/tfa/disable": texts("otp"),
    "POST /users/invite": texts("role", email={"oneOf": [_TEXT, {"type": "array", "items": _TEXT}]}, invite_url=_TEXT),
    "POST /users/invite/accept": texts("token", "password"),
    "POST /users/register": texts("email", "password", first_name=_TEXT, last_name=_TEXT, verification_url=_TEXT),
    "PATCH /users/me/track/page": texts("last_page"),
    "POST /server/setup": texts("code", "email", "password", first_name=_TEXT, last_name=_TEXT, project_name=_TEXT),
    "POST /shares/auth": texts("share", password=_TEXT, mode=_MODE),
}
QUERIES: dict[str, tuple[str, ...]] = {
    "/permissions/explain": ("user", "role", "policy", "collection", "action", "key", "fields", "ip"),
    "/permissions/effective": ("user", "role", "policy", "ip"),
    "/permissions/as": ("user", "role", "policy", "ip", "collection", "fields", "filter", "sort", "limit", "offset"),
    "/users/me": ("fields",),
    "/utils/random/string": ("length",),
    "/users/register/verify-email": ("token",),
}


def told(routes: Iterable[Route], *, admin: bool, user: bool) -> dict[str, Json]:
    """The paths of those routes that an administrator, a user or anybody may use."""
    paths: dict[str, Json] = {}
    for route in routes:
        if isinstance(getattr(route.endpoint, "__self__", None), Door):
            continue
        path = _BRACED.sub(r"{\1}", route.path)
        for method in METHODS:
            if method in (route.methods or ()) and _open(f"{method} {path}", admin=admin, user=user):
                paths.setdefault(path, {}).setdefault(method.lower(), _operation(route, method, path))
    return paths


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
    braced = [{"name": name, "in": "path", "required": True, "schema": _TEXT} for name in _BRACED.findall(path)]
    asked = [{"name": name, "in": "query", "schema": _TEXT} for name in QUERIES.get(path, ()) if method == "GET"]
    if braced or asked:
        found["parameters"] = [*braced, *asked]
    if method in ("POST", "PATCH"):
        form = BODIES.get(f"{method} {path}", {})
        found["requestBody"] = {"content": {"application/json": {"schema": form}}}
    return found


def _summary(route: Route, method: str, path: str) -> str:
    """The first sentence of what is written at the handler."""
    lines = (route.endpoint.__doc__ or "").strip().split("\n\n")[0].split()
    sentence = " ".join(lines).split(". ")[0].replace("``", "").rstrip(".")
    return sentence if sentence and len(sentence) < 120 else f"{_VERBS[method]} {path}"
