"""Content versions: changes of an item that are kept beside it, looked at as if they were made, and made in the end.
Must not know who carries the answers.

A version is a list of changed values (``delta``). What an item is in a version is not worked out here: the change is
made in a transaction, the item is read there, and the transaction is undone. So relations, functions and rights are
those of any read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from rowcast.auth import SYSTEM, Actor
from rowcast.engine import inside
from rowcast.engine.mutation.cast import cast_key
from rowcast.engine.mutation.change import update_keys
from rowcast.engine.mutation.prepare import prepare
from rowcast.engine.mutation.reach import key_list, may_update
from rowcast.engine.mutation.scope import Scope, within
from rowcast.engine.read import Answer, read, read_one
from rowcast.errors import Forbidden, InvalidPayload, RowcastError, VersionHashMismatch
from rowcast.query.parse import Query, parse
from rowcast.query.sql import mutate, versions
from rowcast.schema import Collection

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

Key = str | int
Values = dict[str, Any]
VERSIONS = "directus_versions"
MAIN = frozenset({"main", "published"})
"""Names of the item itself."""
_decode = msgspec.json.decode


class _Seen(Exception):
    """Ends the transaction in which an item was looked at."""


async def save(engine: Engine, actor: Actor, key: Key, payload: Mapping[str, Any]) -> Values:
    """Add changes to a version and return all that it has. The right to update the version's ``delta`` is needed, none
    to the item. Raises Forbidden, also for fields that the item has not, and InvalidPayload."""
    name, _, _ = await _row(engine, key)
    ready = await prepare(engine, actor, name, "update", payload)
    ours = await engine.rights(SYSTEM)

    async def work(scope: Scope) -> Values:
        scope.rights.require(VERSIONS, "update")
        await may_update(scope, scope.writing.collection(VERSIONS), [key], ("delta",), 1)
        rows = await scope.tx.fetch(versions.VERSION, (key,))
        if not rows:
            raise Forbidden
        found = scope.writing.collection(rows[0][0])
        changed = {field: value for field, value in ready.items() if field != found.primary}
        scope.writing.plan(found.name, "update", tuple(changed))
        delta = {**_values(rows[0][2]), **changed}
        await update_keys(_own(scope, ours), VERSIONS, [key], {"delta": delta})
        await _keep(scope, key, rows[0][0], rows[0][1], changed)
        return delta

    return await within(engine, actor, work)


async def compare(engine: Engine, actor: Actor, key: Key) -> Values:
    """What a version changes (``current``), the item as it is (``main``), the hash of that, and whether the item has
    changed since the version was made of it. Raises Forbidden."""
    row = await _readable(engine, actor, key)
    main = _decode((await read_one(engine, actor, row["collection"], row["item"], Query())).data)
    found = engine.schema.collections[row["collection"]]
    names = cast_key(found.key, row["item"])
    rows = await engine.store.read(mutate.row(found), (key_list([] if names is None else [names]),))
    digest = hash_of(rows)
    return {
        "outdated": digest != row["hash"],
        "mainHash": digest,
        "current": row["delta"] or {},
        "main": main,
    }


async def promote(engine: Engine, actor: Actor, key: Key, main_hash: str, fields: Sequence[str] | None = None) -> str:
    """Make the changes of a version (in ``fields``, else all) in its item, whose key is returned. The right to update
    the item is needed.

    Raises VersionHashMismatch when the item is not the one that ``main_hash`` was told of, Forbidden, and as
    ``update``.
    """
    row = await _readable(engine, actor, key)
    name, item = row["collection"], row["item"]
    delta = {field: value for field, value in (row["delta"] or {}).items() if fields is None or field in fields}
    ready = await prepare(engine, actor, name, "update", delta, again=True)
    ours = await engine.rights(SYSTEM)

    async def work(scope: Scope) -> str:
        found = scope.writing.collection(name)
        scope.rights.require(name, "update")
        if hash_of(await image(scope, found, item)) != main_hash:
            raise VersionHashMismatch("Main item has changed since this version was last updated")
        if not await update_keys(scope, name, [item], ready):
            raise Forbidden
        digest = hash_of(await image(scope, found, item))
        await update_keys(_own(scope, ours), VERSIONS, [key], {"hash": digest})
        return str(item)

    return await within(engine, actor, work)


async def read_version(engine: Engine, actor: Actor, collection: str, key: Key, query: Query) -> Answer:
    """Like ``read_one``, of the item as it is in a version (``query.version``), with ``$meta``. With
    ``query.version_raw`` the changed values stand there as they were saved. Raises Forbidden when there is no such
    version, or it may not be read."""
    rule = {"_and": [{"collection": {"_eq": collection}}, {"item": {"_eq": str(key)}}, {"key": {"_eq": query.version}}]}
    asked = parse({"filter": rule, "fields": ["id", "delta"], "limit": 1})
    rows = _decode((await read(engine, actor, VERSIONS, asked)).data)
    if not rows:
        raise Forbidden
    plain = replace(query, version=None, version_raw=False)
    data = None if query.version_raw else await _as_made(engine, actor, collection, key, rows[0]["delta"] or {}, plain)
    if data is None:
        data = await _laid_over(engine, actor, collection, key, rows[0]["delta"] or {}, plain)
    meta = msgspec.json.encode({"version_id": rows[0]["id"]})
    return Answer(b'{"$meta":' + meta + (b"}" if data == b"{}" else b"," + data[1:]))


async def read_singleton_version(engine: Engine, actor: Actor, collection: str, query: Query) -> Answer:
    """Like ``read_version``, of the one item of a singleton."""
    rows = await engine.store.read(mutate.first_key(engine.schema.collections[collection]))
    if not rows:
        raise Forbidden
    return await read_version(engine, actor, collection, rows[0][0], query)


async def _as_made(
    engine: Engine, actor: Actor, collection: str, key: Key, delta: Values, query: Query
) -> bytes | None:
    """The item as it would be; None where its changes cannot be made (yet), or would set off extensions, which may do
    more than write."""
    if engine.hooks.update[collection]:
        return None
    question = await inside.ready_to_read(engine, actor, collection, query, [key])
    ready = await prepare(engine, SYSTEM, collection, "update", delta, again=True)
    seen: list[bytes] = []

    async def work(scope: Scope) -> None:
        await update_keys(scope, collection, [key], ready)
        seen.append(await inside.read(scope.tx, question))
        raise _Seen

    with suppress(_Seen, RowcastError):
        await within(engine, SYSTEM, work)
    if seen == [b"[]"]:
        raise Forbidden
    return seen[0][1:-1] if seen else None


async def _laid_over(engine: Engine, actor: Actor, collection: str, key: Key, delta: Values, query: Query) -> bytes:
    """The item with the changed values in the places that were asked for."""
    item = _decode((await read_one(engine, actor, collection, key, query)).data)
    return msgspec.json.encode({name: delta.get(name, value) for name, value in item.items()})


async def _row(engine: Engine, key: Key) -> tuple[str, str, Any]:
    rows = await engine.store.read(versions.VERSION, (key,))
    if not rows or engine.schema.get(rows[0][0]) is None:
        raise Forbidden
    return rows[0]


async def _readable(engine: Engine, actor: Actor, key: Key) -> Values:
    """The version, if the actor may read all that is needed of it."""
    asked = parse({"fields": ["id", "collection", "item", "delta", "hash"]})
    row: Values = _decode((await read_one(engine, actor, VERSIONS, key, asked)).data)
    if engine.schema.get(row["collection"]) is None or row["item"] is None:
        raise InvalidPayload("The version belongs to no item")
    return row


async def image(scope: Scope, collection: Collection, item: Any) -> list[tuple[Any, ...]]:
    """The row of an item as one text. Raises Forbidden when there is none."""
    key = cast_key(collection.key, item)
    rows = [] if key is None else await scope.tx.fetch(scope.writing.text(mutate.row, collection), (key_list([key]),))
    if not rows:
        raise Forbidden
    return rows


def hash_of(rows: Sequence[tuple[Any, ...]]) -> str:
    """A short name for the state of an item. Raises Forbidden when there is none."""
    if not rows:
        raise Forbidden
    return hashlib.sha256(rows[0][0].encode()).hexdigest()[:40]


def _values(delta: Any) -> Values:
    found = _decode(delta) if isinstance(delta, str) else None
    return found if isinstance(found, dict) else {}


async def _keep(scope: Scope, version: Key, collection: str, item: str, changed: Values) -> None:
    """Who saved what: an activity, and a revision that belongs to the version."""
    a, origin = scope.actor, scope.actor.origin and scope.actor.origin[:255]
    noted = ("version_save", a.user, scope.now, a.ip, a.user_agent, origin, collection, item)
    activity = (await scope.tx.fetch(mutate.ACTIVITY, noted))[0][0]
    text = msgspec.json.encode(changed).decode()
    await scope.tx.fetch(versions.KEEP, (activity, collection, item, text, text, version))


def _own(scope: Scope, rights: Any) -> Scope:
    return Scope(scope.engine, scope.actor, scope.tx, rights, scope.variables)
