"""The Python client: items, subscriptions and live tables over one WebSocket that mends itself, everything else over HTTP. Knows
the wire (``rowcast.protocol``) and the errors, nothing else of the program; works with any server of the protocol."""

from rowcast.client.ask import Reply
from rowcast.client.backoff import Reconnect
from rowcast.client.channel import Channel, ChannelEvent, Member
from rowcast.client.client import Client, create_client
from rowcast.client.expression import Condition, F
from rowcast.client.frames import Meta
from rowcast.client.items import Items, Page
from rowcast.client.live import LiveTable
from rowcast.client.models import collection
from rowcast.client.moments import (
    CURRENT_ROLE,
    CURRENT_USER,
    NOW,
    days,
    hours,
    minutes,
    months,
    seconds,
    weeks,
    years,
)
from rowcast.client.overhttp import Rest
from rowcast.client.query import Query
from rowcast.client.replica import Change
from rowcast.client.subscription import Event, Subscription

__all__ = [
    "CURRENT_ROLE",
    "CURRENT_USER",
    "NOW",
    "Change",
    "Channel",
    "ChannelEvent",
    "Client",
    "Condition",
    "Event",
    "F",
    "Items",
    "LiveTable",
    "Member",
    "Meta",
    "Page",
    "Query",
    "Reconnect",
    "Reply",
    "Rest",
    "Subscription",
    "collection",
    "create_client",
    "days",
    "hours",
    "minutes",
    "months",
    "seconds",
    "weeks",
    "years",
]
