"""The API's description: valid, whole, and no more than the rights of the one who asks."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from openapi_spec_validator import validate

from rowcast.api.rest.app import FAMILIES
from rowcast.api.rest.items import Door
from rowcast.api.rest.oas.others import bare, methods
from rowcast.api.rest.oas.shapes import component
from rowcast.api.rest.oas.words import BODIES, QUERIES, SUMMARIES
from rowcast.api.rest.specs import all_routes
from rowcast.auth import SYSTEM
from rowcast.engine.model.collections import create_collections
from tests.engine.people import People, allow

ADMIN, ANN = {"Authorization": "Bearer tok-admin"}, {"Authorization": "Bearer tok-ann"}


async def told(http: httpx.AsyncClient, headers: dict[str, str]) -> Any:
    answer = await http.get("/server/specs/oas", headers=headers)
    assert answer.status_code == 200
    document = answer.json()
    validate(document)
    return document


async def test_an_administrator_gets_everything(people: People, http: httpx.AsyncClient) -> None:
    document = await told(http, ADMIN)
    paths = document["paths"]
    for path in (
        "/items/articles",
        "/items/articles/{id}",
        "/users",
        "/users/{id}",
        "/auth/login",
        "/permissions/explain",
    ):
        assert path in paths
    assert {"get", "post", "patch", "delete"} <= set(paths["/items/articles"])
    for route in all_routes():
        if not isinstance(getattr(route.endpoint, "__self__", None), Door):
            assert set(methods(route)) <= {each.upper() for each in paths[bare(route.path).replace("{key}", "{id}")]}
    assert "/items/directus_users" not in paths
    assert document["components"]["schemas"]["ItemsArticles"]["properties"]["owner"]["nullable"] is True
    ids = [verb["operationId"] for verbs in paths.values() for name, verb in verbs.items() if name != "parameters"]
    assert len(ids) == len(set(ids))


def test_the_words_are_about_paths_that_are_there() -> None:
    known = {f"{method} {bare(route.path)}" for route in all_routes() for method in methods(route)}
    there = {each for each in {*SUMMARIES, *BODIES} if each.split("/")[1] in FAMILIES}
    assert there <= known
    assert {f"GET {path}" for path in QUERIES} <= known


async def test_others_get_what_they_may_use(people: People, http: httpx.AsyncClient) -> None:
    policy = await people.policy("p", allow("read", fields=["title"]), allow("update", fields=["title", "owner"]))
    await people.user("ann", None, policy)
    document = await told(http, ANN)
    paths, schemas = document["paths"], document["components"]["schemas"]
    assert (set(paths["/items/articles"]), "/users" in paths, "/users/me" in paths) == ({"get", "patch"}, False, True)
    assert "/schema/snapshot" not in paths
    assert "post" not in paths["/collections"]
    assert set(schemas["ItemsArticles"]["properties"]) == {"title"}
    assert set(schemas["ItemsArticlesUpdate"]["properties"]) == {"title", "owner"}
    assert "Users" not in schemas


async def test_the_public_gets_the_doors(http: httpx.AsyncClient) -> None:
    paths = (await told(http, {}))["paths"]
    assert "/auth/login" in paths
    assert not [path for path in paths if path.startswith(("/items", "/users/me"))]


async def test_names_that_would_collide(people: People, http: httpx.AsyncClient) -> None:
    fields = [{"field": "id", "type": "integer", "schema": {"is_primary_key": True, "has_auto_increment": True}}]
    names = ("blog_posts", "Blog posts", "блог", "settings_of")
    single = [
        {"collection": name, "meta": {"singleton": name == "settings_of"}, "schema": {}, "fields": fields}
        for name in names
    ]
    await create_collections(people.engine, SYSTEM, single)
    document = await told(http, ADMIN)
    assert {"ItemsBlogPosts", "ItemsBlogPosts2"} <= set(document["components"]["schemas"])
    assert set(document["paths"]["/items/settings_of"]) == {"get", "patch"}
    assert "/items/settings_of/{id}" not in document["paths"]
    assert "/items/Blog%20posts" in document["paths"]


@pytest.mark.parametrize(
    ("name", "component_"), [("messages", "ItemsMessages"), ("directus_users", "Users"), ("a b-c", "ItemsABC")]
)
def test_components(name: str, component_: str) -> None:
    assert component(name) == component_
