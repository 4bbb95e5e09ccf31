"""Who is connected, what is looked at, and what is committed: for administrators. Must not change what it looks at, except by
closing a connection when told to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.telling.listener import Carrier, Listener, Watch
from rowcast.errors import Disconnected, Forbidden
from rowcast.live.audience import Audience
from rowcast.query.parse import Query
from rowcast.query.shape import paths_of
from rowcast.query.show import fields_of, filter_of, sort_of
from rowcast.query.split import Equality, Nullness, Range

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

_PLAIN = Query()
_TIERS = {Equality: "key", Range: "range", Nullness: "null", type(None): "residue"}


def require_admin(actor: Actor) -> None:
    """Raise Forbidden for anybody else."""
    if not actor.admin:
        raise Forbidden


def connections(
    engine: Engine, actor: Actor, *, most: int | None, skip: int, slowest: bool = False
) -> tuple[list[dict[str, Any]], int]:
    """The open connections, oldest first or those for whom most waits, ``most`` of them after the first ``skip``; and how many
    there are. Raises Forbidden."""
    require_admin(actor)
    found = sorted(connected(engine), key=lambda one: one[0].number)
    if slowest:
        found.sort(key=lambda one: -one[1].traffic().waiting)
    return [_connection(*one) for one in _part(found, most, skip)], len(found)


def views(engine: Engine, actor: Actor, *, most: int | None, skip: int) -> tuple[list[dict[str, Any]], int]:
    """The views that are looked at, those with most subscribers first; and how many there are. Raises Forbidden."""
    require_admin(actor)
    found = sorted(engine.broadcast.live.audiences(), key=len, reverse=True)
    return [_view(audience) for audience in _part(found, most, skip)], len(found)


def disconnect(engine: Engine, actor: Actor, number: str) -> None:
    """Close one connection. Raises Forbidden if there is none of that number."""
    require_admin(actor)
    found = [one for one, _ in connected(engine) if str(one.number) == number]
    if not found:
        raise Forbidden
    found[0].dismiss(Disconnected())


def connected(engine: Engine) -> Iterator[tuple[Listener, Carrier]]:
    """Those who listen from outside, and what carries their events."""
    return ((one, one.carrier) for one in engine.broadcast.listeners if one.carrier is not None)


def _part(found: list[Any], most: int | None, skip: int) -> list[Any]:
    return found[skip:] if most is None else found[skip : skip + most]


def _connection(listener: Listener, carrier: Carrier) -> dict[str, Any]:
    actor, traffic = listener.actor, carrier.traffic()
    return {
        "id": str(listener.number),
        "kind": carrier.kind,
        "user": actor.user,
        "role": actor.role,
        "share": actor.share,
        "admin": actor.admin,
        "ip": actor.ip,
        "user_agent": actor.user_agent,
        "since": moment(listener.since),
        "subscriptions": [_subscription(name, watch) for name, watch in listener.watches.items()],
        "outbox": traffic.waiting,
        "frames": {"in": traffic.frames_in, "out": traffic.answers + listener.events},
    }


def _subscription(name: str | int, watch: Watch) -> dict[str, Any]:
    wish = watch.wish
    return {
        "uid": name if watch.uid else None,
        "collection": wish.collection,
        "item": wish.item,
        "event": wish.only,
        "mode": "set" if wish.is_exact else "events",
        "resume": wish.is_placed,
        "query": _query(wish.query),
        "events": watch.subscription.events,
        "refused": None if watch.refused is None else watch.refused.code,
    }


def _query(query: Query) -> dict[str, Any]:
    """What was asked, as far as it differs from asking nothing in particular."""
    given = {each.name: getattr(query, each.name) for each in fields(query) if each.name != "shape"}
    if query.shape is not None:
        given["fields"] = tuple(paths_of(query.shape))
    return {name: _plain(value) for name, value in given.items() if value != getattr(_PLAIN, name)}


def _plain(value: Any) -> Any:
    if isinstance(value, Query):
        return _query(value)
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def _view(audience: Audience) -> dict[str, Any]:
    view, select = audience.view, audience.view.select
    return {
        "collection": view.collection,
        "filter": filter_of(select.where),
        "fields": fields_of(select),
        "sort": sort_of(select),
        "limit": select.limit,
        "offset": select.offset,
        "single": view.single,
        "mode": "set" if view.is_exact else "events",
        "related": sorted(audience.related),
        "counts": [name for name, _ in view.counts],
        "subscribers": len(audience),
        "tier": tier(audience),
        "column": audience.anchor.name if audience.anchor is not None else None,
        "matched": audience.matched,
        "events": audience.told or {},
    }


def tier(audience: Audience) -> str:
    """How a change is decided and written: ``ask`` the database, find the view by what must hold of a column (``key``, ``range``,
    ``null``), or else match each changed row (``residue``)."""
    if not audience.decides or audience.encode is None or audience.held is not None:
        return "ask"
    return _TIERS[type(audience.anchor)]


def moment(seconds: float) -> str:
    """A time as ISO text."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
