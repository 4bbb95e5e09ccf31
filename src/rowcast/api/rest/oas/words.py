"""What the paths beyond items are for, in a few words each, and the bodies and questions that they take. Data only."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

SUMMARIES = {
    "GET /auth": "Ways to sign in",
    "POST /auth/login": "Sign in",
    "POST /auth/refresh": "Renew tokens or the session",
    "POST /auth/logout": "Sign out",
    "POST /auth/password/request": "Ask for a link to choose a new password",
    "POST /auth/password/reset": "Choose a new password with that link's token",
    "GET /users/me": "Read one's own row",
    "PATCH /users/me": "Change one's own row",
    "PATCH /users/me/track/page": "Note the page that was last open",
    "POST /users/me/tfa/generate": "Make a secret for the second factor",
    "POST /users/me/tfa/enable": "Switch the second factor on",
    "POST /users/me/tfa/disable": "Switch the second factor off",
    "POST /users/{key}/tfa/disable": "Switch another user's second factor off",
    "POST /users/invite": "Invite people by mail",
    "POST /users/invite/accept": "Accept an invitation with a password",
    "POST /users/register": "Register",
    "GET /users/register/verify-email": "Confirm an address",
    "GET /roles/me": "Read one's own roles",
    "GET /policies/me/globals": "Read the flags of one's own policies",
    "GET /permissions/me": "Read one's own rights",
    "GET /permissions/me/{collection}": "Read one's own rights to a singleton",
    "GET /permissions/me/{collection}/{key}": "Read one's own rights to one item",
    "GET /permissions/effective": "Read what somebody may do",
    "GET /permissions/as": "Read items as somebody else would get them",
    "GET /permissions/explain": "Explain why somebody may do something, or not",
    "POST /shares/auth": "Enter by a share",
    "GET /shares/info/{key}": "Read what a share tells everybody",
    "POST /shares/invite": "Mail the link of a share",
    "GET /schema/snapshot": "Read the data model as one document",
    "POST /schema/diff": "Compare the data model with a document",
    "POST /schema/apply": "Make the data model as a comparison says",
    "POST /utils/sort/{collection}": "Move an item in the order by hand",
    "POST /utils/import/{collection}": "Create items from a file",
    "POST /utils/import": "Create items of several collections from files",
    "POST /utils/export/{collection}": "Write items into a stored file",
    "POST /utils/revert/{revision}": "Take an item back to a revision",
    "GET /utils/random/string": "Make a random text",
    "POST /utils/cache/clear": "Forget what was kept to be faster",
    "GET /server/ping": "Ask whether the server is there",
    "GET /server/info": "Read what the server is",
    "GET /server/health": "Ask whether the server is well",
    "POST /server/setup": "Make the first administrator",
    "GET /server/specs/oas": "Read this description",
    "GET /server/specs/graphql": "Read the GraphQL types of items",
    "GET /server/specs/graphql/system": "Read the GraphQL types of system collections",
    "GET /graphql": "Ask for items in GraphQL, in the address",
    "POST /graphql": "Ask for and change items in GraphQL",
    "GET /graphql/system": "Ask for system collections in GraphQL, in the address",
    "POST /graphql/system": "Ask for and change system collections in GraphQL",
    "GET /realtime/connections": "List open connections",
    "DELETE /realtime/connections/{number}": "Close a connection",
    "GET /realtime/views": "List what is subscribed to",
    "GET /realtime/figures": "Read the counts since the start",
    "GET /realtime/commits": "Follow commits as an event stream",
    "POST /files": "Store files",
    "PATCH /files/{key}": "Change a file, or what is said about it",
    "POST /files/import": "Store the file at an address",
    "GET /assets/{key}": "Read a file's bytes",
    "GET /assets/{key}/{name}": "Read a file's bytes, under a name",
    "POST /assets/files": "Read several files as one archive",
    "POST /assets/folder/{key}": "Read a folder as one archive",
    "POST /versions/{key}/save": "Save a version of an item",
    "GET /versions/{key}/compare": "Compare a version with the item",
    "POST /versions/{key}/promote": "Make a version the item",
    "GET /flows/trigger/{key}": "Start a flow",
    "POST /flows/trigger/{key}": "Start a flow with a body",
}
NOUNS = {"collections": "collection", "fields": "field", "relations": "relation"}
"""Families of the data model, whose paths are alike."""


def texts(*required: str, **optional: Json) -> Json:
    """An object that needs these texts, and may have these further members."""
    found = {**{name: {"type": "string"} for name in required}, **optional}
    return {"type": "object", "properties": found, **({"required": list(required)} if required else {})}


TEXT: Json = {"type": "string"}
_MODE = {"type": "string", "enum": ["json", "cookie", "session"]}
_OBJECT = {"type": "object"}
BODIES: dict[str, Json] = {
    "POST /auth/login": texts("email", "password", mode=_MODE, otp=TEXT),
    "POST /auth/refresh": texts(refresh_token=TEXT, mode=_MODE),
    "POST /auth/logout": texts(refresh_token=TEXT, mode=_MODE),
    "POST /auth/password/request": texts("email", reset_url=TEXT),
    "POST /auth/password/reset": texts("token", "password"),
    "POST /users/me/tfa/generate": texts("password"),
    "POST /users/me/tfa/enable": texts("secret", "otp"),
    "POST /users/me/tfa/disable": texts("otp"),
    "POST /users/invite": texts("role", email={"oneOf": [TEXT, {"type": "array", "items": TEXT}]}, invite_url=TEXT),
    "POST /users/invite/accept": texts("token", "password"),
    "POST /users/register": texts("email", "password", first_name=TEXT, last_name=TEXT, verification_url=TEXT),
    "PATCH /users/me/track/page": texts("last_page"),
    "POST /server/setup": texts("code", "email", "password", first_name=TEXT, last_name=TEXT, project_name=TEXT),
    "POST /shares/auth": texts("share", password=TEXT, mode=_MODE),
    "POST /graphql": texts("query", variables=_OBJECT, operationName=TEXT),
    "POST /graphql/system": texts("query", variables=_OBJECT, operationName=TEXT),
    "POST /files/import": texts("url", data=_OBJECT),
    "POST /assets/files": {
        "type": "object",
        "properties": {"ids": {"type": "array", "items": TEXT}},
        "required": ["ids"],
    },
    "POST /collections": texts("collection", meta=_OBJECT, schema=_OBJECT, fields={"type": "array", "items": _OBJECT}),
    "POST /fields/{collection}": texts("field", "type", meta=_OBJECT, schema=_OBJECT),
    "POST /relations": texts("collection", "field", related_collection=TEXT, meta=_OBJECT, schema=_OBJECT),
}
QUERIES: dict[str, tuple[str, ...]] = {
    "/permissions/explain": ("user", "role", "policy", "collection", "action", "key", "fields", "ip"),
    "/permissions/effective": ("user", "role", "policy", "ip"),
    "/permissions/as": ("user", "role", "policy", "ip", "collection", "fields", "filter", "sort", "limit", "offset"),
    "/users/me": ("fields",),
    "/utils/random/string": ("length",),
    "/users/register/verify-email": ("token",),
    "/graphql": ("query", "variables"),
    "/graphql/system": ("query", "variables"),
    "/assets/{key}": ("width", "height", "fit", "quality", "format", "download"),
    "/realtime/connections": ("limit", "offset", "sort"),
    "/realtime/views": ("limit", "offset"),
}
