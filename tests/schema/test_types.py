"""Types and what holds them."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.schema.types import GEOMETRIES, TYPES, declared_type, default_of, field_type, special_for
from rowcast.store.sqlite.introspect import split_type

STORED_ALIKE = {"decimal": "float", "unknown": "text"}


@pytest.mark.parametrize("kind", sorted(TYPES - {"alias"}))
def test_a_declared_column_is_read_as_its_type(kind: str) -> None:
    data_type, length, _, _ = split_type(declared_type(kind))
    assert field_type(data_type, length, special_for(kind)) == STORED_ALIKE.get(kind, kind)


@pytest.mark.parametrize(
    ("data_type", "length", "special", "kind"),
    [
        ("varchar", 12, (), "string"),
        ("char", 36, (), "string"),
        ("char", 36, ("uuid",), "uuid"),
        ("char", 36, ("file",), "uuid"),
        ("char", 3, (), "string"),
        ("datetime", None, (), "dateTime"),
        ("datetime", None, ("date-created", "cast-timestamp"), "timestamp"),
        ("integer", None, ("cast-boolean",), "boolean"),
        ("integer", None, ("m2o",), "integer"),
        ("text", None, ("geometry.Point",), "geometry.Point"),
        ("varchar", 255, ("hash", "conceal"), "hash"),
        ("money", None, (), "unknown"),
    ],
)
def test_column_and_special_give_the_type(
    data_type: str, length: int | None, special: tuple[str, ...], kind: str
) -> None:
    assert field_type(data_type, length, special) == kind


def test_geometries_are_types() -> None:
    assert GEOMETRIES <= TYPES
    assert len(GEOMETRIES) == 7


@pytest.mark.parametrize(
    ("kind", "declared", "value"),
    [
        ("integer", None, None),
        ("integer", "NULL", None),
        ("integer", "5", 5),
        ("integer", "'5'", 5),
        ("bigInteger", "-7", -7),
        ("float", "1.5", 1.5),
        ("boolean", "'1'", True),
        ("boolean", "0", False),
        ("boolean", "true", True),
        ("string", "'it''s'", "it's"),
        ("string", '"new"', "new"),
        ("json", "'[1]'", [1]),
        ("json", "'[1'", "[1"),
        ("dateTime", "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"),
        ("integer", "(1 + 2)", "(1 + 2)"),
        ("integer", "abc", "abc"),
    ],
)
def test_defaults_are_read(kind: str, declared: str | None, value: Any) -> None:
    assert default_of(kind, declared) == value


@pytest.mark.parametrize(
    ("declared", "parts"),
    [
        ("VARCHAR(255)", ("varchar", 255, None, None)),
        ("char (36)", ("char", 36, None, None)),
        ("DECIMAL(10, 2)", ("decimal", None, 10, 2)),
        ("INTEGER", ("integer", None, None, None)),
        ("double precision", ("double precision", None, None, None)),
        ("", ("", None, None, None)),
        ("odd(a)", ("odd(a)", None, None, None)),
    ],
)
def test_declared_types_are_split(declared: str, parts: tuple[object, ...]) -> None:
    assert split_type(declared) == parts
