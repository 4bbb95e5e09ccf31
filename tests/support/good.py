"""Good queries and bodies of requests, by the first segment of their route. Data only; the data model is that of the shop."""

from __future__ import annotations

from typing import Any

from tests.engine.shop import COLLECTIONS

GOOD_QUERIES: list[dict[str, Any]] = [
    {
        "fields": ["title", "author.name"],
        "filter": {"author": {"name": {"_contains": "a"}}},
        "sort": ["-pages"],
        "limit": 2,
    },
    {
        "filter": {"_or": [{"pages": {"_gt": 1}}, {"reviews": {"_some": {"stars": {"_in": [1, 2]}}}}]},
        "meta": "*",
        "page": 2,
    },
    {"aggregate": {"count": "*", "sum": ["pages"]}, "groupBy": ["author"], "sort": ["author"]},
    {
        "fields": ["a.stars", "b"],
        "alias": {"a": "reviews", "b": "title"},
        "deep": {"a": {"_limit": 1, "_sort": "-stars"}},
    },
    {"fields": ["parts.item:quotes.words"], "filter": {"parts": {"item:quotes": {"words": {"_nempty": True}}}}},
    {"search": "x", "offset": 1, "filter": {"made": {"_between": ["$NOW(-1 day)", "$NOW"]}}, "export": "csv"},
]
GOOD_BODIES: dict[str, list[Any]] = {
    "items": [
        {
            "title": "t",
            "pages": 3,
            "author": {"name": "n"},
            "reviews": [{"stars": 1}],
            "genres": [{"genres_slug": {"slug": "s"}}],
        },
        [
            {"id": 1, "title": "u"},
            {"id": 2, "reviews": {"create": [{"stars": 2}], "update": [{"id": 1}], "delete": [1]}},
        ],
        {"keys": [1, 2], "data": {"pages": 4}},
        {"query": {"filter": {"pages": {"_lt": 0}}}, "data": {"pages": 4}},
        {
            "subject": "s",
            "parts": [{"collection": "quotes", "item": {"words": "w"}}, {"collection": "photos", "item": "1"}],
        },
        {"label": "l", "made": "2020-01-01T00:00:00Z", "serial": None, "secret": "s", "hidden": "h"},
        {"query": {"fields": ["id"]}, "keys": [1]},
    ],
    "collections": [
        COLLECTIONS[-1] | {"collection": "made"},
        {"collection": "folder", "schema": None, "meta": {"group": "site"}},
    ],
    "fields": [
        {
            "field": "extra",
            "type": "decimal",
            "schema": {"default_value": 1, "numeric_precision": 5},
            "meta": {"special": ["uuid"]},
        },
        [{"field": "title", "meta": {"sort": 1}}, {"field": "pages", "schema": {"is_nullable": False}}],
    ],
    "relations": [
        {
            "collection": "quotes",
            "field": "words",
            "related_collection": "books",
            "schema": {"on_delete": "SET NULL"},
            "meta": {"one_field": "quotes"},
        }
    ],
    "schema": [
        {"hash": "x", "diff": {"collections": [], "fields": [], "relations": []}},
        {"version": 1, "collections": [], "fields": [], "relations": []},
    ],
    "auth": [
        {"email": "ann@example.com", "password": "pw", "mode": "json", "otp": "123456"},
        {"refresh_token": "x", "mode": "cookie"},
    ],
    "users": [
        {
            "email": "new@example.com",
            "password": "pw",
            "role": {"name": "r"},
            "policies": [{"policy": {"name": "p"}}],
            "status": "active",
        },
        {"email": "a@example.org", "role": None, "invite_url": "http://x"},
        {"token": "t", "password": "p"},
        {"last_page": "/x"},
        {"otp": "1", "secret": "s"},
    ],
    "roles": [{"name": "r", "parent": None, "policies": [{"policy": {"name": "p"}}], "users": [], "children": []}],
    "policies": [
        {
            "name": "p",
            "admin_access": False,
            "ip_access": ["10.0.0.0/8"],
            "permissions": [{"collection": "books", "action": "read"}],
        }
    ],
    "permissions": [
        {"policy": None, "collection": "books", "action": "read", "permissions": {"pages": {"_gt": 1}}, "fields": ["*"]}
    ],
    "shares": [
        {"collection": "books", "item": 1, "role": None, "name": "s", "password": "p"},
        {"share": "x", "password": "p"},
    ],
    "utils": [{"item": 1, "to": 2}, [1, 2], {"mode": "x"}],
    "settings": [{"project_name": "x", "auth_password_policy": "/(/", "auth_login_attempts": 3}],
    "presets": [{"collection": "books", "layout_query": {"tabular": {"page": 1}}, "filter": {"_and": []}}],
}
