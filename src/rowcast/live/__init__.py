"""Who cares: views, the audiences of equal views, and what a commit means to each. Asks no database, knows no socket."""

from rowcast.live.ask import Answer, Ask, Part
from rowcast.live.audience import Audience
from rowcast.live.event import Event
from rowcast.live.held import Difference, Rows, difference
from rowcast.live.live import Live
from rowcast.live.outbox import Outbox
from rowcast.live.resume import replay
from rowcast.live.subscription import Subscription
from rowcast.live.telling import Counters
from rowcast.live.token import Token
from rowcast.live.view import View

__all__ = [
    "Answer",
    "Ask",
    "Audience",
    "Counters",
    "Difference",
    "Event",
    "Live",
    "Outbox",
    "Part",
    "Rows",
    "Subscription",
    "Token",
    "View",
    "difference",
    "replay",
]
