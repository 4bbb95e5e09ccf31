"""Runs a history, judges each step, and makes a failing one short. Must not know what a step does."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from rowcast.auth import Actor
from tests.oracle.fresh import sight_of
from tests.oracle.judge import Case, Unit, expected, judge, judge_counts, judge_set, same, units_of, unlogged
from tests.oracle.model import PEOPLE
from tests.oracle.rights import take_step
from tests.oracle.world import Ghost, Held, Seat, World

Frame = dict[str, Any]
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() and shutil.disk_usage("/dev/shm").free > 2**28 else None
"""Where files need no disk, if there is room."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong in which step of a history, and all that was done until then."""

    seed: str
    step: int
    faults: tuple[str, ...]
    trace: tuple[str, ...] = field(repr=False)

    def __str__(self) -> str:
        done = "\n".join(f"  {line}" for line in self.trace)
        return f"seed {self.seed!r}, step {self.step}:\n{done}\n" + "\n".join(self.faults)


class Run:
    """One history on one world."""

    def __init__(self, world: World, seed: str) -> None:
        self.world, self.seed = world, seed
        self.trace: list[str] = []
        self._units: list[Unit] = []
        self._stable = True
        self._tables: dict[str, dict[Any, tuple[Any, ...]]] = {}
        self.seen: Counter[str] = Counter()

    async def step(self, number: int) -> list[str]:
        """Let one thing happen; what is wrong then."""
        world = self.world
        before, model = self._tables or await world.tables(), world.engine.schema
        world.commits.clear()
        world.notes.clear()
        await take_step(world, Random(f"{self.seed}/{number}"))
        await world.quiet()
        self.trace += [f"{number}: {note}" for note in world.notes]
        self._units = units_of(world.commits)
        is_same = world.engine.schema is model
        self._tables = await world.tables()
        faults = list(unlogged(before, self._tables, self._units)) if is_same else []
        self._stable = is_same and not any(unit.collection.startswith("directus_") for unit in self._units)
        if not self._stable:
            world.fresh.forget()
        elif world.commits:
            world.fresh.look_again()
        for seat in list(world.seats):
            faults += await self._judge_seat(seat)
        for ghost in world.ghosts:
            await self._remember(ghost)
        return faults

    async def _judge_seat(self, seat: Seat) -> list[str]:
        """One connection: whether it may still be there, and each of its subscriptions."""
        world, stable = self.world, self._stable
        frames = seat.heard()
        actor = seat.actor if stable and seat.actor is not None else await world.fresh.actor(seat.token, seat.ip)
        if (actor is None) != (seat.dismissed is not None):
            return [f"{seat.token}: identity {actor}, dismissed {seat.dismissed}"]
        if actor is None:
            world.leave(seat)
            return []
        stable, seat.actor = stable and actor == seat.actor, actor
        faults: list[str] = []
        for held in seat.held.values():
            mine = [frame for frame in frames if frame.get("uid") == held.uid and frame["type"] == "subscription"]
            found = await self._judge_held(seat, held, actor, stable, mine)
            faults += [f"{held.uid} of {seat.token} ({held.question}): {fault}" for fault in found]
        seat.was_slow = seat.is_slow
        return faults

    async def _judge_held(self, seat: Seat, held: Held, actor: Actor, stable: bool, frames: list[Frame]) -> list[str]:
        case = await self._case(held, actor, stable)
        case = replace(case, slow=seat.is_slow or seat.was_slow or held.is_new)
        held.told = [(frame["event"], frame.get("data")) for frame in frames]
        self.seen.update(f"{'set' if held.wish.is_exact else 'default'} {event}" for event, _ in held.told)
        faults = list(held.mirror.listen(frames, exact=held.wish.is_exact))
        told, first, held.is_new = held.told, held.is_new, False
        if case.commits <= 1 and any("meta" in frame for frame in frames):
            faults += judge_counts(await self.world.fresh.counts(actor, held.wish), frames)
        if first:
            faults += await self._judge_beginning(held, actor)
            told = []
        if seat.is_slow and held.wish.is_exact:
            return faults
        return faults + list(
            (judge_set if held.wish.is_exact else judge)(case, told) if told or not first or held.wish.is_exact else []
        )

    async def _judge_beginning(self, held: Held, actor: Actor) -> list[str]:
        """The first frames of a subscription, or those that lead it back to where it was."""
        told, owed, held.owed = held.told, held.owed, None
        if told and told[-1][0] == "resumed":
            if owed is not None and not held.wish.is_exact and not same(owed, told[:-1]):
                return [f"was told {told[:-1]}\n    instead of {owed}, which it has missed"]
            return []
        if [event for event, _ in told] != ["init"]:
            return [f"begins with {told}"]
        if held.wish.only is not None or held.wish.item is not None or held.wish.is_exact:
            return []
        wanted = await self.world.fresh.answer(actor, held.wish)
        if self.world.model.tables.get(held.question.collection, PEOPLE).singleton:
            return []  # which is read as an object, and told as a list
        return [] if wanted == told[0][1] else [f"begins with {told[0][1]}\n    instead of {wanted}"]

    async def _case(self, held: Held, actor: Actor, stable: bool) -> Case:
        """What a fresh question gives now, beside what it gave before."""
        world = self.world
        if stable and not held.is_new and not world.commits:
            return Case(held, held.sight, held.sight, self._units, stable, 0)
        if held.is_new or not stable or held.statement is None or held.statement[2]:
            known, held.statement = held.statement, await world.fresh.statement(actor, held.wish)
            stable = stable and known == held.statement
        before, held.sight = held.sight, None
        if held.statement is not None:
            raw = (await world.engine.store.read(*held.statement[:2]))[0][0]
            held.sight = before if before is not None and before.raw == raw else sight_of(raw)
        return Case(held, before, held.sight, self._units, stable, len(world.commits))

    async def _remember(self, ghost: Ghost) -> None:
        """What those who were cut off would have been told."""
        actor = await self.world.fresh.actor(ghost.token, ghost.ip)
        for held, _ in ghost.lost:
            owed = ghost.owed[held.uid]
            if actor is None or owed is None:
                ghost.owed[held.uid] = None
                continue
            more = expected(await self._case(held, actor, self._stable))
            ghost.owed[held.uid] = None if more is None else [*owed, *more]


