"""The input types of comparisons, one per kind of value, and those of functions. Shared by all schemas."""

from __future__ import annotations

from graphql import (
    GraphQLBoolean,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLList,
    GraphQLObjectType,
    GraphQLString,
)

from rowcast.api.graphql.scalars import BigInt, Date, GeoJSON, Hash, Shown, TextOrNumber, type_of
from rowcast.query.calls import FUNCTIONS
from rowcast.schema import Field

Flags = GraphQLBoolean
_PRESENCE = ("_null", "_nnull")
_EMPTINESS = ("_empty", "_nempty")
_ENDS = tuple(f"_{sign}{fold}{end}" for end in ("starts_with", "ends_with") for fold in ("", "i") for sign in ("", "n"))


def _operators(name: str, flags: tuple[str, ...], **operators: GraphQLInputType) -> GraphQLInputObjectType:
    fields = {operator: GraphQLInputField(kind) for operator, kind in operators.items()}
    return GraphQLInputObjectType(name, {**fields, **{flag: GraphQLInputField(Flags) for flag in flags}})


def _ordered(name: str, one: GraphQLInputType, many: GraphQLInputType) -> GraphQLInputObjectType:
    several = GraphQLList(many)
    ones = dict.fromkeys(("_eq", "_neq", "_gt", "_gte", "_lt", "_lte"), one)
    return _operators(name, _PRESENCE, **ones, **dict.fromkeys(("_in", "_nin", "_between", "_nbetween"), several))


STRING = _operators(
    "string_filter_operators",
    (*_PRESENCE, *_EMPTINESS),
    **dict.fromkeys(("_eq", "_neq", "_contains", "_icontains", "_ncontains", *_ENDS), GraphQLString),
    **dict.fromkeys(("_in", "_nin"), GraphQLList(GraphQLString)),
)
BOOLEAN = _operators("boolean_filter_operators", _PRESENCE, _eq=GraphQLBoolean, _neq=GraphQLBoolean)
NUMBER = _ordered("number_filter_operators", TextOrNumber, TextOrNumber)
BIG_INT = _ordered("big_int_filter_operators", BigInt, BigInt)
DATE = _ordered("date_filter_operators", GraphQLString, TextOrNumber)
HASH = _operators("hash_filter_operators", (*_PRESENCE, *_EMPTINESS))
GEOMETRY = _operators(
    "geometry_filter_operators",
    _PRESENCE,
    **dict.fromkeys(("_eq", "_neq", "_intersects", "_nintersects", "_intersects_bbox", "_nintersects_bbox"), GeoJSON),
)

_KINDS: dict[Shown, GraphQLInputObjectType] = {
    GraphQLBoolean: BOOLEAN,
    BigInt: BIG_INT,
    GraphQLInt: NUMBER,
    Date: DATE,
    GeoJSON: GEOMETRY,
    Hash: HASH,
}
_ORDER = ("year", "month", "week", "day", "weekday", "hour", "minute", "second")


def operators_of(field: Field) -> GraphQLInputObjectType:
    """How the values of a field may be compared."""
    kind = type_of(field)
    return NUMBER if field.type in ("decimal", "float") and not field.concealed else _KINDS.get(kind, STRING)


def _functions(name: str, calls: tuple[str, ...]) -> tuple[GraphQLObjectType, GraphQLInputObjectType]:
    shown = GraphQLObjectType(name, {call: GraphQLField(GraphQLInt) for call in calls})
    return shown, GraphQLInputObjectType(
        f"{name.removesuffix('s')}_filter_operators", {call: GraphQLInputField(NUMBER) for call in calls}
    )


def _parts(kind: str) -> tuple[str, ...]:
    return tuple(name for name in _ORDER if name in FUNCTIONS[kind])


_COUNT = _functions("count_functions", ("count",))
_MOMENT = _functions("datetime_functions", _parts("timestamp"))
_BY_TYPE = {
    "timestamp": _MOMENT,
    "dateTime": _MOMENT,
    "date": _functions("date_functions", _parts("date")),
    "time": _functions("time_functions", _parts("time")),
    "json": _COUNT,
    "alias": _COUNT,
}


def functions_of(field: Field) -> tuple[GraphQLObjectType, GraphQLInputObjectType] | None:
    """The type that shows what functions make of a field, and the one that compares it; None: there are no functions for it."""
    return None if field.concealed else _BY_TYPE.get(field.type)
