"""Routes and timers of extensions."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from rowcast import BeforeContext, Context, Rowcast
from rowcast.errors import Forbidden, InvalidConfiguration
from rowcast.server.extend import timers
from rowcast.server.extend.timers import Cron, Every
from tests.server.extend.conftest import BEN, made, opened
from tests.support.patience import PATIENCE, until


async def test_answers(app: Rowcast) -> None:
    @app.route("/things/{kind}", methods=["GET", "POST"])
    async def things(request: Request, ctx: Context) -> Any:
        match request.path_params["kind"]:
            case "json":
                return [1, {"a": datetime(2026, 1, 1, tzinfo=UTC)}]
            case "text":
                return PlainTextResponse("plain", 418)
            case "none":
                return None
            case "refused":
                raise Forbidden("Go away.")
            case "http":
                raise HTTPException(402, "Pay first")
            case "own":
                return await ctx.items("notes").read()
            case "admin":
                return await ctx.as_admin().items("notes").read()
            case _:
                raise ValueError("oh")

    @app.route("/items/{collection}/{key}/shout", methods=["POST"])
    async def shout(request: Request, ctx: Context) -> dict[str, Any]:
        row = await ctx.items(request.path_params["collection"]).read_one(request.path_params["key"])
        return await ctx.items("messages").update(row["id"], {"text": row["text"].upper()})

    async with opened(app) as client:
        found = {kind: await client.get(f"/things/{kind}", headers=BEN) for kind in ("json", "text", "none", "refused")}
        assert found["json"].json() == [1, {"a": "2026-01-01T00:00:00Z"}]
        assert (found["text"].status_code, found["text"].text, found["none"].status_code) == (418, "plain", 204)
        assert found["refused"].json()["errors"][0]["message"] == "Go away."
        paid = await client.get("/things/http")
        assert (paid.status_code, paid.text) == (402, "Pay first")
        assert (await client.get("/things/own", headers=BEN)).status_code == 403, "as whoever asks"
        assert (await client.get("/things/admin", headers=BEN)).json() == []
        failed = await client.get("/things/other")
        assert (failed.status_code, failed.json()["errors"][0]["extensions"]["code"]) == (500, "HOOK_FAILED")
        assert (await client.delete("/things/json")).status_code == 404
        await client.post("/items/messages", json={"text": "hi"})
        assert (await client.post("/items/messages/1/shout")).json()["text"] == "HI", "below the platform's own"


async def test_timers(app: Rowcast) -> None:
    ticks: list[str] = []

    @app.every("20ms")
    async def often(ctx: Context) -> None:
        ticks.append("often")
        if ticks.count("often") == 2:
            raise ValueError("once")
        await ctx.items("notes").create({"text": "tick"})

    @app.every(timedelta(milliseconds=30))
    def plain(ctx: Context) -> None:
        ticks.append("plain")

    @app.cron("* * * * * *")
    async def each_second(ctx: Context) -> None:
        ticks.append("cron")

    async with opened(app):
        await until(lambda: ticks.count("often") > 3 and "cron" in ticks and ticks.count("plain") > 2)
    often_tally = app.hooks[0]
    assert often_tally.failures >= 1
    assert often_tally.last_error is not None
    stopped = -1
    async with asyncio.timeout(PATIENCE):
        while stopped != len(ticks):  # a thread may have been at it; if there were more to come, they would never stop
            stopped = len(ticks)
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("is_async", [True, False])
async def test_a_timer_that_hangs_or_ends_itself_comes_again(app: Rowcast, is_async: bool) -> None:
    calls: list[str] = []

    async def hang(ctx: Context) -> None:
        calls.append("async")
        if len(calls) == 1:
            await asyncio.Event().wait()
        raise asyncio.CancelledError if len(calls) == 2 else SystemExit

    def sleep(ctx: Context) -> None:
        calls.append("plain")
        if len(calls) == 1:
            time.sleep(0.5)
        raise SystemExit

    app.every("10ms", timeout=0.05)(hang if is_async else sleep)
    async with opened(app):
        await until(lambda: len(calls) > 3)
        assert app.hooks[0].failures >= 3


def test_rhythms(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 10.0
    monkeypatch.setattr(timers, "monotonic", lambda: now)
    every = Every(0.5)
    now += 0.125
    assert every.wait() == 0.375
    assert every.wait() == 0.875, "steps are counted from the start"
    now += 2.125
    assert every.wait() == 0.25, "what is over is left out"
    assert 0 < Cron("*/5 * * * *", UTC).wait() <= 300


@pytest.mark.parametrize("wrong", ["", "-1s", "soon", "0"])
def test_intervals_that_are_none(app: Rowcast, wrong: str) -> None:
    with pytest.raises(InvalidConfiguration):
        app.every(wrong)


@pytest.mark.parametrize(("expression", "zone"), [("* *", "UTC"), ("61 * * * *", "UTC"), ("* * * * *", "Mars/Base")])
def test_expressions_that_are_none(app: Rowcast, expression: str, zone: str) -> None:
    with pytest.raises(InvalidConfiguration):
        app.cron(expression, zone=zone)


def test_paths_begin_with_a_slash(app: Rowcast) -> None:
    with pytest.raises(InvalidConfiguration):
        app.route("hello")


async def test_metrics(tmp_path: Path) -> None:
    app = made(tmp_path, metrics_enabled=True)

    @app.before("items.create", "messages", name="strict")
    def strict(ctx: BeforeContext, payload: dict[str, Any]) -> None:
        raise Forbidden

    async with opened(app) as client:
        await client.post("/items/messages", json={"text": "no"})
        told = (await client.get("/metrics")).text
    assert 'rowcast_hook_calls_total{hook="strict",kind="before"} 1.0' in told
    assert 'rowcast_hook_refusals_total{hook="strict",kind="before"} 1.0' in told
    assert 'rowcast_hook_failures_total{hook="strict",kind="before"} 0.0' in told
