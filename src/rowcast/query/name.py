"""A short name of a question that is the same in every process and after every restart. Must not know what it is used for."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from hashlib import blake2b
from typing import Any

from rowcast.query.tree import Leaf
from rowcast.schema import Field, Link


def name_of(*tree: object) -> str:
    """16 hexadecimal digits; equal questions have equal names, different ones have different names."""
    return blake2b(repr(_plain(tree)).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _plain(node: Any) -> Any:
    """The question as tuples of plain values. Of fields and relations, what they are called and how they are shown."""
    if isinstance(node, Field):
        return (node.collection, node.name, node.type, node.concealed)
    if isinstance(node, Link):
        return (node.kind, node.target, node.relation.collection, node.relation.field)
    if isinstance(node, tuple):
        return tuple(map(_plain, node))
    if isinstance(node, Leaf) and not node.as_text:
        return ("Leaf", node.key, _plain(node.ref))  # as it was named before there were texts
    if is_dataclass(node):
        return (type(node).__name__, *(_plain(getattr(node, each.name)) for each in fields(node)))
    return node
