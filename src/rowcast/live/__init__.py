"""Who cares: views, the audiences of equal views, and what a commit means to each. Asks no database, knows no socket."""

from rowcast.live.ask import Answer, Ask, Part
from rowcast.live.event import Event
from rowcast.live.live import Counters, Live
from rowcast.live.outbox import Outbox
from rowcast.live.subscription import Subscription
from rowcast.live.view import View

__all__ = ["Answer", "Ask", "Counters", "Event", "Live", "Outbox", "Part", "Subscription", "View"]
