"""From the text of a frame to a message. Must not know the state of a connection.

A good frame is decoded in one step. Only a bad one is looked at a second time, to tell what is wrong with it and whose it is.
"""

from __future__ import annotations

import re
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Raw

from rowcast.protocol.messages import Auth, Channel, Custom, Invalid, Items, Known, Request, Subscribe

UNREADABLE = "Unable to parse the incoming message."
_BAD_UID = "Validation error: `uid` must be a string or a number"
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_decode = msgspec.json.Decoder(Known).decode
_decode_marked = msgspec.json.Decoder(Custom).decode
_KNOWN = frozenset({"auth", "subscribe", "unsubscribe", "items", "channel", "ping", "pong"})
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises: for what is no JSON, no text, or nested deeper than memory goes."""
_MARKS = frozenset(b'"-0123456789')
_ODD = re.compile(r"Invalid enum value .* - at `\$\.(\w+)`")


def _words(hint: Any) -> tuple[str, ...]:
    """The words that a member may be, where it may be some only."""
    found = (
        get_args(hint) if get_origin(hint) is Literal else [word for part in get_args(hint) for word in _words(part)]
    )
    return tuple(word for word in found if isinstance(word, str))


_CHOICES = {
    (kind.__struct_config__.tag, name): words
    for kind in (Channel, Items, Subscribe)
    for name, hint in get_type_hints(kind).items()
    if (words := _words(hint))
}


def decode(text: bytes) -> Known | Invalid | None:
    """The message that a frame holds; None for a type that we do not know, which is no error. ``text`` must not change while
    the message is in use, since raw members refer to it."""
    try:
        message = _decode(text)
    except msgspec.ValidationError as error:
        return _explain(text, str(error))
    except _UNREADABLE:
        return Invalid("server", UNREADABLE)
    return _check(message)


def decode_custom(text: bytes, types: frozenset[str]) -> Custom | None:
    """The message of one of these types that a frame holds, which ``decode`` did not know; None for any other."""
    try:
        message = _decode_marked(text)
    except _UNREADABLE:
        return None
    if message.type not in types:
        return None
    message.text = Raw(text)
    return message


def plain(message: Request) -> dict[str, Any]:
    """A message as a mapping, as it was sent."""
    if isinstance(message, Custom):
        found: dict[str, Any] = msgspec.json.decode(message.text)
        return found
    members = {name: getattr(message, name) for name in message.__struct_fields__}
    given = {name: value for name, value in members.items() if value is not msgspec.UNSET and value != Raw()}
    decoded = {name: msgspec.json.decode(v) if isinstance(v, Raw) else v for name, v in given.items()}
    return {"type": message.__struct_config__.tag, **decoded}


def uid_of(message: Known) -> bytes:
    """The uid as JSON, empty if there is none."""
    return bytes(message.uid)


def uid_text(uid: bytes) -> str:
    """The uid as text, as subscriptions know it: 1 and "1" are the same."""
    value = msgspec.json.decode(uid)
    return value if isinstance(value, str) else uid.decode()


def _check(message: Known) -> Known | Invalid:
    """The rules that types alone do not express."""
    uid = bytes(message.uid)
    if uid and uid[0] not in _MARKS:
        return Invalid("server", _BAD_UID)
    if isinstance(message, Items):
        return (
            message if message.collection and _is_query(message.query, nullable=True) else _unusable("items", message)
        )
    if isinstance(message, Subscribe):
        return message if message.collection and _is_query(message.query) else _unusable("subscribe", message)
    if isinstance(message, Auth) and (fault := _fault_of(message)):
        return Invalid("auth", f"Validation error: {fault}", uid)
    return message


def _fault_of(message: Auth) -> str | None:
    """What keeps the message from being credentials, good or bad."""
    if isinstance(message.email, str) and not _EMAIL.fullmatch(message.email):
        return "`email` is not an e-mail address"
    is_login = isinstance(message.email, str) and isinstance(message.password, str)
    if is_login or isinstance(message.access_token, str) or isinstance(message.refresh_token, str):
        return None
    return "`access_token`, `refresh_token`, or `email` and `password` are required"


def _is_query(query: Raw, *, nullable: bool = False) -> bool:
    text = bytes(query)
    return not text or text[:1] == b"{" or (nullable and text == b"null")


def _unusable(context: str, message: Items | Subscribe) -> Invalid:
    what = "`query` must be an object" if message.collection else "`collection` must be a string that is not empty"
    return Invalid(context, f"Validation error: {what}", bytes(message.uid))


def _explain(text: bytes, reason: str) -> Invalid | None:
    """Whose fault is it? An object with a text as type is a message of that type; anything else is nobody's."""
    try:
        value: Any = msgspec.json.decode(text)
    except _UNREADABLE:
        return Invalid("server", UNREADABLE)
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return Invalid("server", f"Validation error: {reason}")
    uid = value.get("uid")
    known_uid = isinstance(uid, str | int | float) and not isinstance(uid, bool)
    if value["type"] not in _KNOWN:
        return None if known_uid or "uid" not in value else Invalid("server", _BAD_UID)
    if odd := _ODD.match(reason):
        reason += f": it must be one of {', '.join(_CHOICES[value['type'], odd[1]])}"
    return Invalid(value["type"], f"Validation error: {reason}", msgspec.json.encode(uid) if known_uid else b"")
