"""The numbers of a real server, as Prometheus reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import connect

from rowcast.engine.figures import Buckets
from rowcast.server.metrics import family
from tests.support.guide import prepare
from tests.support.server import ADMIN_TOKEN, Server, serving

pytestmark = pytest.mark.xdist_group("metrics")  # they share a server

VARIABLES = {"METRICS_ENABLED": "true", "METRICS_TOKENS": "one, two"}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("metrics"), VARIABLES) as server:
        yield server


def numbers(server: Server) -> dict[str, float]:
    """All samples by name and labels."""
    with server.client() as client:
        text = client.get("/metrics").raise_for_status().text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {s.name + "".join(f",{name}={value}" for name, value in sorted(s.labels.items())): s.value for s in samples}


def test_who_may_read_them(measured: Server, server: Server) -> None:
    with measured.client() as admin, measured.client(prepare(admin)) as user:
        assert user.get("/metrics").json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"

    def status(authorization: str) -> int:
        return httpx.get(measured.base + "/metrics", headers={"Authorization": authorization}).status_code

    assert [status(a) for a in ("Metrics one", "metrics two", "Metrics three", "Metrics", "", "Basic one")] == [
        *(200, 200, 403, 403, 403, 403)
    ]
    with server.client() as client:
        assert client.get("/metrics").status_code == 404  # not enabled


def test_what_is_counted(measured: Server) -> None:
    with measured.client() as admin, connect(measured.socket + f"?access_token={ADMIN_TOKEN}", proxy=None) as ws:
        fields = [{"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True}}]
        admin.post("/collections", json={"collection": "things", "meta": {}, "schema": {}, "fields": fields})
        for uid in "ab":
            ws.send(json.dumps({"type": "subscribe", "collection": "things", "uid": uid}))
            ws.recv()
        before = numbers(measured)
        admin.post("/items/things", json={"id": 1})
        assert [json.loads(ws.recv())["event"] for _ in "ab"] == ["create", "create"]
        admin.get("/items/nothing")
        after = numbers(measured)
    grown = {name: after[name] - before.get(name, 0) for name in after}
    assert (after["rowcast_connections,kind=websocket"], after["rowcast_subscriptions"]) == (1, 2)
    assert after["rowcast_views"] == 1
    assert [grown[f"rowcast_{name}_total"] for name in ("commits", "matches", "encodings", "deliveries", "asks")] == [
        *(1, 1, 1, 2, 0)
    ]
    assert grown["rowcast_delivered_bytes_total"] == 2 * len(
        '{"type":"subscription","event":"create","data":[{"id":1}]'
    )
    assert grown["rowcast_log_position"] >= 1
    assert after["rowcast_log_lag_commits"] == 0
    assert grown["rowcast_commit_to_send_seconds_count"] == 1
    assert 0 <= grown["rowcast_commit_to_send_seconds_sum"] < 60
    assert grown["rowcast_write_group_size_count"] >= 1
    assert grown["rowcast_http_requests_total,family=items,status=200"] == 1
    assert grown["rowcast_http_requests_total,family=items,status=403"] == 1
    assert after["process_resident_memory_bytes"] > 0


def test_buckets_hold_those_below_them() -> None:
    buckets = Buckets((1.0, 2.0))
    for value, times in ((1, 3), (1.5, 1), (9, 2)):
        buckets.observe(value, times)
    samples = {s.labels.get("le", s.name): s.value for s in family(buckets, "x", "y").samples}
    assert samples == {"1.0": 3, "2.0": 4, "+Inf": 6, "x_count": 6, "x_sum": 22.5}
