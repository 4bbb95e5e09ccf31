"""Plans of columns from what clients ask for."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.engine.model.columns import (
    altered_column,
    completed_special,
    new_column,
    special_after,
    standing_column,
)
from rowcast.errors import InvalidPayload
from rowcast.schema import Column, Field


def test_a_column_without_wishes_is_nullable() -> None:
    plan = new_column("a", "string", {})
    assert (plan.nullable, plan.unique, plan.indexed, plan.primary_key, plan.max_length) == (
        True,
        False,
        False,
        False,
        None,
    )


def test_a_primary_key_is_never_null() -> None:
    plan = new_column("id", "integer", {"is_primary_key": True, "has_auto_increment": True})
    assert (plan.nullable, plan.primary_key, plan.auto_increment) == (False, True, True)


@pytest.mark.parametrize(
    ("kind", "default"),
    [("integer", 5), ("string", "new"), ("boolean", True), ("float", 1.5), ("json", {"a": 1}), ("timestamp", "now()")],
)
def test_a_default_that_fits_is_kept(kind: str, default: Any) -> None:
    assert new_column("a", kind, {"default_value": default}).default == default


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("integer", {"default_value": "many"}),
        ("boolean", {"default_value": "perhaps"}),
        ("date", {"default_value": "soon"}),
        ("string", {"max_length": 0}),
        ("string", {"max_length": "12"}),
        ("string", {"is_nullable": "no"}),
    ],
)
def test_what_does_not_fit_is_refused(kind: str, asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidPayload):
        new_column("a", kind, asked)


@pytest.mark.parametrize(
    ("kind", "given", "special"),
    [
        ("string", None, None),
        ("timestamp", None, ["cast-timestamp"]),
        ("timestamp", ["date-created"], ["date-created", "cast-timestamp"]),
        ("dateTime", ["date-created"], ["date-created"]),
        ("json", None, None),
        ("boolean", ["cast-boolean"], ["cast-boolean"]),
        ("csv", None, ["cast-csv"]),
        ("uuid", None, None),
        ("hash", ["hash", "conceal"], ["hash", "conceal"]),
        ("geometry.Point", None, ["geometry.Point"]),
        ("decimal", None, None),
    ],
)
def test_a_type_is_kept_by_its_special(kind: str, given: list[str] | None, special: list[str] | None) -> None:
    assert completed_special(kind, given) == special


def test_the_special_of_the_old_type_goes() -> None:
    assert special_after("csv", "text", ["cast-csv"]) is None
    assert special_after("timestamp", "dateTime", ["date-created", "cast-timestamp"]) == ["date-created"]


def standing(**members: Any) -> Field:
    return Field("t", "a", "string", (), Column("a", "t", "varchar", max_length=12, **members))


def test_what_is_not_asked_for_stays() -> None:
    found = standing(default_value="x", is_unique=True, is_nullable=False)
    assert altered_column(found, "string", {}) == standing_column(found)
    changed = altered_column(found, "string", {"max_length": 30})
    assert (changed.max_length, changed.default, changed.unique, changed.nullable) == (30, "x", True, False)


def test_the_default_of_another_type_goes() -> None:
    assert altered_column(standing(default_value="x"), "integer", {}).default is None


def test_a_primary_key_stays_one() -> None:
    found = standing(is_primary_key=True, is_nullable=False, is_unique=True)
    changed = altered_column(found, "string", {"is_primary_key": False, "is_nullable": True, "max_length": 40})
    assert (changed.primary_key, changed.nullable, changed.max_length) == (True, False, 40)


def test_a_key_of_a_uuid_reads_as_string_and_stays_a_char() -> None:
    found = Field("t", "a", "string", ("m2o",), Column("a", "t", "char", max_length=36))
    assert standing_column(found).type == "uuid"
    assert altered_column(found, "string", {"is_nullable": False}).type == "uuid"
    assert new_column("a", "string", {"data_type": "char", "max_length": 36}).type == "uuid"
