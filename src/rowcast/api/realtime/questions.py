"""The ``query`` member of a message. Must not know which message it came with."""

from __future__ import annotations

from msgspec import Raw

from rowcast.query import written
from rowcast.query.parse import Query


def query_of(raw: Raw) -> Query:
    """The query that the member holds, in native JSON or as REST texts; absent and null are the empty one. Raises InvalidQuery."""
    return written.query_of(bytes(raw))
