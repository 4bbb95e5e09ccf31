"""What a typed class says: which collection it stands for and which fields it wants. A class with fewer members than the
collection is a projection: just those fields are asked for. Pure."""

from __future__ import annotations

import types
from collections.abc import Iterator
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

import msgspec
from msgspec import Struct, UnsetType

from rowcast.errors import InvalidConfiguration


def collection_of(model: type[Any]) -> str:
    """The collection that the class stands for, by its ``__collection__``. Raises InvalidConfiguration if it names none."""
    name = getattr(model, "__collection__", None)
    if not isinstance(name, str):
        raise InvalidConfiguration(
            f'{model.__name__} names no collection: give it __collection__: ClassVar[str] = "…".'
        )
    return name


def named(collection: str | type[Any]) -> tuple[str, type[Any] | None]:
    """A collection, given by its name or by a class, and the class. Raises InvalidConfiguration if the class names none."""
    return (collection, None) if isinstance(collection, str) else (collection_of(collection), collection)


def misfit(model: Any, error: msgspec.MsgspecError) -> InvalidConfiguration:
    """What to raise when a row is not what the class says."""
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
    return list(get_type_hints(model).items()) if is_typeddict(model) else []


def _parts(kind: Any) -> Iterator[Any]:
    """The classes in a type such as ``list[Author] | None``."""
    if get_origin(kind) in (Union, types.UnionType, list, tuple):
        for each in get_args(kind):
            yield from _parts(each)
    else:
        yield kind


def payload(data: Any) -> Any:
    """What is sent of a row: of an object, the members that differ from their defaults; anything else as it is."""
    if not isinstance(data, Struct):
        return data
    said = {}
    for field in msgspec.structs.fields(type(data)):
        value = getattr(data, field.name)
        if not _is_default(field, value) and not isinstance(value, UnsetType):
            said[field.encode_name] = payload(value)
    return said


def _is_default(field: msgspec.structs.FieldInfo, value: Any) -> bool:
    if field.default_factory is not msgspec.NODEFAULT:
        return bool(value == field.default_factory())
    return field.default is not msgspec.NODEFAULT and bool(value == field.default)
