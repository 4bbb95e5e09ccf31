"""A class as ``rowcast types`` writes it, and a smaller one by hand."""

from __future__ import annotations

from datetime import datetime as DateTime  # noqa: N812 - as it is written
from typing import ClassVar, TypedDict

from msgspec import Struct


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
