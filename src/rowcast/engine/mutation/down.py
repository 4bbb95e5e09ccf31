"""Nested rows that point to the row of a payload (o2m, and the junctions of m2m, m2a and translations), in both forms: the whole
list, or ``{create, update, delete}``. Written after the row, since they hold its key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rowcast.engine.mutation import change, insert, remove
from rowcast.engine.mutation.cast import cast_key
from rowcast.engine.mutation.check import below
from rowcast.engine.mutation.reach import key_list, readable_children
from rowcast.errors import Forbidden, InvalidPayload, RowcastError
from rowcast.query.sql import mutate
from rowcast.schema import Collection, Link, Relation

if TYPE_CHECKING:
    from rowcast.engine.mutation.plan import WritePlan
    from rowcast.engine.mutation.scope import Scope

Key = str | int
Payload = Mapping[str, Any]
_PARTS = ("create", "update", "delete")


@dataclass(frozen=True, slots=True)
class Family:
    """The rows of ``child`` that point to the row ``key`` by ``relation``; ``revision`` is that row's."""

    scope: Scope
    relation: Relation
    child: Collection
    key: Key
    revision: int | None

    @property
    def pointer(self) -> str:
        """The child's column that holds the key."""
        return self.relation.field


async def write(scope: Scope, plan: WritePlan, payload: Payload, key: Key, revision: int | None, *, new: bool) -> None:
    """Write what is nested under the row ``key``. ``new``: nothing can point to it yet. Failed fields are told with their path."""
    for name, link in plan.down:
        value = payload[name]
        if value is None:
            continue
        family = _family(scope, link, key, revision)
        try:
            if isinstance(value, list):
                await _replace(family, value, new)
            else:
                await _alter(family, _parts(value))
        except RowcastError as error:
            raise below(error, name) from None


def _family(scope: Scope, link: Link, key: Key, revision: int | None) -> Family:
    child = scope.writing.collection(link.relation.collection)
    held = cast_key(child.fields[link.relation.field], key)
    return Family(scope, link.relation, child, key if held is None else held, revision)


async def _replace(family: Family, items: Sequence[Any], new: bool) -> None:
    """The whole list: what is not in it is deselected."""
    held = await _pointers(family, items)
    kept = [await _put(family, item, held) for item in items]
    if not new:
        present = await readable_children(family.scope, family.child, family.pointer, family.key)
        await _deselect(family, [key for key in present if key not in set(kept)])


async def _alter(family: Family, parts: Mapping[str, Sequence[Any]]) -> None:
    """The detailed form. Deletes name rows of this family only; others are left alone."""
    await _create(family, parts["create"])
    held = await _pointers(family, parts["update"])
    for item in parts["update"]:
        if item.get(family.child.primary) is None:
            raise InvalidPayload("Item in update misses primary key")
        if _key_of(family, item) not in held:
            raise Forbidden()
        await _put(family, item, held)
    doomed = await _pointers(family, parts["delete"])
    await _deselect(family, [key for key, parent in doomed.items() if parent == family.key])


async def _create(family: Family, items: Sequence[Payload]) -> None:
    """New rows, sorted behind those that are there."""
    sort = family.relation.sort_field
    top = await _highest(family, sort) if sort and items else 0
    for place, item in enumerate(items, start=top + 1):
        ranked = {**item, sort: place} if sort and item.get(sort) is None else item
        await _create_one(family, ranked)


async def _create_one(family: Family, item: Payload) -> Key:
    payload = {**item, family.pointer: family.key}
    return await insert.create_one(family.scope, family.child.name, payload, parent=family.revision)


async def _put(family: Family, item: Any, held: Mapping[Key, Any]) -> Key:
    """Create, change or link one member; its key. Raises Forbidden for a bare key that does not exist."""
    key = _key_of(family, item)
    if key is None or key not in held:
        if isinstance(item, Mapping):
            return await _create_one(family, item)
        raise Forbidden()
    payload = (
        {n: v for n, v in item.items() if n not in (family.child.primary, family.pointer)}
        if isinstance(item, Mapping)
        else {}
    )
    if held[key] != family.key:
        payload[family.pointer] = family.key
    if payload:
        await change.update_keys(family.scope, family.child.name, [key], payload, parent=family.revision)
    return key


async def _deselect(family: Family, keys: Sequence[Key]) -> None:
    if not keys:
        return
    if family.relation.deselect_action == "delete":
        await remove.delete_keys(family.scope, family.child.name, keys)
    else:
        await change.update_keys(family.scope, family.child.name, keys, {family.pointer: None}, parent=family.revision)


async def _pointers(family: Family, items: Sequence[Any]) -> dict[Key, Any]:
    """Key → whom it points to now, of those items that exist."""
    keys = [key for item in items if (key := _key_of(family, item)) is not None]
    if not keys:
        return {}
    text = family.scope.writing.text(mutate.pointers, family.child, family.pointer)
    return dict(await family.scope.tx.fetch(text, (key_list(keys),)))


async def _highest(family: Family, sort: str) -> int:
    text = family.scope.writing.text(mutate.highest, family.child, sort, family.pointer)
    rows = await family.scope.tx.fetch(text, (family.key,))
    return int(rows[0][0] or 0)


def _key_of(family: Family, item: Any) -> Key | None:
    """The key that an item of a list names: a bare key, or a member of an object."""
    value = item.get(family.child.primary) if isinstance(item, Mapping) else item
    return None if value is None else cast_key(family.child.key, value)


def _parts(value: Any) -> dict[str, list[Any]]:
    """The detailed form, checked. Raises InvalidPayload."""
    if not isinstance(value, Mapping):
        raise _malformed('"value" must be of type object')
    for name, part in value.items():
        if name not in _PARTS:
            raise _malformed(f'"{name}" is not allowed')
        if not isinstance(part, list):
            raise _malformed(f'"{name}" must be an array')
        for i, item in enumerate(part):
            if isinstance(item, Mapping) == (name == "delete"):
                raise _malformed(f'"{name}[{i}]" must be {"a key" if name == "delete" else "of type object"}')
    return {name: value.get(name, []) for name in _PARTS}


def _malformed(what: str) -> InvalidPayload:
    return InvalidPayload(f"Invalid one-to-many update structure: {what}")
