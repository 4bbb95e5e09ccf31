"""What the engine counts while it runs, for administrators and for ``/metrics``. Must not know who reads it.

The rooms keep plain integers; they are put together when somebody asks. Only what nobody else knows is counted here.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.inspect import connected, require_admin
from rowcast.feed import Commit

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

DELAYS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
"""Seconds: the bounds of the histogram from commit to send."""


class Buckets:
    """A histogram. ``bounds`` are the greatest values of its buckets; what is above them all has one more, the last of
    ``counts``. ``total`` is the sum of all values."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds, self.counts, self.total = bounds, [0] * (len(bounds) + 1), 0.0

    def observe(self, value: float, times: int = 1) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += times
        self.total += value * times


class Figures:
    """The counts of one engine since it began: ``commits`` seen, of other programs too, rows changed in them, and the seconds
    from a commit until its events were given to the sockets."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.commits = self.changes = 0
        self.delays = Buckets(DELAYS)
        engine.broadcast.on_told.append(self._told)

    def committed(self, commit: Commit) -> None:
        """Count a commit."""
        self.commits += 1
        self.changes += len(commit.changes)

    def _told(self, commit: Commit) -> None:
        if commit.at:
            self.delays.observe(max(0.0, time.time() - commit.at))

    def read(self, actor: Actor) -> dict[str, Any]:
        """All of them, as JSON values. Raises Forbidden."""
        require_admin(actor)
        engine, live = self._engine, self._engine.broadcast.live
        done = live.counters
        return {
            **self._connections(),
            "views": len(live),
            "commits": self.commits,
            "changes": self.changes,
            "matches": done.matches,
            "asks": done.asks,
            "encodings": done.encodings,
            "deliveries": done.deliveries,
            "delivered_bytes": done.bytes,
            "slow_closes": engine.broadcast.slow_closes,
            "behind": engine.broadcast.behind,
            "position": str(engine.broadcast.told),
            "channels": len(engine.channels),
            "channel_members": engine.channels.members,
            "latency": {"bounds": self.delays.bounds, "counts": list(self.delays.counts), "seconds": self.delays.total},
        }

    def _connections(self) -> dict[str, Any]:
        """Who listens, and what waits for them."""
        kinds, waiting, subscriptions = Counter({"websocket": 0, "sse": 0}), [0], 0
        for listener, carrier in connected(self._engine):
            kinds[carrier.kind] += 1
            waiting.append(carrier.traffic().waiting)
            subscriptions += len(listener.watches)
        return {
            "connections": dict(kinds),
            "subscriptions": subscriptions,
            "outbox": {"bytes": sum(waiting), "most": max(waiting), "waiting": sum(1 for each in waiting if each)},
        }
