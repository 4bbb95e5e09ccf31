"""Rows of the change log as JSON of a view. Must not ask the database: what only it can say makes the encoder None."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from rowcast.feed import Image
from rowcast.query.match import Predicate, predicate
from rowcast.query.tree import Leaf, Node

Encoder = Callable[[Image], bytes]
CONCEALED = b'"**********"'
_Part = tuple[bytes, str, bool, Predicate | None]


def encoder(nodes: Sequence[Node]) -> Encoder | None:
    """How to write a row with these members; None if an image of the row is not enough for it (nested fields, functions …)."""
    parts: list[_Part] = []
    for node in nodes:
        part = _part(node, first=not parts)
        if part is None:
            return None
        parts.append(part)
    return _plain(parts) if all(not p[2] and p[3] is None for p in parts) else _guarded(parts)


def join(rows: list[bytes]) -> bytes:
    """A JSON array."""
    return b"[" + b",".join(rows) + b"]"


def nothing(_name: str) -> Any:
    """What the variables stand for that were left in a view."""
    return None


def _part(node: Node, *, first: bool) -> _Part | None:
    if not isinstance(node, Leaf) or node.ref.function or node.ref.field.is_alias:
        return None
    mask = None
    if node.ref.mask is not None:
        mask = predicate(node.ref.mask)
        if mask is None:
            return None
    prefix = (b"" if first else b",") + msgspec.json.encode(node.key) + b":"
    return prefix, node.ref.field.name, node.ref.field.concealed, mask


def _plain(parts: list[_Part]) -> Encoder:
    pairs = [(prefix, name) for prefix, name, _, _ in parts]

    def encode(image: Image) -> bytes:
        values, pieces = image.parts, [b"{"]
        for prefix, name in pairs:
            pieces.append(prefix)
            pieces.append(values.get(name, b"null"))
        pieces.append(b"}")
        return b"".join(pieces)

    return encode


def _guarded(parts: list[_Part]) -> Encoder:
    def encode(image: Image) -> bytes:
        values, pieces = image.parts, [b"{"]
        for prefix, name, concealed, mask in parts:
            value = bytes(values.get(name, b"null"))
            if value != b"null" and mask is not None and mask(image.values, nothing) is not True:
                value = b"null"
            pieces += (prefix, CONCEALED if concealed and value != b"null" else value)
        pieces.append(b"}")
        return b"".join(pieces)

    return encode
