"""How logins travel: bodies, cookies, and what stands in nobody's way."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest

from tests.engine.people import PASSWORD, People

LOGIN = {"email": "ann@example.com", "password": PASSWORD}
SESSION, REFRESH = "directus_session_token", "directus_refresh_token"


@pytest.fixture(autouse=True)
async def _ann(people: People) -> None:
    await people.user("ann")


def _cookie(response: httpx.Response, name: str) -> Any:
    found: SimpleCookie = SimpleCookie()
    for line in response.headers.get_list("set-cookie"):
        found.load(line)
    return found[name]


async def test_session_mode(http: httpx.AsyncClient) -> None:
    answer = await http.post("/auth/login", json={**LOGIN, "mode": "session"})
    assert answer.json() == {"data": {"expires": 86_400_000}}
    cookie = _cookie(answer, SESSION)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (True, "lax", "/", "86400")
    assert (await http.get("/users/me")).status_code == 200
    renewed = await http.post("/auth/refresh", json={"mode": "session"})
    assert _cookie(renewed, SESSION).value != cookie.value
    assert (await http.post("/auth/logout", json={"mode": "session"})).status_code == 204
    assert (await http.get("/users/me")).status_code == 401


async def test_cookie_mode(http: httpx.AsyncClient) -> None:
    answer = await http.post("/auth/login", json={**LOGIN, "mode": "cookie"})
    assert set(answer.json()["data"]) == {"expires", "access_token"}
    assert _cookie(answer, REFRESH)["httponly"]
    assert (await http.get("/users/me")).status_code == 401, "a refresh token is no access token"
    assert (await http.post("/auth/refresh", json={"mode": "cookie"})).status_code == 200
    assert (await http.post("/auth/logout", json={"mode": "cookie"})).status_code == 204
    assert (await http.post("/auth/refresh", json={"mode": "cookie"})).status_code == 400


async def test_an_old_token_does_not_stand_in_the_way_of_a_login(http: httpx.AsyncClient) -> None:
    for headers in ({"Authorization": "Bearer long-gone"}, {"Cookie": f"{SESSION}=garbage"}):
        assert (await http.post("/auth/login", json=LOGIN, headers=headers)).status_code == 200


async def test_a_stale_session_cookie_is_taken_back(http: httpx.AsyncClient) -> None:
    answer = await http.get("/users/me", headers={"Cookie": f"{SESSION}=garbage"})
    assert (answer.status_code, _cookie(answer, SESSION)["max-age"]) == (401, "0")
    good = await http.get("/items/nowhere", headers={"Authorization": "Bearer tok-ann"})
    assert "set-cookie" not in good.headers


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {"email": None, "password": "x"},
        {"email": ["a@b.co"], "password": "x"},
        {"email": "ann@example.com", "password": {"$ne": ""}},
        {"email": "ann@example.com", "password": ""},
        {**LOGIN, "mode": 5},
        {**LOGIN, "otp": 123456},
    ],
)
async def test_bodies_that_are_no_login(http: httpx.AsyncClient, body: Any) -> None:
    answer = await http.post("/auth/login", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "INVALID_PAYLOAD")


@pytest.mark.parametrize("path", ["/auth/refresh", "/auth/logout", "/auth/password/request", "/auth/password/reset"])
@pytest.mark.parametrize("body", [None, [], {"refresh_token": 5, "email": 5, "token": []}, {"mode": "telepathy"}])
async def test_other_bodies_that_make_no_sense(http: httpx.AsyncClient, path: str, body: Any) -> None:
    assert (await http.post(path, json=body)).status_code == 400


@pytest.mark.parametrize("path", ["/users/me/tfa/generate", "/users/me/tfa/enable", "/users/me/tfa/disable"])
async def test_nobody_has_no_second_factor(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.post(path, json={"password": "x"})).status_code == 401


async def test_me_without_rights_is_the_id(http: httpx.AsyncClient, people: People) -> None:
    await people.user("bob", await people.role("empty"))
    answer = await http.get("/users/me", headers={"Authorization": "Bearer tok-bob"})
    assert set(answer.json()["data"]) == {"id"}
    answer = await http.get("/policies/me/globals", headers={"Authorization": "Bearer tok-bob"})
    assert answer.json() == {"data": {"app_access": False, "admin_access": False, "enforce_tfa": False}}
