"""The client without ``await``, for scripts and notebooks: the same verbs, carried out by an event loop in a thread of its own.
Adds nothing that the asynchronous client has not."""

from rowcast.client.sync.channel import Channel
from rowcast.client.sync.client import Client, Rest, create_client
from rowcast.client.sync.items import Items
from rowcast.client.sync.streams import LiveTable, Subscription

__all__ = ["Channel", "Client", "Items", "LiveTable", "Rest", "Subscription", "create_client"]
