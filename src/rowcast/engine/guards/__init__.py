"""Guards: what holds for particular system collections whoever writes, through whichever door. One module a collection."""

from __future__ import annotations

from rowcast.engine.guards.base import Deed, Guard

GUARDS: dict[str, Guard] = {}
"""Collection → its guard."""

__all__ = ["GUARDS", "Deed", "Guard"]
