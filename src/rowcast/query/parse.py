"""Reads the parameters of a question, native JSON values and REST texts alike, into a ``Query``. Knows the forms, not the data
model: whether a field exists is not its business."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from rowcast.errors import InvalidQuery
from rowcast.query.calls import split
from rowcast.query.cost import shallow
from rowcast.query.flat import unflatten
from rowcast.query.shape import Shape
from rowcast.query.values import cast

__all__ = ["Query", "parse", "unflatten"]

META = ("total_count", "filter_count")
EXPORTS = ("csv", "csv_utf8", "json", "xml", "yaml")
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*")


V = TypeVar("V")


class Frozen(dict[str, V]):
    """A dict that nobody changes any more, hashable by its content, so that a query can be the key of its plan."""

    __slots__ = ("_hash",)
    _hash: int

    def __hash__(self) -> int:  # type: ignore[override]
        try:
            return self._hash
        except AttributeError:
            self._hash = hash(repr(self))
            return self._hash


NOTHING: Frozen[Any] = Frozen()


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked, as it was written; hashable. ``fields``: paths, ``("*",)`` if none were given. ``limit``: None is the default,
    -1 all. ``deep``: relation (or alias) → the query of its rows; inside it, ``fields`` is empty if not given. ``shape``: what a
    row looks like member by member, instead of ``fields``, ``deep`` and ``alias``."""

    fields: tuple[str, ...] = ("*",)
    filter: Frozen[Any] | None = None
    search: str | None = None
    sort: tuple[str, ...] = ()
    limit: int | None = None
    offset: int | None = None
    page: int | None = None
    aggregate: Frozen[tuple[str, ...]] = NOTHING
    group: tuple[str, ...] = ()
    deep: Frozen[Query] = NOTHING
    alias: Frozen[str] = NOTHING
    meta: tuple[str, ...] = ()
    export: str | None = None
    version: str | None = None
    version_raw: bool = False
    backlink: bool = True
    shape: Shape | None = None


def parse(raw: Mapping[str, Any]) -> Query:
    """The query in ``raw``; members that are no parameters are ignored, None is as not given. Raises ``InvalidQuery``."""
    given = {key: shallow(value) for key, value in raw.items() if value is not None}
    return Query(
        fields=names(given.get("fields"), "fields") or ("*",),
        meta=_meta(given.get("meta")),
        export=_export(given.get("export")),
        version=_text(given.get("version"), "version") or None,
        version_raw="versionRaw" in given and _flag(given["versionRaw"], "versionRaw", empty=True),
        **_common(given),
    )


