"""A question as JSON text. Must not know which message it came with."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from rowcast.errors import InvalidPayload
from rowcast.query.parse import Query, parse

_LONGEST_KEPT = 2048
_decode = msgspec.json.Decoder(dict).decode


def query_of(text: bytes) -> Query:
    """The query that the text holds, in native JSON or as REST texts; nothing and null are the empty one. Raises InvalidQuery,
    InvalidPayload."""
    if not text or text == b"null":
        return Query()
    return _known(text) if len(text) <= _LONGEST_KEPT else _read(text)


def _read(text: bytes) -> Query:
    try:
        return parse(_decode(text))
    except msgspec.DecodeError as error:
        raise InvalidPayload(str(error)) from None


_known = lru_cache(maxsize=4096)(_read)
