"""Writes events and hands them to audiences, and counts what that took. Must not know why something is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rowcast.feed import Change, Commit, Kind, Position
from rowcast.live.ask import Part
from rowcast.live.audience import Audience
from rowcast.live.encode import join
from rowcast.live.event import Event, Row
from rowcast.live.held import Difference
from rowcast.protocol import frames


@dataclass(slots=True)
class Counters:
    """What was done so far: commits seen, (audience, row) pairs matched, frames written, events handed to a subscriber, asks,
    bytes of the events that were handed to subscribers (without their uids)."""

    commits: int = 0
    matches: int = 0
    encodings: int = 0
    deliveries: int = 0
    asks: int = 0
    bytes: int = 0


class Teller:
    """``previous`` is the position of the newest commit that was told: events count from there."""

    def __init__(self, previous: Position | None) -> None:
        self.counters = Counters()
        self.previous = previous

    def matched(self, audience: Audience, changes: Sequence[Change]) -> None:
        """These rows are matched for that audience."""
        self.counters.matches += len(changes)
        audience.matched += len(changes)

    def event(self, audience: Audience, kind: Kind, at: Position) -> Event:
        """A new event at its place in the stream of the audience."""
        return audience.event(kind, at, self.previous or at)

    def head(self, kind: Kind, data: bytes | None, counts: bytes | None = None) -> bytes:
        """A frame up to its tail."""
        self.counters.encodings += 1
        return frames.event_head(kind, data or b"null", counts)

    def hand_out(self, audience: Audience, event: Event) -> None:
        """Tell everybody in the audience."""
        event.told = audience.tell(event)
        self.counters.deliveries += event.told
        self.counters.bytes += event.told * len(event.head)

    def resolve(self, event: Event, head: bytes) -> None:
        """The text of an event that was handed out before it was known."""
        event.resolve(head)
        self.counters.bytes += event.told * len(head)

    def tell(self, audience: Audience, found: Difference, at: Position) -> None:
        """What has become of an exact set."""
        for event in self.events(audience, found, at):
            self.hand_out(audience, event)

    def events(self, audience: Audience, found: Difference, at: Position, counts: bytes | None = None) -> list[Event]:
        """At most three events: what left, what entered, what is another."""
        gone = [(key, None) for key in found.deleted]
        kinds = ((Kind.DELETE, gone), (Kind.CREATE, found.created), (Kind.UPDATE, found.updated))
        return [self._exact(audience, kind, rows, at, counts) for kind, rows in kinds if rows]

    def _exact(self, audience: Audience, kind: Kind, rows: Sequence[Row], at: Position, counts: bytes | None) -> Event:
        event = self.event(audience, kind, at)
        event.rows, event.single = (rows if counts is None else ()), audience.view.single
        texts = [key if row is None else row for key, row in rows]
        event.resolve(self.head(kind, texts[0] if audience.view.single else join(texts), counts))
        return event


def asked(event: Event, commit: Commit, part: Part) -> Part:
    """The event waits for what the part asks about the commit."""
    event.part, event.commit = part, commit
    return part
