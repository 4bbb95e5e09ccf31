"""Casts to the stored form of a type."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.errors import InvalidQuery
from rowcast.query.values import cast, fitting


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        ("integer", "7", 7),
        ("integer", "1.5", 1.5),
        ("bigInteger", "9007199254740993", 9007199254740993),
        ("decimal", "12.50", 12.5),
        ("decimal", "3", 3),
        ("float", 2.0, 2),
        ("boolean", "true", True),
        ("boolean", "0", False),
        ("boolean", 1, True),
        ("string", 5, "5"),
        ("string", True, "true"),
        ("timestamp", "2012-12-12T14:12:12+02:00", "2012-12-12T12:12:12.000Z"),
        ("timestamp", "2012-12-12", "2012-12-12T00:00:00.000Z"),
        ("timestamp", "2012-12", "2012-12-01T00:00:00.000Z"),
        ("date", "2012", "2012-01-01"),
        ("timestamp", 1767261600000, "2026-01-01T10:00:00.000Z"),
        ("dateTime", "2012-12-12T14:12:12.123Z", "2012-12-12T14:12:12"),
        ("date", "2012-12-12T23:59:59", "2012-12-12"),
        ("time", "06:15", "06:15:00"),
        ("time", "2012-12-12T06:15:00Z", "06:15:00"),
        ("date", None, None),
    ],
)
def test_values_are_cast(kind: str, value: Any, stored: Any) -> None:
    result = cast(kind, value)
    assert result == stored
    assert type(result) is type(stored)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", "abc"),
        ("integer", True),
        ("integer", "9" * 30),
        ("integer", "1_0"),
        ("float", "nan"),
        ("float", "9" * 500),
        ("float", []),
        ("boolean", "maybe"),
        ("boolean", 2),
        ("timestamp", "soon"),
        ("timestamp", "2012-13"),
        ("timestamp", "20121"),
        ("timestamp", 1e300),
        ("date", True),
        ("time", "25:00"),
    ],
)
def test_what_does_not_fit_is_refused_in_questions_and_null_in_variables(kind: str, value: Any) -> None:
    with pytest.raises(InvalidQuery):
        cast(kind, value)
    assert fitting(kind, value) is None
