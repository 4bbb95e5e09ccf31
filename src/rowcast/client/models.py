"""What a typed class says: which collection it stands for and which fields it wants. A class with fewer members than the
collection is a projection: just those fields are asked for. Pure."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, ClassVar, Final, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints, is_typeddict

import msgspec
from msgspec import Struct, UnsetType

from rowcast.errors import InvalidConfiguration

Row = TypeVar("Row")
_NONE: Final = object()
"""A member without default."""


def collection(name: str) -> Callable[[type[Row]], type[Row]]:
    """Says which collection a class stands for, where the class cannot say it itself: ``@collection("messages")`` above a
    TypedDict. Others say it by ``__collection__: ClassVar[str] = "messages"``."""

    def mark(model: type[Row]) -> type[Row]:
        model.__collection__ = name  # type: ignore[attr-defined]
        return model

    return mark


def collection_of(model: type[Any]) -> str:
    """The collection that the class stands for, by its ``__collection__``. Raises InvalidConfiguration if it names none."""
    name = getattr(model, "__collection__", None)
    if not isinstance(name, str):
        who = getattr(model, "__name__", repr(model))
        raise InvalidConfiguration(
            f'{who} names no collection: give it __collection__: ClassVar[str] = "…", or @collection("…").'
        )
    return name


def named(collection: str | type[Any]) -> tuple[str, type[Any] | None]:
    """A collection, given by its name or by a class, and the class. Raises InvalidConfiguration if the class names none."""
    return (collection, None) if isinstance(collection, str) else (collection_of(collection), collection)


def misfit(model: Any, error: msgspec.MsgspecError) -> InvalidConfiguration:
    """What to raise when a row is not what the class says; without class, when it is no row."""
    if model is None or model is dict:
        return InvalidConfiguration(f"What the server sends is no row: {error}.")
    return InvalidConfiguration(
        f"A row does not fit {getattr(model, '__name__', model)}: {error}. "
        "Write the classes again (`rowcast types`), or let the member be what the server sends."
    )


def from_json(kind: Any, value: Any) -> Any:
    """Types that JSON does not have and msgspec does not know, such as one of your own: made from the value."""
    return kind(value)


@cache
def _known(model: Any) -> tuple[str, ...]:
    return tuple(_fields(model, ()))


def fields_of(model: type[Any]) -> tuple[str, ...]:
    """The fields that the class asks for, those of nested classes as ``author.name``; empty for ``dict``, which takes all."""
    known: Any = model
    return _known(known)


def _fields(model: Any, outer: tuple[Any, ...]) -> Iterator[str]:
    for name, kind in _members(model):
        inner = [each for part in _parts(kind) if part not in outer for each in _fields(part, (*outer, model))]
        if inner:
            yield from (f"{name}.{each}" for each in inner)
        else:
            yield name


def _members(model: Any) -> list[tuple[str, Any]]:
    if isinstance(model, type) and issubclass(model, Struct):
        return [(field.encode_name, field.type) for field in msgspec.structs.fields(model)]
    if is_typeddict(model):
        return list(get_type_hints(model).items())
    if dataclasses.is_dataclass(model):
        kinds = get_type_hints(model)
        return [(field.name, kinds[field.name]) for field in dataclasses.fields(model)]
    return []


def _parts(kind: Any) -> Iterator[Any]:
    """The classes in a type such as ``list[Author] | None``."""
    if get_origin(kind) in (Union, types.UnionType, list, tuple):
        for each in get_args(kind):
            yield from _parts(each)
    else:
        yield kind


class Dataclass(Protocol):
    """Any object of a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


def payload(data: Any) -> Any:
    """What is sent of a row: of an object, the members that differ from their defaults; anything else as it is."""
    if isinstance(data, Struct):
        members = [
            (field.encode_name, field.name, _struct_default(field)) for field in msgspec.structs.fields(type(data))
        ]
    elif dataclasses.is_dataclass(data) and not isinstance(data, type):
        members = [(field.name, field.name, _dataclass_default(field)) for field in dataclasses.fields(data)]
    else:
        return data
    values = [(told, getattr(data, name), default) for told, name, default in members]
    return {told: payload(value) for told, value, default in values if _differs(value, default)}


def _differs(value: Any, default: Any) -> bool:
    return not isinstance(value, UnsetType) and (default is _NONE or bool(value != default))


def _struct_default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return _NONE if field.default is msgspec.NODEFAULT else field.default


def _dataclass_default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return _NONE if field.default is dataclasses.MISSING else field.default
