"""Rows of the change log as JSON of a view. Must not ask the database: what only it can say makes the encoder None."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from rowcast.feed import Image
from rowcast.query.match import Predicate, predicate
from rowcast.query.tree import Fixed, Inner, Leaf, Node

Encoder = Callable[[Image], bytes]
CONCEALED = b'"**********"'
_Part = tuple[bytes, str, bool, bool, Predicate | None]
"""What stands before the value, the column, whether it is concealed, whether it is shown as text, on which rows it is shown."""


def encoder(nodes: Sequence[Node]) -> Encoder | None:
    """How to write a row with these members; None if an image of the row is not enough for it (nested fields, functions …)."""
    parts: list[_Part] = []
    end = _parts(nodes, parts, b"{")
    if end is None:
        return None
    return _plain(parts, end) if all(not p[2] and not p[3] and p[4] is None for p in parts) else _guarded(parts, end)


def join(rows: list[bytes]) -> bytes:
    """A JSON array."""
    return b"[" + b",".join(rows) + b"]"


def appended(rows: bytes, more: bytes) -> bytes:
    """A JSON array with more members behind its own."""
    if not more:
        return rows
    return b"[" + more + b"]" if rows == b"[]" else rows[:-1] + b"," + more + b"]"


def nothing(_name: str) -> Any:
    """What the variables stand for that were left in a view."""
    return None


def _parts(nodes: Sequence[Node], parts: list[_Part], before: bytes) -> bytes | None:
    """Add the parts of an object whose text begins with ``before``; returns what is left to stand before the next, or None."""
    for number, node in enumerate(nodes):
        before += (b"," if number else b"") + msgspec.json.encode(node.key) + b":"
        match node:
            case Leaf():
                part = _part(node, before)
                if part is None:
                    return None
                parts.append(part)
                before = b""
            case Fixed(_, text):
                before += msgspec.json.encode(text)
            case Inner(_, inner):
                end = _parts(inner, parts, before + b"{")
                if end is None:
                    return None
                before = end
            case _:
                return None
    return before + b"}"


def _part(leaf: Leaf, before: bytes) -> _Part | None:
    if leaf.ref.function or leaf.ref.field.is_alias:
        return None
    mask = None
    if leaf.ref.mask is not None:
        mask = predicate(leaf.ref.mask)
        if mask is None:
            return None
    return before, leaf.ref.field.name, leaf.ref.field.concealed, leaf.as_text, mask


def _plain(parts: list[_Part], end: bytes) -> Encoder:
    pairs = [(part[0], part[1]) for part in parts]

    def encode(image: Image) -> bytes:
        values = image.parts
        pieces: list[bytes] = []
        for prefix, name in pairs:
            pieces.append(prefix)
            pieces.append(values.get(name, b"null"))
        pieces.append(end)
        return b"".join(pieces)

    return encode


def _guarded(parts: list[_Part], end: bytes) -> Encoder:
    def encode(image: Image) -> bytes:
        values = image.parts
        pieces: list[bytes] = []
        for prefix, name, concealed, as_text, mask in parts:
            value = bytes(values.get(name, b"null"))
            if value != b"null" and mask is not None and mask(image.values, nothing) is not True:
                value = b"null"
            if as_text and value != b"null" and not value.startswith(b'"'):
                value = b'"' + value + b'"'
            pieces += (prefix, CONCEALED if concealed and value != b"null" else value)
        pieces.append(end)
        return b"".join(pieces)

    return encode
