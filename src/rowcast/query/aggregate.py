"""Reads aggregates and groups. Knows which function is for which type; must not know SQL."""

from __future__ import annotations

from collections.abc import Sequence

from rowcast.errors import InvalidQuery
from rowcast.query.calls import call
from rowcast.query.comparison import result_type
from rowcast.query.operators import NUMBERS
from rowcast.query.parse import Query
from rowcast.query.sight import Path, Sight
from rowcast.query.tree import Aggregate, Leaf, Ref
from rowcast.schema import Collection

ROWS = frozenset({"count", "countAll"})
SUMS = frozenset({"sum", "sumDistinct", "avg", "avgDistinct"})
FUNCTIONS = ROWS | SUMS | {"countDistinct", "min", "max"}


def aggregates(
    sight: Sight, collection: Collection, query: Query, path: Path
) -> tuple[tuple[Aggregate, ...], tuple[Leaf, ...]]:
    """The aggregates and the groups of a query. Raises ``InvalidQuery`` and ``Forbidden``."""
    found = [
        aggregate(sight, collection, function, name, path)
        for function, names in query.aggregate.items()
        for name in names
    ]
    groups = dict.fromkeys(_group(sight, collection, query, name, path) for name in query.group)
    _require_distinct([*dict.fromkeys(each.function for each in found), *(leaf.key for leaf in groups)])
    return tuple(dict.fromkeys(found)), tuple(groups)


def aggregate(sight: Sight, collection: Collection, function: str, name: str, path: Path) -> Aggregate:
    """One aggregate of a field, or of whole rows (``*``). Raises ``InvalidQuery`` and ``Forbidden``."""
    if function not in FUNCTIONS:
        raise InvalidQuery(f'Invalid aggregate function "{function}"')
    if function == "countAll" or (name == "*" and function == "count"):
        return Aggregate(function, function)
    ref = sight.ref(collection, collection.primary if name == "*" else name, path)
    _require_column(ref)
    if function in SUMS:
        require_shown(ref)
    if function in SUMS and result_type(ref) not in NUMBERS | {"unknown"}:
        raise InvalidQuery(f'"{ref.field.type}" field type does not contain the "{function}" aggregate function')
    return Aggregate(function, name, ref)


def _group(sight: Sight, collection: Collection, query: Query, name: str, path: Path) -> Leaf:
    if "." in name.split("(")[0]:
        raise InvalidQuery(f'Can\'t group by "{name}": it is in another collection')
    real = query.alias.get(name, name)
    ref = sight.ref(collection, real, path)
    _require_column(ref)
    require_shown(ref)
    plain = real if ref.function is None else call(real).key
    return Leaf(name if name in query.alias else plain, ref)


def _require_distinct(keys: Sequence[str]) -> None:
    """Raise ``InvalidQuery`` when two members of an answer would have the same name."""
    for place, key in enumerate(keys):
        if key in keys[:place]:
            raise InvalidQuery(f'"{key}" is asked for twice: an "alias" gives a group another name')


def require_shown(ref: Ref) -> None:
    """Raise ``InvalidQuery`` for a concealed field where its values would tell themselves by their order or their sum."""
    if ref.field.concealed:
        raise InvalidQuery(f'"{ref.field.name}" is concealed: it neither sorts, groups nor sums')


def _require_column(ref: Ref) -> None:
    if ref.field.is_alias and ref.function is None:
        raise InvalidQuery(f'"{ref.field.name}" holds no values')
