"""The wire form of whatever is stored."""

from __future__ import annotations

import json
from typing import Any

import apsw
import pytest

from rowcast.query.sql.wire import wire
from rowcast.schema import Field


@pytest.mark.parametrize(
    ("kind", "stored", "shown"),
    [
        ("timestamp", "2026-01-01T10:00:00.000Z", "2026-01-01T10:00:00.000Z"),
        ("timestamp", "2026-01-01 10:00:00", "2026-01-01T10:00:00.000Z"),
        ("timestamp", "2026-01-01T12:00:00+02:00", "2026-01-01T10:00:00.000Z"),
        ("timestamp", 1767261600000, "2026-01-01T10:00:00.000Z"),
        ("timestamp", "nonsense", "nonsense"),
        ("dateTime", "2026-01-01 10:00:00", "2026-01-01T10:00:00"),
        ("date", "2026-01-01 10:00:00", "2026-01-01"),
        ("time", "10:00", "10:00:00"),
        ("boolean", 0, False),
        ("boolean", 1, True),
        ("boolean", "false", False),
        ("float", 1.0, 1),
        ("float", 0.30000000000000004, 0.30000000000000004),
        ("float", float("inf"), None),
        ("decimal", -(2**63), -(2**63)),
        ("bigInteger", 9007199254740993, 9007199254740993),
        ("json", '{"a":[1,{"b":"å"}]}', {"a": [1, {"b": "å"}]}),
        ("json", "{broken", "{broken"),
        ("json", 4, 4),
        ("csv", "", []),
        ("csv", 'a"x,å\\,c', ['a"x', "å\\", "c"]),
        ("geometry.Point", '{"type":"Point","coordinates":[1,2]}', {"type": "Point", "coordinates": [1, 2]}),
        ("string", "x\x00y\U0001f600", "x\x00y\U0001f600"),
        ("text", b"\xff\x00", "FF00"),
        ("binary", b"abc", "616263"),
        ("unknown", 1.5, 1.5),
    ],
)
def test_values_are_shown_and_never_raise(kind: str, stored: Any, shown: Any) -> None:
    form = wire(Field("c", "f", kind), "v")
    query = f"SELECT json_object('v', {form}), json_quote({form}) FROM (SELECT ? AS v)"
    inside, alone = next(iter(apsw.Connection(":memory:").execute(query, (stored,))))
    assert json.loads(inside) == {"v": shown}
    assert json.loads(alone) == shown


@pytest.mark.parametrize("kind", ["timestamp", "boolean", "float", "json", "csv", "string", "binary", "geometry"])
def test_null_is_null(kind: str) -> None:
    assert next(iter(apsw.Connection(":memory:").execute(f"SELECT {wire(Field('c', 'f', kind), 'NULL')}"))) == (None,)
