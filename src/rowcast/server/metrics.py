"""What the server counts, as Prometheus reads it: ``GET /metrics``. Knows where the numbers are kept; must not know what they
are about in detail.

Nothing is counted twice: the rooms keep plain integers, and these are read when somebody asks.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rowcast.api.rest.app import FAMILIES, family_of
from rowcast.api.rest.items import SYSTEM
from rowcast.api.rest.request import actor
from rowcast.engine.engine import Engine
from rowcast.engine.figures import Buckets
from rowcast.errors import Forbidden

HOOKS = {
    "calls": "Calls of extensions",
    "refusals": "Calls that ended with an error for the caller",
    "failures": "Calls that failed or took too long",
    "dropped": "Events that an after-hook did not get",
    "seconds": "Time spent in extensions",
}
GROUPS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0)
KNOWN = frozenset((*FAMILIES, *SYSTEM, "metrics"))


class Metrics(Collector):
    """The numbers of one running server."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.requests: Counter[tuple[str, int]] = Counter()
        self.registry = CollectorRegistry()
        self.registry.register(self)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)

    @property
    def route(self) -> Route:
        """For administrators, and for those who bring one of the tokens of the settings."""
        return Route("/metrics", self._answer, methods=["GET"])

    def collect(self) -> Iterator[Metric]:
        """See ``Collector``."""
        yield from self._of_connections()
        yield from self._of_live()
        yield from self._of_channels()
        yield from self._of_log()
        yield from self._of_hooks()
        requests = CounterMetricFamily("rowcast_http_requests", "Requests answered", labels=["family", "status"])
        for (family, status), count in sorted(self.requests.items()):
            requests.add_metric([family, str(status)], count)
        yield requests

    def _of_connections(self) -> Iterator[Metric]:
        listeners = [one for one in self._engine.broadcast.listeners if one.carrier is not None]
        kinds = Counter({"websocket": 0, "sse": 0})
        kinds.update(one.carrier.kind for one in listeners if one.carrier is not None)
        connections = GaugeMetricFamily("rowcast_connections", "Open connections that listen", labels=["kind"])
        for kind, count in kinds.items():
            connections.add_metric([kind], count)
        waiting = [one.carrier.traffic().waiting for one in listeners if one.carrier is not None]
        yield connections
        yield _gauge("subscriptions", "Open subscriptions", sum(len(one.watches) for one in listeners))
        yield _gauge("outbox_bytes", "Bytes that wait for all connections", sum(waiting))
        yield _gauge("outbox_bytes_max", "Bytes that wait for the slowest", max(waiting, default=0))
        yield _counter(
            "slow_closes", "Connections closed since too much waited for them", self._engine.broadcast.slow_closes
        )

    def _of_live(self) -> Iterator[Metric]:
        live = self._engine.broadcast.live
        did = live.counters
        yield _gauge("views", "Different views that are looked at", len(live))
        yield _counter("matches", "Rows matched with a view", did.matches)
        yield _counter("asks", "Questions to the database about a change", did.asks)
        yield _counter("encodings", "Events written", did.encodings)
        yield _counter("deliveries", "Events handed to a subscriber", did.deliveries)
        yield _counter("delivered_bytes", "Bytes of the events handed to subscribers", did.bytes)

    def _of_hooks(self) -> Iterator[Metric]:
        counts = self._engine.hooks.counts
        for name, meaning in HOOKS.items():
            family = CounterMetricFamily(f"rowcast_hook_{name}", meaning, labels=["kind", "hook"])
            for each in counts:
                family.add_metric([each.kind, each.name], getattr(each, name))
            yield family

    def _of_channels(self) -> Iterator[Metric]:
        channels = self._engine.channels
        yield _gauge("channels", "Channels that somebody is on", len(channels))
        yield _gauge("channel_members", "Connections on them", channels.members)
        yield _counter("channel_messages", "Messages broadcast on them", channels.messages)

    def _of_log(self) -> Iterator[Metric]:
        store = self._engine.store
        groups = Buckets(GROUPS)
        for size, times in store.groups.items():
            groups.observe(size, times)
        figures = self._engine.figures
        yield _counter("commits", "Commits seen, of other programs too", figures.commits)
        yield _counter("changes", "Changed rows in them", figures.changes)
        yield _gauge("log_position", "Offset of the newest change", store.position.offset)
        yield _gauge("log_lag_commits", "Commits that were not told yet", self._engine.broadcast.behind)
        yield family(figures.delays, "rowcast_commit_to_send_seconds", "From a commit to its events at the sockets")
        yield family(groups, "rowcast_write_group_size", "Mutations that shared a transaction")

    async def _answer(self, request: Request) -> Response:
        if not actor(request).admin and not _is_scraper(request, self._engine.settings.metrics.tokens):
            raise Forbidden
        encode, kind = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(self.registry), media_type=kind)


class Counted:
    """ASGI: counts answered requests by family of routes and status."""

    def __init__(self, app: ASGIApp, requests: Counter[tuple[str, int]]) -> None:
        self._app, self._requests = app, requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        family = family_of(scope)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._requests[family if family in KNOWN else "other", message["status"]] += 1
            await send(message)

        return await self._app(scope, receive, sent)


def family(buckets: Buckets, name: str, meaning: str) -> Metric:
    """A histogram as Prometheus wants it: each bucket holds those below it too."""
    total, held = 0, []
    for bound, count in zip((*buckets.bounds, float("inf")), buckets.counts, strict=True):
        total += count
        held.append((str(bound) if bound != float("inf") else "+Inf", float(total)))
    return HistogramMetricFamily(name, meaning, buckets=held, sum_value=buckets.total)


def _is_scraper(request: Request, tokens: Iterable[str]) -> bool:
    """Whether the request has ``Authorization: Metrics <token>`` with one of the tokens."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    given = token.strip().encode()
    return scheme.lower() == "metrics" and any(hmac.compare_digest(given, known.encode()) for known in tokens)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily("rowcast_" + name, meaning, value=value)


def _counter(name: str, meaning: str, value: float) -> Metric:
    return CounterMetricFamily("rowcast_" + name, meaning, value=value)
