"""What may happen to the people of a world, and to those who listen. Must not know what is told about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from rowcast.auth import SYSTEM
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.telling.subscribe import change_actor, unsubscribe
from rowcast.engine.update import update
from tests.oracle.people import PLACES, POLICIES, ROLES, SHARES, random_rule, share_token, token
from tests.oracle.questions import random_question
from tests.oracle.shape import remodel
from tests.oracle.steps import Step, at_once, attempt, create_rows, delete_rows, straight_sql, update_rows
from tests.oracle.together import Together
from tests.oracle.values import USERS
from tests.oracle.world import Ghost, Seat, World

MOST_SEATS, MOST_HELD = 5, 12


async def _set(world: World, collection: str, key: Any, values: Mapping[str, Any]) -> None:
    work = update(world.engine, SYSTEM, collection, values, keys=[key])
    await attempt(world, f"update {collection} {key} {values}", work)


async def edit_rules(world: World, rng: Random) -> None:
    """A permission is changed, added or taken away."""
    found = await world.engine.store.read("SELECT id FROM directus_permissions ORDER BY id")
    key, roll = world.pick([row[0] for row in found], rng.randrange(100)), rng.random()
    rule = random_rule(rng, world.model)
    if roll < 0.35 or (roll < 0.65 and len(found) < 12):
        row = rule | {"policy": rng.choice(POLICIES)}
        await attempt(world, f"rule {row}", create(world.engine, SYSTEM, "directus_permissions", row))
    elif roll < 0.65:
        work = delete(world.engine, SYSTEM, "directus_permissions", keys=[key])
        await attempt(world, f"delete rule {key}", work)
    elif roll < 0.9:
        part = rng.choice(["permissions", "fields"])
        table = await world.engine.store.read("SELECT collection FROM directus_permissions WHERE id = ?", (key,))
        await _set(world, "directus_permissions", key, {part: random_rule(rng, world.model, table[0][0])[part]})
    else:
        table = await world.engine.store.read("SELECT collection FROM directus_permissions WHERE id = ?", (key,))
        text = json.dumps(random_rule(rng, world.model, table[0][0])["permissions"])
        world.note(f"sql rule {key} {text}")
        world.other.execute("UPDATE directus_permissions SET permissions = ? WHERE id = ?", (text, key))
        await world.look()


async def edit_people(world: World, rng: Random) -> None:
    """Somebody gets another role, title, team, status or policy; a role another parent, name or team; a policy other addresses; a
    row is shared."""
    user, roll = rng.choice(USERS[1:]), rng.random()
    if roll < 0.5:
        await _edit_user(world, rng, user)
    elif roll < 0.68:
        await _edit_role(world, rng)
    elif roll < 0.73:
        places = rng.choice([None, None, ["10.0.0.1"], ["10.0.0.0/31"]])
        await _set(world, "directus_policies", rng.choice(POLICIES), {"ip_access": places})
    elif roll < 0.81:
        await _edit_shares(world, rng)
    else:
        await _edit_access(world, rng, user)


async def _edit_user(world: World, rng: Random, user: str) -> None:
    values: list[dict[str, Any]] = [
        {"role": rng.choice([*ROLES, None])},
        {"title": rng.choice(["a", "b", "ab", None])},
        {"language": rng.choice(["a", "b", None])},
        {"status": rng.choice(["active", "active", "suspended"])},
        {"token": rng.choice([token(user), f"other-{user[-1]}"])},
        await _team(world, rng),
    ]
    await _set(world, "directus_users", user, rng.choices(values, [25, 12, 6, 9, 5, 25])[0])


async def _edit_role(world: World, rng: Random) -> None:
    values = rng.choice(
        [{"name": rng.choice("ab")}, await _team(world, rng), {"parent": rng.choice([ROLES[0], ROLES[2], None])}]
    )
    await _set(world, "directus_roles", ROLES[1] if "parent" in values else rng.choice(ROLES), values)


async def _team(world: World, rng: Random) -> dict[str, Any]:
    team = world.pick(await world.keys(world.model.team), rng.randrange(50))
    return {"team": rng.choice([team, team, None])}


async def _edit_shares(world: World, rng: Random) -> None:
    """A row is shared, or not any more, or by another role."""
    found = [row[0] for row in await world.engine.store.read("SELECT id FROM directus_shares ORDER BY id")]
    share, roll = rng.choice(SHARES), rng.random()
    table = rng.choice(sorted(world.model.tables))
    key = world.pick(await world.keys(table), rng.randrange(50))
    if share not in found and key is not None:
        row = {"id": share, "collection": table, "item": str(key), "role": rng.choice(ROLES)}
        return await attempt(world, f"share {row}", create(world.engine, SYSTEM, "directus_shares", row))
    if share in found and roll < 0.4:
        return await attempt(world, f"no share {share}", delete(world.engine, SYSTEM, "directus_shares", keys=[share]))
    if share in found and roll < 0.7:
        return await _set(world, "directus_shares", share, {"role": rng.choice(ROLES)})
    ends = rng.choice([None, None, "2001-02-03T04:05:06.000Z", "2098-01-01T00:00:00.000Z"])
    return await _set(world, "directus_shares", share, {"date_end": ends}) if share in found else None


async def _edit_access(world: World, rng: Random, user: str) -> None:
    found = await world.engine.store.read(
        "SELECT id FROM directus_access WHERE user IS NULL OR user <> ? ORDER BY role, user, policy", (USERS[0],)
    )
    if len(found) > 8 or (found and rng.random() < 0.4):
        key = world.pick([row[0] for row in found], rng.randrange(100))
        work = delete(world.engine, SYSTEM, "directus_access", keys=[key])
        return await attempt(world, "delete an access", work)
    whose = rng.choice([{"user": user}, {"role": rng.choice(ROLES)}, {"role": rng.choice(ROLES)}, {}])
    row = {"policy": rng.choice(POLICIES), **whose}
    return await attempt(world, f"access {row}", create(world.engine, SYSTEM, "directus_access", row))


async def listen(world: World, rng: Random) -> None:
    """One more subscription, on a new connection or a known one."""
    if len([held for seat in world.seats for held in seat.held.values()]) >= MOST_HELD:
        return await leave(world, rng)
    seat = rng.choice(world.seats) if world.seats and rng.random() < 0.6 else None
    if seat is None and len(world.seats) < MOST_SEATS:
        seat = await world.sit(*await _somebody(world, rng))
    if seat is not None:
        question = random_question(rng, world.model)
        held = await world.subscribe(seat, question)
        world.note(f"{seat.token} subscribes {held.uid if held else '-'}: {question}")
    return None


async def _somebody(world: World, rng: Random) -> tuple[str | None, str | None]:
    """A token, and where it is used."""
    place, roll = rng.choice(PLACES), rng.random()
    if roll < 0.1:
        return None, place
    shares = [row[0] for row in await world.engine.store.read("SELECT id FROM directus_shares ORDER BY id")]
    return (share_token(rng.choice(shares)) if shares and roll < 0.2 else token(rng.choice(USERS))), place


async def leave(world: World, rng: Random) -> None:
    """A subscription or a whole connection ends."""
    if not world.seats:
        return
    seat = rng.choice(world.seats)
    if not seat.held or rng.random() < 0.3:
        world.note(f"{seat.token} leaves")
        world.leave(seat)
        return
    uid = rng.choice(sorted(seat.held))
    world.note(f"{uid} ends")
    unsubscribe(world.engine, seat.listener, json.dumps(uid).encode())
    del seat.held[uid]


async def become(world: World, rng: Random) -> None:
    """A connection signs in as somebody else."""
    if not world.seats:
        return
    seat: Seat = rng.choice(world.seats)
    known = token(rng.choice(USERS))
    actor = await world.fresh.actor(known, seat.ip)
    if actor is not None and seat.dismissed is None:
        world.note(f"{seat.token} becomes {known}")
        seat.token, seat.actor = known, None
        await change_actor(world.engine, seat.listener, actor)


async def cut(world: World, rng: Random) -> None:
    """A connection is cut off; the last of what was told it may never have heard."""
    if not world.seats:
        return
    seat = rng.choice(world.seats)
    world.note(f"{seat.token} is cut off")
    world.ghosts.append(_cut(world, rng, seat))


def _cut(world: World, rng: Random, seat: Seat) -> Ghost:
    ghost = Ghost(seat.token, seat.ip, [])
    for held in seat.held.values():
        if held.mirror.places:
            place = rng.choice(held.mirror.places)
            ghost.lost.append((held, place))
            ghost.owed[held.uid] = held.told[place.heard :]
    world.leave(seat)
    return ghost


async def come_back(world: World, rng: Random) -> None:
    """One that was cut off connects again and wants to know what it has missed."""
    if not world.ghosts:
        return
    ghost = world.ghosts.pop(rng.randrange(len(world.ghosts)))
    seat = await world.sit(ghost.token, ghost.ip)
    for held, place in ghost.lost if seat is not None else ():
        assert seat is not None
        world.note(f"{ghost.token} is back for {held.uid} since {place.position}")
        held.mirror.rows, held.mirror.answer = dict(place.rows), place.answer
        held.owed, held.is_new = ghost.owed[held.uid], True
        await world.open_held(seat, held, replace(held.wish, since=place.position))


async def slow_down(world: World, rng: Random) -> None:
    """A reader takes nothing for a while, or takes again what has waited."""
    if not world.seats:
        return
    seat = rng.choice(world.seats)
    seat.is_slow = not seat.is_slow
    world.note(f"{seat.token} is {'slow' if seat.is_slow else 'quick again'}")
    (seat.listener.outbox.choke if seat.is_slow else seat.listener.outbox.relieve)()


async def restart(world: World, rng: Random) -> None:
    """The server ends and comes again; everybody was cut off by that."""
    world.note("restart")
    world.ghosts += [_cut(world, rng, seat) for seat in list(world.seats)]
    await world.restart()
    while world.ghosts and rng.random() < 0.8:
        await come_back(world, rng)


async def at_once_with_rights(world: World, rng: Random) -> None:
    """Rows and rights change in one transaction of the database."""
    some = [rng.choice([update_rows, update_rows, create_rows, delete_rows]) for _ in range(rng.randint(1, 3))]
    rights = rng.choice([edit_people, edit_people, edit_rules])
    steps = rng.sample([*some, rights], len(some) + 1)
    works = [step(world, Random(rng.random())) for step in steps]
    await Together(world, works, in_thread=rng.random() < 0.7).run()


STEPS: tuple[tuple[float, Step], ...] = (
    (22, create_rows),
    (34, update_rows),
    (9, delete_rows),
    (14, straight_sql),
    (4, at_once),
    (0.6, at_once_with_rights),
    (1, edit_rules),
    (0.8, edit_people),
    (4, listen),
    (0.5, leave),
    (0.4, become),
    (1.2, cut),
    (1.5, come_back),
    (1.2, slow_down),
    (0.3, remodel),
    (0.1, restart),
)


async def take_step(world: World, rng: Random) -> None:
    """Let something happen."""
    [step] = rng.choices([step for _, step in STEPS], [weight for weight, _ in STEPS])
    await step(world, rng)
