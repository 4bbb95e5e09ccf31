"""Requests that nobody should send: good ones with a part replaced, and rubbish. Must not know how they are sent.

Good requests come first, since rubbish alone never gets past the door.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from rowcast.query.operators import KNOWN
from tests.engine.shop import COLLECTIONS
from tests.support.good import GOOD_QUERIES

OPERATORS = [*sorted(f"_{name}" for name in KNOWN), "_some", "_none", "_and", "_or", "_nothing", "_"]
FIELDS = sorted(
    {part["field"] for made in COLLECTIONS for part in made["fields"]} | {"books", "reviews", "genres", "parts"}
)
PATHS = [
    *FIELDS,
    "*",
    "*.*",
    "*.*.*",
    "author.name",
    "books.reviews.stars",
    "genres.genres_slug.label",
    "parts.item:quotes.words",
    "parts.item.caption",
    "count(reviews)",
    "year(made)",
    "json(a, b)",
    "-pages",
    "a.b.c",
    "$thumb",
    "",
    ".",
    "(",
    "item:",
    "-",
]
NAMES = [
    *[made["collection"] for made in COLLECTIONS],
    "directus_users",
    "directus_roles",
    "directus_policies",
    "directus_permissions",
    "directus_settings",
    "directus_presets",
    "directus_fields",
    "directus_files",
    "directus_activity",
    "directus_shares",
]
KEYS = [
    "1",
    "0",
    "-1",
    "2",
    "9223372036854775808",
    "1.0",
    "1e3",
    "nonsense",
    "%00",
    "a b",
    "é",
    "me",
    "null",
    "*",
    "[]",
]
_WORDS = """
collection fields schema meta type field special keys data query filter sort limit deep alias aggregate
groupBy search item to email password otp mode token refresh_token status role policies permissions
related_collection one_field junction_field is_nullable default_value max_length is_primary_key create update
delete hash diff validation presets ip_access share
"""
WORDS = [*FIELDS, *_WORDS.split()]
DEEP = "@deep@"
"""Stands for JSON that is nested deeper than any stack."""
DEEP_JSON = b'{"a":' * 3000 + b"1" + b"}" * 3000
ODD: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1,
    0.5,
    2**31,
    2**53 + 1,
    2**63,
    -(2**63) - 1,
    10**30,
    1e308,
    "",
    " ",
    "\0",
    "a\0b",
    "null",
    "true",
    "NaN",
    "1",
    "01",
    "1e400",
    "-0",
    "é",
    "\u2028",
    "𝒳",
    "%",
    "_",
    "'",
    '"',
    "\\",
    "$",
    "$NOW",
    "$NOW(",
    "$NOW(-1 day)",
    "$CURRENT_USER",
    "$FOLLOW(books,author)",
    "$CURRENT_USER.role.name",
    "$CURRENT_ROLES",
    "2020-01-01",
    "2020-02-30",
    "24:00:00",
    "2020-01-01T00:00:00Z",
    "**********",
    "x" * 300,
    DEEP,
    "{",
    "[",
    "[1",
    '{"a":',
    "a,b",
    [],
    {},
    [[]],
    [{}],
    {"": ""},
    [None],
    {"_eq": 1},
    {"create": [{}], "update": [], "delete": []},
]

_FLAT = st.sampled_from(ODD)
odd: st.SearchStrategy[Any] = st.one_of(
    _FLAT,
    _FLAT,
    _FLAT,
    st.text(max_size=5),
    st.integers(),
    st.floats(),
    st.lists(_FLAT, max_size=3),
    st.dictionaries(st.sampled_from(WORDS + OPERATORS + NAMES), _FLAT, max_size=3),
)
"""Something else than what is expected."""

_ANY = st.integers(0, 2**16)
_SPOTS = st.integers(0, 2)
_ACTS = st.sampled_from(("replace", "replace", "replace", "leave out", "rename"))
_NAMES = st.sampled_from(WORDS + OPERATORS + PATHS)
_FORMS = st.sampled_from(("good",) * 16 + ("cut", "doubled", "bytes", "deep"))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to every part of a JSON value, itself included."""
    inner: Sequence[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path, *(place for name, part in inner for place in places(part, (*path, name)))]


@st.composite
def spoilt(draw: st.DrawFn, good: list[Any]) -> Any:
    """One of the good values, with none, one or two of its parts replaced, left out or given another name."""
    value = copy.deepcopy(good[draw(_ANY) % len(good)])
    for _ in range(draw(_SPOTS)):
        ways = places(value)
        path = ways[draw(_ANY) % len(ways)]
        if not path:
            return copy.deepcopy(draw(odd))
        parent = value
        for name in path[:-1]:
            parent = parent[name]
        act = draw(_ACTS)
        if act == "replace":
            parent[path[-1]] = copy.deepcopy(draw(odd))  # the next turn may change it
        else:
            part = parent.pop(path[-1])
            if act == "rename" and isinstance(parent, dict):
                parent[draw(_NAMES)] = part
    return value


queries = spoilt(GOOD_QUERIES)


def encoded(value: Any) -> str:
    """The value as JSON text, halves of characters and numbers that JSON has not got included."""
    return json.dumps(value, ensure_ascii=True)


@st.composite
def texts(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> bytes:
    """JSON text of the value, now and then cut, doubled or no JSON at all."""
    text = encoded(draw(values)).encode().replace(encoded(DEEP).encode(), DEEP_JSON)
    how = draw(_FORMS)
    if how == "cut":
        return text[: draw(st.integers(0, len(text)))]
    if how == "bytes":
        return draw(st.binary(max_size=20))
    if how == "deep":
        return DEEP_JSON
    return text * 2 if how == "doubled" else text
