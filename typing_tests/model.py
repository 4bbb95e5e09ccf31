"""Classes as ``rowcast types`` writes them, and smaller ones by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime as DateTime  # noqa: N812 - as it is written
from typing import ClassVar, TypedDict

from msgspec import Struct

from rowcast.client import collection


class Messages(Struct, kw_only=True):
    """A row of `messages`."""

    __collection__: ClassVar[str] = "messages"

    id: int = 0
    date_created: DateTime | None = None
    text: str | None = None
    user: str | None = None


class Line(TypedDict):
    """Two of its fields."""

    user: str
    text: str


@collection("messages")
class Message(TypedDict):
    """A row of `messages`."""

    id: int
    date_created: DateTime | None
    text: str | None
    user: str | None


@dataclass
class Said:
    """One of its fields."""

    __collection__: ClassVar[str] = "messages"

    text: str | None = None