async def run(
    seed: str,
    steps: Iterable[int],
    known: Path | None = None,
    report: Callable[[int, Counter[str]], None] | None = None,
) -> Failure | None:
    """Run these steps of the seed's history; None if nothing is wrong. ``known``: the file of the world before the first step.
    ``report`` is called after each step with what was told so far."""
    with tempfile.TemporaryDirectory(prefix="oracle-", dir=MEMORY) as folder:
        world = World(seed, Path(folder))
        await world.open(known)
        try:
            running = Run(world, seed)
            for number in steps:
                faults = await running.step(number)
                if report is not None:
                    report(number, running.seen)
                if faults:
                    return Failure(seed, number, tuple(faults), tuple(running.trace))
        finally:
            await world.close()
    return None


async def build(seed: str, path: Path) -> None:
    """The file of a world before the first step."""
    with tempfile.TemporaryDirectory(prefix="oracle-", dir=MEMORY) as folder:
        world = World(seed, Path(folder))
        await world.open()
        await world.close()
        shutil.copy(world.path, path)


async def shrink(failure: Failure, most: float = 60.0) -> tuple[Failure, list[int]]:
    """A failure of the same seed after as few steps as can be found in ``most`` seconds, and these steps."""
    with tempfile.TemporaryDirectory(prefix="oracle-", dir=MEMORY) as folder:
        known = Path(folder) / "known.db"
        await build(failure.seed, known)
        return await _shrink(failure, known, most)


async def _shrink(failure: Failure, known: Path, most: float) -> tuple[Failure, list[int]]:
    steps, best = list(range(failure.step + 1)), failure
    size, ends = max(1, len(steps) // 2), time.monotonic() + most
    while size:
        start = 0
        while start < len(steps) - 1 and time.monotonic() < ends:
            fewer = steps[:start] + steps[min(start + size, len(steps) - 1) :]
            found = await run(failure.seed, fewer, known)
            if found is None:
                start += size
            else:
                best, steps = found, fewer[: fewer.index(found.step) + 1]
        size //= 2
    return best, steps
