"""What can be asked of a collection, as keyword arguments, and its form on the wire. Pure; the server checks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

from rowcast.client.expression import Condition
from rowcast.client.models import fields_of
from rowcast.errors import InvalidQuery

Filter = Condition | Mapping[str, Any]


class Query(TypedDict, total=False):
    """The members of a query. ``fields``, ``sort`` and ``group`` take a list or a comma list; ``limit=-1`` is all rows; ``deep``
    narrows related rows; ``meta`` asks for counts."""

    fields: Sequence[str] | str
    filter: Filter
    search: str
    sort: Sequence[str] | str
    limit: int
    offset: int
    page: int
    deep: Mapping[str, Any]
    alias: Mapping[str, str]
    aggregate: Mapping[str, Any]
    group: Sequence[str] | str
    meta: Sequence[Literal["total_count", "filter_count", "*"]] | str


def wire(query: Mapping[str, Any], model: type[Any] | None = None) -> dict[str, Any]:
    """The query as JSON. Without ``fields``, those of the ``model`` are asked for. ``groupBy`` and other names of the wire may
    be given as they are."""
    for name in query.keys() - _KNOWN:
        _mistyped(name)
    said = {_NAMES.get(name, name): _value(value) for name, value in query.items() if value is not None}
    if model is not None and "fields" not in said and "aggregate" not in said:
        said["fields"] = list(fields_of(model))
    return said


_NAMES = {"group": "groupBy"}
_KNOWN = Query.__annotations__.keys() | {"groupBy", "version", "versionRaw", "backlink", "export"}


def _mistyped(name: str) -> None:
    """What a server may know is passed on; what is nearly a name that we know is a slip, which servers pass over in silence.
    Raises InvalidQuery."""
    import difflib

    if near := difflib.get_close_matches(name, _KNOWN, 1, 0.75):
        raise InvalidQuery(f'A query has no "{name}" (did you mean "{near[0]}"?)')


def _value(value: Any) -> Any:
    if isinstance(value, Condition):
        return value.json
    return list(value) if isinstance(value, tuple) else value
