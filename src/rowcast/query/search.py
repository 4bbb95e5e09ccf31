"""Chooses the columns that a search text can be found in. Knows types; what "found" means is written by ``sql`` and ``match``."""

from __future__ import annotations

from uuid import UUID

from rowcast.errors import RowcastError
from rowcast.query.operators import NUMBERS
from rowcast.query.sight import Sight
from rowcast.query.tree import Always, Condition, Ref, Search
from rowcast.query.values import cast
from rowcast.schema import Collection, Field


def search(sight: Sight, collection: Collection, text: str) -> Condition:
    """Rows with ``text`` in a text column, or equal to a number or uuid column. Concealed and excluded fields are left out."""
    refs = tuple(Ref(field) for field in sight.fields(collection) if _fits(field, text))
    return Search(text, refs) if refs else Always(False)


def _fits(field: Field, text: str) -> bool:
    if field.is_alias or field.concealed or (field.meta is not None and field.meta.get("searchable") in (False, 0)):
        return False
    if field.type in ("string", "text"):
        return True
    return (field.type in NUMBERS and _is_number(field.type, text)) or (field.type == "uuid" and _is_uuid(text))


def _is_number(kind: str, text: str) -> bool:
    try:
        number = cast(kind, text)
    except RowcastError:
        return False
    return isinstance(number, int) or kind in ("float", "decimal")


def _is_uuid(text: str) -> bool:
    try:
        return len(text) == 36 and str(UUID(text)) == text.lower()
    except ValueError:
        return False
