"""Casting: what each field type stores, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcast.engine.mutation.cast import cast_for, cast_key
from rowcast.errors import InvalidPayload, OutOfRange, RequestError, TooLong
from rowcast.schema import Column, Field

KINDS = [
    *(
        "integer",
        "bigInteger",
        "float",
        "decimal",
        "boolean",
        "string",
        "text",
        "uuid",
        "hash",
        "json",
        "csv",
        "binary",
    ),
    *("date", "time", "dateTime", "timestamp", "geometry", "geometry.Point", "unknown"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
UUID = "0F5F2C4E-1c6e-4f7e-9b66-3a3f0a6c1a01"


def field(kind: str, length: int | None = None) -> Field:
    return Field("things", "it", kind, column=Column("it", "things", "text", max_length=length))


@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        ("integer", 7, 7),
        ("integer", "7", 7),
        ("integer", "-7.0", -7),
        ("integer", 7.0, 7),
        ("integer", True, 1),
        ("bigInteger", 2**63 - 1, 2**63 - 1),
        ("bigInteger", "9007199254740993", 9007199254740993),
        ("float", "0.125", 0.125),
        ("decimal", "12.5", 12.5),
        ("decimal", 0, 0),
        ("decimal", "9007199254740993", 9007199254740993),
        ("boolean", True, 1),
        ("boolean", "false", 0),
        ("boolean", 1, 1),
        ("boolean", "0", 0),
        ("string", "å", "å"),
        ("string", 5, "5"),
        ("string", 5.0, "5"),
        ("text", False, "false"),
        ("uuid", UUID, UUID.lower()),
        ("json", {"a": [1, None]}, '{"a":[1,null]}'),
        ("json", '{"k": 1}', '{"k": 1}'),
        ("json", False, "false"),
        ("csv", ["x", "y z"], "x,y z"),
        ("csv", [], ""),
        ("csv", "m,n", "m,n"),
        ("date", "2021-02-03", "2021-02-03"),
        ("date", "2021-02-03T23:00:00Z", "2021-02-03"),
        ("time", "04:05", "04:05:00"),
        ("time", "04:05:06.789", "04:05:06"),
        ("dateTime", "2021-02-03T04:05:06", "2021-02-03T04:05:06"),
        ("dateTime", "2021-02-03", "2021-02-03T00:00:00"),
        ("dateTime", "2021-02-03T04:05:06+02:00", "2021-02-03T02:05:06"),
        ("timestamp", "2021-02-03T04:05:06Z", "2021-02-03T04:05:06.000Z"),
        ("timestamp", "2021-02-03T04:05:06.7+02:00", "2021-02-03T02:05:06.700Z"),
        ("timestamp", "2021-02-03 04:05:06", "2021-02-03T04:05:06.000Z"),
        ("geometry.Point", {"type": "Point", "coordinates": [1, 2]}, '{"type":"Point","coordinates":[1,2]}'),
        ("binary", "raw", b"raw"),
    ],
)
def test_a_value_of_its_type_is_stored_in_its_form(kind: str, given: Any, stored: Any) -> None:
    assert cast_for(field(kind))(given) == stored


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("integer", "abc"),
        ("integer", 1.5),
        ("integer", ""),
        ("integer", [1]),
        ("bigInteger", {"a": 1}),
        ("float", "NaN"),
        ("float", "many"),
        ("decimal", "1e999"),
        ("boolean", "maybe"),
        ("boolean", 2),
        ("string", {"a": 1}),
        ("string", ["a"]),
        ("uuid", "not-a-uuid"),
        ("json", "{broken"),
        ("csv", [{"a": 1}]),
        ("date", "not a date"),
        ("date", "2021-02-30"),
        ("date", "20210203"),
        ("time", "25:00"),
        ("dateTime", "yesterday"),
        ("dateTime", 5),
        ("timestamp", "abc"),
        ("timestamp", "0001-01-01T00:00:00+23:00"),
        ("geometry", {"type": "Circle", "coordinates": []}),
        ("geometry", {"type": ["Point"], "coordinates": [1, 2]}),
        ("geometry", {"type": "Point", "coordinates": ["a", 2]}),
        ("geometry", {"type": "Point", "coordinates": [1]}),
        ("geometry", {"type": "Point", "coordinates": [True, 2]}),
        ("geometry", {"type": "LineString", "coordinates": [1, 2]}),
        ("geometry", {"type": "MultiPolygon", "coordinates": [[[1, 2]]]}),
        ("geometry", {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": None}]}),
        ("geometry", {"type": "GeometryCollection", "coordinates": [1, 2]}),
        ("geometry.Point", {"type": "Polygon", "coordinates": []}),
    ],
)
def test_a_value_of_another_type_is_refused(kind: str, given: Any) -> None:
    with pytest.raises(InvalidPayload):
        cast_for(field(kind))(given)


def test_what_does_not_fit_has_a_code_of_its_own() -> None:
    with pytest.raises(OutOfRange) as range_error:
        cast_for(field("integer"))(2**63)
    with pytest.raises(TooLong) as length_error:
        cast_for(field("string", length=3))("four")
    assert range_error.value.extensions["field"] == length_error.value.extensions["field"] == "it"


@pytest.mark.parametrize("kind", ["integer", "boolean", "json", "csv", "date", "geometry", "uuid", "string"])
def test_null_stays_null(kind: str) -> None:
    assert cast_for(field(kind))(None) is None


def test_a_key_that_no_row_can_have_is_none() -> None:
    assert cast_key(field("integer"), "12") == 12
    assert cast_key(field("integer"), "twelve") is None
    assert cast_key(field("uuid"), "not-a-uuid") is None


@given(kind=st.sampled_from(KINDS), value=JSON)
def test_whatever_is_sent_is_stored_or_refused(kind: str, value: Any) -> None:
    cast = cast_for(field(kind))
    try:
        stored = cast(value)
    except RequestError:
        return
    assert stored is None or isinstance(stored, str | int | float | bytes)
    if kind not in ("binary", "unknown"):
        assert cast(stored) == stored


@given(value=JSON)
def test_whatever_is_given_as_a_key_is_one_or_none(value: Any) -> None:
    for kind in ("integer", "uuid", "string"):
        assert isinstance(cast_key(field(kind), value), str | int | None)