def _common(given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that ``deep`` has too."""
    return {
        "filter": _filter(given.get("filter")),
        "search": _text(given.get("search"), "search") or None,
        "sort": names(given.get("sort"), "sort"),
        "limit": _count(given, "limit", -1),
        "offset": _count(given, "offset", 0),
        "page": _count(given, "page", 0),
        "aggregate": _aggregate(given.get("aggregate")),
        "group": names(given.get("groupBy", given.get("group")), "groupBy"),
        "deep": _deep(given.get("deep")),
        "alias": _alias(given.get("alias")),
        "backlink": "backlink" not in given or _flag(given["backlink"], "backlink"),
    }


def names(value: Any, parameter: str) -> tuple[str, ...]:
    """A comma list, a list of comma lists or a JSON list, as one tuple without empty names."""
    if value is None:
        return ()
    if isinstance(value, str):
        value = _decoded(value) if value.startswith("[") else [value]
    if not isinstance(value, (list, tuple)):
        raise InvalidQuery(f'"{parameter}" must be a list of names')
    return tuple(name for item in value for name in _flattened(item, parameter))


def _flattened(item: Any, parameter: str) -> Iterable[str]:
    """``{"author": ["name"]}`` is ``author.name``."""
    if isinstance(item, str):
        return split(item, ",")
    if isinstance(item, Mapping):
        return [f"{head}.{tail}" for head, below in item.items() for tail in names(below, parameter)]
    raise InvalidQuery(f'"{parameter}" must be a list of names')


def _decoded(text: str) -> Any:
    try:
        return shallow(json.loads(text))
    except (ValueError, RecursionError):
        return text


def _object(value: Any, parameter: str) -> Mapping[str, Any]:
    """A JSON object, given as such or as text."""
    value = _decoded(value) if isinstance(value, str) else value
    if not isinstance(value, Mapping):
        raise InvalidQuery(f"Invalid JSON for {parameter} object")
    return value


def _filter(value: Any) -> Frozen[Any] | None:
    if value is None or value == "":
        return None
    value = _decoded(value) if isinstance(value, str) else value
    return None if value is None else Frozen(_object(value, "filter"))


def _text(value: Any, parameter: str) -> str:
    if value is None or isinstance(value, (str, int, float)):
        return str(cast("string", value) or "")
    raise InvalidQuery(f'"{parameter}" must be a string')


def _count(given: Mapping[str, Any], parameter: str, least: int) -> int | None:
    value = given.get(parameter)
    if value is None or value == "":
        return None
    if isinstance(value, str) and len(value) < 40 and value.isascii() and _NUMBER.fullmatch(value):
        value = float(value) if re.search(r"[.eE]", value) else int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidQuery(f'"{parameter}" must be a number')
    if value != value or value in (float("inf"), -float("inf")) or int(value) != value:
        raise InvalidQuery(f'"{parameter}" must be an integer')
    if value < least:
        raise InvalidQuery(f'"{parameter}" must be greater than or equal to {least}')
    if value >= 2**53:
        raise InvalidQuery(f'"{parameter}" must be a safe number')
    return int(value)


def _aggregate(value: Any) -> Frozen[tuple[str, ...]]:
    if value is None or value == "":
        return NOTHING
    asked = {function: names(fields, "aggregate") for function, fields in _object(value, "aggregate").items()}
    if empty := next((function for function, fields in asked.items() if not fields), None):
        raise InvalidQuery(f'"aggregate[{empty}]" names no field')
    return Frozen(asked)


def _deep(value: Any) -> Frozen[Query]:
    if value is None or value == "":
        return NOTHING
    parts = _object(value, "deep").items()
    return Frozen({name: _nested(_object(below, "deep")) for name, below in parts if not name.startswith("_")})


def _nested(raw: Mapping[str, Any]) -> Query:
    """Members with ``_`` are parameters, the others are relations further down."""
    given = {key[1:]: value for key, value in raw.items() if key.startswith("_") and value is not None}
    given["deep"] = {key: value for key, value in raw.items() if not key.startswith("_")}
    if given.keys() & {"aggregate", "groupBy", "group"}:
        raise InvalidQuery('"deep" can\'t aggregate: ask for "count(…)" of the relation, or for its collection')
    return Query(fields=names(given.get("fields"), "fields"), **_common(given))


def _alias(value: Any) -> Frozen[str]:
    if value is None or value == "":
        return NOTHING
    alias = _object(value, "alias")
    for key, target in alias.items():
        if "." in key:
            raise InvalidQuery('"alias" key can\'t contain a period character `.`')
        if not isinstance(target, str):
            raise InvalidQuery('"alias" value must be a string')
        if "." in target.split("(")[0]:
            raise InvalidQuery('"alias" value can\'t contain a period character `.`')
    return Frozen(alias)


def _meta(value: Any) -> tuple[str, ...]:
    asked = names(value, "meta")
    if "*" in asked:
        return META
    for place, name in enumerate(asked):
        if name not in META:
            raise InvalidQuery(f'"meta[{place}]" must be one of [{", ".join(META)}]')
    return asked


def _export(value: Any) -> str | None:
    if value is None or (isinstance(value, str) and value in EXPORTS):
        return value
    raise InvalidQuery(f'"export" must be one of [{", ".join(EXPORTS)}]')


def _flag(value: Any, parameter: str, *, empty: bool = False) -> bool:
    if isinstance(value, bool):
        return value
    if value == "":
        return empty
    if value in ("true", "false", "1", "0"):
        return value in ("true", "1")
    raise InvalidQuery(f'"{parameter}" must be a boolean')
