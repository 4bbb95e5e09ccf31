"""What may happen to the rows of a world: the verbs, alone and at once, and straight SQL. Each step is drawn from a generator of
its own, so that any part of a history can be run again. Must not know what is told about it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import apsw

from rowcast.auth import SYSTEM, Actor
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.update import update, update_batch, upsert_singleton
from rowcast.errors import RowcastError
from rowcast.query.parse import parse
from tests.oracle.filters import random_filter
from tests.oracle.model import USERS as PEOPLE
from tests.oracle.people import token
from tests.oracle.values import USERS, new_key, stored_value, wire_value
from tests.oracle.world import World

Step = Callable[[World, Random], Awaitable[None]]
CROWDED = 12
Payload = dict[str, Any]


async def writer(world: World, rng: Random) -> Actor:
    """Mostly the program, sometimes one of the users."""
    if rng.random() < 0.75:
        return SYSTEM
    return await world.fresh.actor(token(rng.choice(USERS))) or SYSTEM


async def attempt(world: World, what: str, work: Awaitable[Any]) -> None:
    """Do it; a refusal is an outcome like any other."""
    try:
        await work
    except RowcastError as error:
        what += f" -> {error.code}"
    world.note(what)


def columns(world: World, rng: Random, table: str, some: bool) -> Payload:
    """Values for own columns; ``some``: one or two of them."""
    found = world.model.tables[table].columns
    names = rng.sample(sorted(found), min(len(found), rng.randint(1, 2))) if some else found
    return {name: wire_value(rng, found[name]) for name in names}


async def payload(world: World, rng: Random, table: str, *, new: bool, depth: int = 0) -> Payload:
    """A row to be created, or changes to one; ``depth``: how deep related rows may be nested in it."""
    row = columns(world, rng, table, some=not new)
    key = new_key(rng, world.model.tables[table].key) if new else None
    if key is not None:
        row["id"] = key
    for tie in world.model.ones(table):
        if rng.random() < (0.7 if new else 0.25):
            row[tie.field] = await _one(world, rng, tie.one, depth)
    if world.model.tables[table].anys and rng.random() < (0.8 if new else 0.3):
        row |= await _item(world, rng, table)
    for tie in world.model.manys(table) if depth else ():
        if tie.many == PEOPLE:
            row["people"] = rng.sample(USERS, rng.randint(0, 2))
        elif rng.random() < 0.5 and tie.alias is not None:
            row[tie.alias] = await _many(world, rng, tie.many, depth)
    return row


async def _item(world: World, rng: Random, table: str) -> Payload:
    """What an item points to: any row of any kind, or nothing."""
    kind = rng.choice(world.model.tables[table].anys)
    key = world.pick(await world.keys(kind), rng.randrange(50))
    return {"item": None if key is None else str(key), "kind": kind if rng.random() < 0.95 else None}


async def _one(world: World, rng: Random, table: str, depth: int) -> Any:
    if depth and rng.random() < 0.5:
        return await payload(world, rng, table, new=True, depth=depth - 1)
    return None if rng.random() < 0.2 else world.pick(await world.keys(table), rng.randrange(50))


async def _many(world: World, rng: Random, table: str, depth: int) -> Any:
    """The rows that shall be in the list: known ones, changed ones, new ones; or what is to be done to it."""
    new = [await payload(world, rng, table, new=True, depth=depth - 1) for _ in range(rng.randint(0, 2))]
    known = [world.pick(await world.keys(table), rng.randrange(50)) for _ in range(rng.randint(0, 2))]
    known = list(dict.fromkeys(key for key in known if key is not None))
    if rng.random() < 0.5:
        return [*new, *known]
    changed = [{"id": key, **columns(world, rng, table, some=True)} for key in known[:1]]
    return {"create": new, "update": changed, "delete": known[1:]}


async def create_rows(world: World, rng: Random) -> None:
    """One row or several, perhaps with others in them; of a singleton, its one row."""
    table = rng.choice(sorted(world.model.tables))
    if world.model.tables[table].singleton:
        row = await payload(world, rng, table, new=False)
        actor = await writer(world, rng)
        work = upsert_singleton(world.engine, actor, table, row)
        return await attempt(world, f"singleton {table} {row} as {actor.user}", work)
    if len(await world.keys(table)) > CROWDED:
        return await delete_rows(world, rng)
    depth = rng.choice([0, 0, 1, 2])
    count = 1 if rng.random() < 0.85 else 3
    rows = [await payload(world, rng, table, new=True, depth=depth) for _ in range(count)]
    actor = await writer(world, rng)
    return await attempt(world, f"create {table} {rows} as {actor.user}", create(world.engine, actor, table, rows))


async def update_rows(world: World, rng: Random) -> None:
    """By keys, by a question, or each with values of its own."""
    table = rng.choice(sorted(world.model.tables))
    keys, engine = await world.keys(table), world.engine
    actor, roll = await writer(world, rng), rng.random()
    chosen = rng.sample(keys, min(len(keys), rng.choice([1, 1, 1, 2, 3])))
    if roll < 0.15:
        rows = [{"id": key, **await payload(world, rng, table, new=False)} for key in chosen]
        return await attempt(
            world, f"update_batch {table} {rows} as {actor.user}", update_batch(engine, actor, table, rows)
        )
    values = await payload(world, rng, table, new=False, depth=rng.choice([0, 0, 0, 1]))
    if roll < 0.25:
        where = random_filter(rng, world.model, table, 1)
        work = update(engine, actor, table, values, query=parse({"filter": where, "limit": 5}))
        return await attempt(world, f"update {table} where {where} {values} as {actor.user}", work)
    work = update(engine, actor, table, values, keys=chosen)
    return await attempt(world, f"update {table} {chosen} {values} as {actor.user}", work)


async def delete_rows(world: World, rng: Random) -> None:
    """By keys; what hangs on them goes along or stays behind."""
    table = rng.choice(sorted(world.model.tables))
    keys = await world.keys(table)
    chosen = rng.sample(keys, min(len(keys), rng.choice([1, 1, 2])))
    actor = await writer(world, rng)
    work = delete(world.engine, actor, table, keys=chosen)
    await attempt(world, f"delete {table} {chosen} as {actor.user}", work)


async def at_once(world: World, rng: Random) -> None:
    """Several writers in one turn of the loop share a transaction of the database."""
    some = [rng.choice([create_rows, update_rows, delete_rows])(world, rng) for _ in range(rng.randint(2, 4))]
    await asyncio.gather(*some)


# ---- straight SQL -------------------------------------------------------------------------------------------------------


async def straight_sql(world: World, rng: Random) -> None:
    """Another program writes to the file, one transaction of a few statements."""
    try:
        with world.other:
            for _ in range(rng.choice([1, 1, 2, 4])):
                _statement(world, rng)
    except apsw.Error as error:
        world.note(f"sql -> {error}")
    await world.look()


_INSERTS = (
    ("INSERT", ""),
    ("REPLACE", ""),
    ("INSERT OR IGNORE", ""),
    ("INSERT", " ON CONFLICT(id) DO UPDATE SET {}"),
)
"""How another program may insert: the last three where a row may be in the way."""


def _statement(world: World, rng: Random) -> None:
    table = world.model.tables[rng.choice(sorted(world.model.tables))]
    keys = [row[0] for row in world.other.execute(f'SELECT id FROM "{table.name}" ORDER BY id')]
    key, roll = world.pick(keys, rng.randrange(50)), rng.random()
    if roll < 0.2 or (roll < 0.5 and len(keys) > CROWDED):
        _sql(world, f'DELETE FROM "{table.name}" WHERE id = ?', (key,))
        return
    if table.anys and rng.random() < 0.3:
        item = (str(world.pick(keys, rng.randrange(50))), rng.choice(table.anys), key)
        _sql(world, f'UPDATE "{table.name}" SET item = ?, kind = ? WHERE id = ?', item)
        return
    ones = {tie.field: tie.one for tie in world.model.ones(table.name)}
    names = rng.sample([*table.columns, *ones], 1 if roll >= 0.5 else len(table.columns))
    values = [_stored(world, rng, table.columns.get(name), ones.get(name, "")) for name in names]
    if roll < 0.5:
        places = ", ".join("?" * (len(names) + 1))
        quoted = ", ".join(f'"{name}"' for name in ("id", *names))
        verb, end = rng.choices(_INSERTS, [6, 2, 1, 1])[0]
        new = (key if verb != "INSERT" or end else new_key(rng, table.key), *values)
        end = end.format(", ".join(f'"{name}" = excluded."{name}"' for name in names))
        _sql(world, f'{verb} INTO "{table.name}" ({quoted}) VALUES ({places}){end}', new)
    elif roll < 0.53 and table.key == "integer":
        _sql(world, f'UPDATE "{table.name}" SET id = id + 100 WHERE id = ?', (key,))
    else:
        _sql(world, f'UPDATE "{table.name}" SET "{names[0]}" = ? WHERE id = ?', (values[0], key))


def _stored(world: World, rng: Random, kind: str | None, one: str) -> Any:
    if kind is not None:
        return stored_value(rng, kind)
    keys = [row[0] for row in world.other.execute(f'SELECT id FROM "{one}" ORDER BY id')]
    return world.pick(keys, rng.randrange(50))


def _sql(world: World, text: str, args: tuple[Any, ...]) -> None:
    world.note(f"sql {text} {args}")
    world.other.execute(text, args)
