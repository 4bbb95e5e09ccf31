"""The operators of a filter: which field types take which, and what each expects. Knows no SQL and no schema beyond type names."""

from __future__ import annotations

NULLNESS = frozenset({"null", "nnull", "empty", "nempty"})
LISTS = frozenset({"in", "nin"})
RANGES = frozenset({"between", "nbetween"})
EQUALITY = frozenset({"eq", "neq"}) | LISTS | NULLNESS
ORDER = frozenset({"lt", "lte", "gt", "gte"}) | RANGES
WORDS = frozenset({"contains", "starts_with", "ends_with"})
TEXT = frozenset(f"{negation}{fold}{word}" for negation in ("", "n") for fold in ("", "i") for word in WORDS)
SHAPES = frozenset({"intersects", "nintersects", "intersects_bbox", "nintersects_bbox"})
PAYLOAD_ONLY = frozenset({"regex", "submitted"})
KNOWN = EQUALITY | ORDER | TEXT | SHAPES | PAYLOAD_ONLY | {"json"}

NUMBERS = frozenset({"integer", "bigInteger", "float", "decimal"})
TIMES = frozenset({"timestamp", "dateTime", "date", "time"})
TEXTS = frozenset({"string", "text", "uuid", "hash"})


def allowed(field_type: str) -> frozenset[str]:
    """The operators that make sense for a field type; none on alias fields, whose conditions are about related rows."""
    if field_type in NUMBERS or field_type in TIMES:
        return EQUALITY | ORDER
    if field_type in TEXTS or field_type == "csv":
        return EQUALITY | TEXT
    if field_type == "json":
        return EQUALITY | TEXT | {"json"}
    if field_type.startswith("geometry"):
        return frozenset({"eq", "neq"}) | NULLNESS | SHAPES
    return {"boolean": EQUALITY, "alias": frozenset()}.get(field_type, EQUALITY | ORDER | TEXT)


def split_text(operator: str) -> tuple[bool, bool, str]:
    """A text operator as (negated, case ignored, word): ``nistarts_with`` is (True, True, ``starts_with``)."""
    negated = operator.startswith("n")
    rest = operator[1:] if negated else operator
    fold = rest.startswith("i")
    return negated, fold, rest[1:] if fold else rest
