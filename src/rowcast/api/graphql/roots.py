"""What stands behind a member of a root type: it reads its part of a document once, and makes of it what is run, as often as the
document is sent. Must not know what any of them does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from graphql import GraphQLField, GraphQLObjectType, get_named_type

from rowcast.api.graphql.selection import Nodes, Reading
from rowcast.auth import Actor
from rowcast.engine.engine import Engine
from rowcast.query.parse import Query

ROOT = "root"
"""Where a field of a root type keeps its ``Root``."""
ONCE = "once"
"""Where a field of a root type says that it may stand in an operation once."""


class Cookies:
    """The cookies that came, and what is to be done with the caller's: calls to be made with the response."""

    __slots__ = ("calls", "sent")

    def __init__(self, sent: Mapping[str, str] | None = None) -> None:
        self.sent = sent or {}
        self.calls: list[Callable[[Any], None]] = []


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks now, and where."""

    engine: Engine
    actor: Actor
    cookies: Cookies


@dataclass(frozen=True, slots=True)
class Call:
    """One member of a root type in one document."""

    reading: Reading
    field: GraphQLField
    nodes: Nodes
    arguments: Mapping[str, Any]

    @property
    def shows_rows(self) -> bool:
        """Whether the answer is rows; else it is only said that it is done."""
        return isinstance(get_named_type(self.field.type), GraphQLObjectType)

    def question(self) -> Query:
        """The question for what is to be shown. Raises InvalidQuery."""
        return self.reading.question(self.field.type, self.nodes, self.arguments) if self.shows_rows else Query()

    def pick(self, value: Any) -> bytes:
        """What is selected of a value, as JSON."""
        return msgspec.json.encode(self.reading.pick(self.field.type, self.nodes, value))


Run = Callable[[Ask], Awaitable[bytes]]
Root = Callable[[Call], Run]
"""Raises InvalidQuery; what it returns raises whatever verbs raise."""
