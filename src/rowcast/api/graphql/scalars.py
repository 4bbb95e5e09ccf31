"""Scalar types beyond GraphQL's own, and which type shows which field. Knows types only."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLFloat,
    GraphQLInt,
    GraphQLList,
    GraphQLScalarType,
    GraphQLString,
)

from rowcast.schema import Field

LEAST, GREATEST = -(2**63), 2**63 - 1


def _big_int(value: Any) -> int:
    try:
        number = int(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
    except ValueError:
        number = None
    if number is None or not LEAST <= number <= GREATEST:
        raise GraphQLError("BigInt cannot represent this value.")
    return number


def _text_or_number(value: Any) -> str | int | float:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return value
    raise GraphQLError("GraphQLStringOrFloat cannot represent this value.")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise GraphQLError("A text is expected.")


BigInt = GraphQLScalarType("BigInt", description="A 64-bit integer, shown as text.", parse_value=_big_int)
Date = GraphQLScalarType("Date", description="A date, a time, or both, as ISO 8601 text.", parse_value=_text)
GeoJSON = GraphQLScalarType("GraphQLGeoJSON", description="A GeoJSON geometry.")
Hash = GraphQLScalarType("Hash", description="A value that is stored hashed or kept secret.", parse_value=_text)
JSON = GraphQLScalarType("JSON", description="Any JSON value.")
TextOrNumber = GraphQLScalarType("GraphQLStringOrFloat", description="A text or a number.", parse_value=_text_or_number)

Shown = GraphQLScalarType | GraphQLList[Any]
Texts: GraphQLList[Any] = GraphQLList(GraphQLString)

_BY_TYPE: dict[str, Shown] = {
    "boolean": GraphQLBoolean,
    "bigInteger": BigInt,
    "integer": GraphQLInt,
    "decimal": GraphQLFloat,
    "float": GraphQLFloat,
    "csv": Texts,
    "json": JSON,
    "timestamp": Date,
    "dateTime": Date,
    "date": Date,
    "time": Date,
    "hash": Hash,
}


def type_of(field: Field) -> Shown:
    """The type that shows the values of a field."""
    if field.concealed:
        return Hash
    return GeoJSON if field.type.startswith("geometry") else _BY_TYPE.get(field.type, GraphQLString)
