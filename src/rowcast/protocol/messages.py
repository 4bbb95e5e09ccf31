"""The messages that a client may send, as values. Must not know what is done about them.

Members that are passed on unread stay raw JSON; an absent raw member is empty, an absent plain one is UNSET.
"""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Raw, Struct, UnsetType

Event = Literal["create", "update", "delete"]
Action = Literal["create", "read", "update", "delete"]
Id = str | int


class Message(Struct):
    """What every message has. ``uid`` is the caller's mark as raw JSON (a string or a number); answers repeat it."""

    uid: Raw = Raw()


class Auth(Message, tag_field="type", tag="auth"):
    """Says who speaks: by access or static token, by refresh token, or by e-mail and password (with ``otp`` where needed).
    Of several, the access token counts before the refresh token, and that before the password."""

    access_token: str | UnsetType = UNSET
    refresh_token: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    password: str | UnsetType = UNSET
    otp: str | UnsetType = UNSET


class Subscribe(Message, tag_field="type", tag="subscribe"):
    """Asks for the changes of a collection, or of its one item. ``query`` is a JSON object. ``live`` "set" keeps an exact set of
    rows; ``resume`` asks for positions, ``since`` (None: none yet) for what was missed since one."""

    collection: str = ""
    event: Event | UnsetType = UNSET
    item: Id | UnsetType = UNSET
    query: Raw = Raw()
    live: Literal["set"] | UnsetType = UNSET
    resume: bool | UnsetType = UNSET
    since: str | UnsetType | None = UNSET


class Unsubscribe(Message, tag_field="type", tag="unsubscribe"):
    """Ends the subscription of that uid; without uid, all of the connection."""


class Items(Message, tag_field="type", tag="items", kw_only=True):
    """Reads or changes items. Which of ``id``, ``ids``, ``data`` and ``query`` are given decides the form."""

    collection: str = ""
    action: Action
    id: Id | UnsetType | None = UNSET
    ids: list[Id] | UnsetType | None = UNSET
    data: Raw = Raw()
    query: Raw = Raw()


class Channel(Message, tag_field="type", tag="channel", kw_only=True):
    """Is on a channel, with a ``state`` that the others there see, and speaks (``data``) to them. Both are JSON."""

    action: Literal["join", "leave", "state", "broadcast"]
    channel: str
    state: Raw = Raw()
    data: Raw = Raw()


class Ping(Message, tag_field="type", tag="ping"):
    """Asks for a pong."""


class Pong(Message, tag_field="type", tag="pong"):
    """Answers a ping; any message does."""


class Custom(Struct, kw_only=True):
    """A message of a type that an extension has added; ``text`` is all of it."""

    type: str
    uid: Raw = Raw()
    text: Raw = Raw()


Request = Subscribe | Unsubscribe | Items | Channel | Custom
"""What is handed on to the engine; the session deals with the rest."""

Known = Auth | Subscribe | Unsubscribe | Items | Channel | Ping | Pong


class Invalid(Struct):
    """A frame that is no valid message: the ``type`` that its error frame carries, what is wrong, and its uid if it has one."""

    context: str
    reason: str
    uid: bytes = b""
