"""How it is said: the messages of the realtime wire, their text, and the life of a connection. Knows no socket, no clock and no
database; server and client use it alike."""

from rowcast.protocol.messages import Auth, Channel, Custom, Items, Message, Ping, Pong, Request, Subscribe, Unsubscribe
from rowcast.protocol.session import Check, Close, Demote, Effect, Effects, Phase, Rules, Run, Send, Session

__all__ = [
    "Auth",
    "Channel",
    "Check",
    "Close",
    "Custom",
    "Demote",
    "Effect",
    "Effects",
    "Items",
    "Message",
    "Phase",
    "Ping",
    "Pong",
    "Request",
    "Rules",
    "Run",
    "Send",
    "Session",
    "Subscribe",
    "Unsubscribe",
]
