"""What may happen to the data model of a world: fields come and go, and a whole collection. Must not know what is told about it."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import apsw

from rowcast.auth import SYSTEM
from rowcast.engine.model.collections import create_collections, delete_collections
from rowcast.engine.model.fields import create_field, delete_fields
from tests.oracle.model import ALONE, Table, collection_payload, field_payload
from tests.oracle.steps import attempt
from tests.oracle.world import World

EXTRAS = ("x0", "x1")


async def remodel(world: World, rng: Random) -> None:
    """A field or a collection is made or removed."""
    if ALONE not in world.model.tables:
        return await _bring_back(world)
    if rng.random() < 0.2:
        return await _take_away(world)
    table = world.model.tables[rng.choice(sorted(world.model.tables))]
    if rng.random() < 0.25:
        return await _rebuild_beside(world, rng, table)
    name = rng.choice(EXTRAS)
    if name in table.columns:
        return await _remove(world, table, name)
    return await _add(world, rng, table, name)


async def _add(world: World, rng: Random, table: Table, name: str) -> None:
    kind = rng.choice(["string", "integer", "boolean"])
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


async def _take_away(world: World) -> None:
    world.gone = world.model.tables[ALONE]
    await attempt(world, f"no collection {ALONE}", delete_collections(world.engine, SYSTEM, [ALONE]))
    world.model = world.model.without(ALONE)


async def _bring_back(world: World) -> None:
    assert world.gone is not None
    payload = collection_payload(world.model, world.gone)
    await attempt(world, f"new collection {ALONE}", create_collections(world.engine, SYSTEM, [payload]))
    world.model = world.model.having(world.gone)
