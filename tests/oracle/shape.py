"""What may happen to the data model of a world: fields come, go and get another type, relations end and are made again, and a whole
collection comes and goes. Must not know what is told about it."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import apsw

from rowcast.auth import SYSTEM
from rowcast.engine.model.collections import create_collections, delete_collections
from rowcast.engine.model.fields import create_field, delete_fields, update_fields
from rowcast.engine.model.relations import create_relation, delete_relation
from tests.oracle.model import ALONE, USERS, Table, collection_payload, field_payload, relation_payload
from tests.oracle.steps import attempt
from tests.oracle.world import World

EXTRAS = ("x0", "x1")


KINDS = ("string", "integer", "boolean", "text", "float", "json", "date")


async def remodel(world: World, rng: Random) -> None:
    """A field, a relation or a collection is made, changed or removed."""
    if ALONE not in world.model.tables:
        return await _bring_back(world)
    if world.untied and rng.random() < 0.5:
        return await _tie_again(world)
    roll, table = rng.random(), world.model.tables[rng.choice(sorted(world.model.tables))]
    if roll < 0.15:
        return await _take_away(world)
    if roll < 0.35:
        return await _rebuild_beside(world, rng, table)
    if roll < 0.5:
        return await _untie(world, rng)
    if roll < 0.7:
        return await _retype(world, rng, table)
    name = rng.choice(EXTRAS)
    if name in table.columns:
        return await _remove(world, table, name)
    return await _add(world, rng, table, name)


async def _add(world: World, rng: Random, table: Table, name: str) -> None:
    kind = rng.choice(KINDS)
    if rng.random() < 0.3:
        return await _add_beside(world, table, name)
    work = create_field(world.engine, SYSTEM, table.name, field_payload(name, kind))
    await attempt(world, f"new field {table.name}.{name} {kind}", work)
    world.model = world.model.having(replace(table, columns={**table.columns, name: kind}))
    return None


async def _add_beside(world: World, table: Table, name: str) -> None:
    """Another program makes the column."""
    world.note(f"sql new column {table.name}.{name}")
    try:
        world.other.execute(f'ALTER TABLE "{table.name}" ADD COLUMN "{name}" TEXT')
    except apsw.Error as error:
        return world.note(f"sql -> {error}")
    await world.look()
    world.model = world.model.having(replace(table, columns={**table.columns, name: "text"}))
    return None


async def _rebuild_beside(world: World, rng: Random, table: Table) -> None:
    """Another program makes the table anew, as SQLite's manual says, and not all rows get there, or as they were."""
    other, name = world.other, table.name
    (sql,) = other.execute("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", (name,)).fetchall()[0]
    columns = [row[1] for row in other.execute(f'PRAGMA table_info("{name}")')]
    lost = rng.choice([column for column in columns if column != "id"])
    taken = ", ".join(f'"{c}"' if c != lost else "NULL" for c in columns)
    world.note(f"sql makes {name} anew without {lost}")
    other.execute("PRAGMA foreign_keys = OFF")
    try:
        with other:
            other.execute('CREATE TABLE "_new" ' + str(sql)[str(sql).index("(") :])
            other.execute(f'INSERT INTO "_new" SELECT {taken} FROM "{name}" ORDER BY id LIMIT {rng.randint(0, 12)}')
            other.execute(f'DROP TABLE "{name}"')
            other.execute(f'ALTER TABLE "_new" RENAME TO "{name}"')
    except apsw.Error as error:
        world.note(f"sql -> {error}")
    other.execute("PRAGMA foreign_keys = ON")
    await world.look()


async def _remove(world: World, table: Table, name: str) -> None:
    await attempt(world, f"no field {table.name}.{name}", delete_fields(world.engine, SYSTEM, table.name, [name]))
    columns = {key: kind for key, kind in table.columns.items() if key != name}
    world.model = world.model.having(replace(table, columns=columns))


async def _retype(world: World, rng: Random, table: Table) -> None:
    """A column gets another type, whatever values it holds."""
    names = [name for name in table.columns if name not in ("owner", "note", "f0", "f1")]
    if not names:
        return
    name, kind = rng.choice(names), rng.choice(KINDS)
    change = {"field": name, "type": kind, "schema": {}}
    work = update_fields(world.engine, SYSTEM, table.name, [change])
    await attempt(world, f"field {table.name}.{name} becomes {kind}", work)
    stands = world.engine.schema.collections[table.name].fields[name].type
    if stands == kind:
        world.model = world.model.having(replace(table, columns={**table.columns, name: kind}))


async def _untie(world: World, rng: Random) -> None:
    """A relation ends; the columns stay."""
    ties = [tie for tie in world.model.ties if tie.many != USERS and tie.junction is None]
    if world.untied or not ties:
        return
    tie = rng.choice(ties)
    work = delete_relation(world.engine, SYSTEM, tie.many, tie.field)
    await attempt(world, f"no relation {tie}", work)
    world.untied.append(tie)
    world.model = replace(world.model, ties=tuple(each for each in world.model.ties if each != tie))


async def _tie_again(world: World) -> None:
    """If the rows allow it."""
    tie = world.untied[0]
    work = create_relation(world.engine, SYSTEM, relation_payload(tie))
    await attempt(world, f"relation {tie}", work)
    if any((each.collection, each.field) == (tie.many, tie.field) for each in world.engine.schema.relations):
        world.untied.remove(tie)
        world.model = replace(world.model, ties=(*world.model.ties, tie))


async def _take_away(world: World) -> None:
    world.gone = world.model.tables[ALONE]
    await attempt(world, f"no collection {ALONE}", delete_collections(world.engine, SYSTEM, [ALONE]))
    world.model = world.model.without(ALONE)


async def _bring_back(world: World) -> None:
    assert world.gone is not None
    payload = collection_payload(world.model, world.gone)
    await attempt(world, f"new collection {ALONE}", create_collections(world.engine, SYSTEM, [payload]))
    world.model = world.model.having(world.gone)
