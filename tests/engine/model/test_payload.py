"""Bodies that ask for changes of the data model."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.engine.model.payload import collection_payload, field_payload, relation_payload
from rowcast.errors import InvalidPayload


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, '"collection" is required'),
        ({"collection": None}, '"collection" is required'),
        ({"collection": ""}, '"collection" must be a non-empty string'),
        ({"collection": 7}, '"collection" must be a non-empty string'),
        ({"collection": "directus_x"}, '"collection" can\'t start with "directus_"'),
        ({"collection": "Rowcast_x"}, '"collection" can\'t start with "rowcast_"'),
        ({"collection": "a\0b"}, '"collection" contains characters that are not allowed in a name'),
        ({"collection": "a" * 65}, '"collection" length must be less than or equal to 64 characters long'),
        ({"collection": "a", "schema": []}, '"schema" must be of type object'),
        ({"collection": "a", "fields": {}}, '"fields" must be an array'),
        ([], '"value" must be of type object'),
        (None, '"value" must be of type object'),
    ],
)
def test_a_collection_is_refused(body: Any, reason: str) -> None:
    with pytest.raises(InvalidPayload) as refused:
        collection_payload(body)
    assert refused.value.extensions["reason"] == reason


@pytest.mark.parametrize(
    "body",
    [
        {"type": "string"},
        {"field": ""},
        {"field": 3},
        {"field": "a", "type": "colour"},
        {"field": "a", "type": []},
        {"field": "a", "meta": 1},
        "a",
    ],
)
def test_a_field_is_refused(body: Any) -> None:
    with pytest.raises(InvalidPayload):
        field_payload(body)


def test_a_folder_has_no_table() -> None:
    assert not collection_payload({"collection": "a", "schema": None, "meta": {}}).table
    assert collection_payload({"collection": "a"}).meta == {}


def test_without_meta_a_table_is_not_tracked() -> None:
    found = collection_payload({"collection": "a", "schema": {}})
    assert found.table
    assert found.meta is None


def test_an_alias_has_no_column_and_always_a_row() -> None:
    for kind in ("alias", "o2m", "m2m"):
        found = field_payload({"field": "a", "type": kind, "schema": {}})
        assert (found.column, found.meta) == (None, {})


def test_a_relation_without_schema_has_a_key_and_with_null_has_none() -> None:
    place = {"collection": "a", "field": "b", "related_collection": "c"}
    assert relation_payload(place).key == {}
    assert relation_payload({**place, "schema": None}).key is None
    assert relation_payload({**place, "related_collection": None, "schema": {}}).key is None
