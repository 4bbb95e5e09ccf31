"""The project that the getting-started guide works on: a collection, and a user who may use it. Made over REST, as anybody
would."""

from __future__ import annotations

from typing import Any

import httpx

TOKEN = "ben-static-token"
COLLECTION: dict[str, Any] = {
    "collection": "messages",
    "schema": {},
    "meta": {"icon": "chat"},
    "fields": [
        {
            "field": "id",
            "type": "integer",
            "meta": {"hidden": True, "readonly": True, "interface": "input"},
            "schema": {"is_primary_key": True, "has_auto_increment": True},
        },
        {
            "field": "date_created",
            "type": "timestamp",
            "meta": {"special": ["date-created"], "interface": "datetime", "readonly": True, "hidden": True},
            "schema": {},
        },
    ],
}
FIELDS: list[dict[str, Any]] = [
    {"field": "text", "type": "text", "meta": {"interface": "input-multiline"}, "schema": {}},
    {"field": "user", "type": "string", "meta": {"interface": "input"}, "schema": {}},
]


def prepare(admin: httpx.Client) -> str:
    """Make collection, role, policy and user; returns the user's static token."""
    made(admin, "/collections", COLLECTION)
    for field in FIELDS:
        made(admin, "/fields/messages", field)
    role = made(admin, "/roles", {"name": "Chatter"})
    policy = made(admin, "/policies", {"name": "Chat", "permissions": [_permission(each) for each in ACTIONS]})
    admin.patch(f"/roles/{role['id']}", json={"policies": [{"policy": policy["id"]}]}).raise_for_status()
    user = {
        "first_name": "Ben",
        "email": "ben@example.com",
        "password": "secret-ben",
        "role": role["id"],
        "token": TOKEN,
    }
    made(admin, "/users", user)
    return TOKEN


ACTIONS = ("read", "create", "update")


def _permission(action: str) -> dict[str, Any]:
    return {"collection": "messages", "action": action, "permissions": {}, "validation": {}, "fields": ["*"]}


def made(client: httpx.Client, path: str, body: Any) -> Any:
    """Create something and return it."""
    response = client.post(path, json=body)
    assert response.status_code < 400, f"POST {path}: {response.status_code} {response.text}"
    return response.json()["data"] if response.content else None
