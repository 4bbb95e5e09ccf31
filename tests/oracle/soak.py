"""The same proof for as long as one likes: ``make soak STEPS=1000000 SEED=1``. Each world lives for some thousand steps; as many
processes as there are cores (or ``PROCESSES``) share the work. A success is noted in ``bench/RESULTS.md``."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import platform
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from tests.oracle.run import run, shrink

LIFE = 2500
EVERY = 10.0
PROCESSES = int(os.environ.get("PROCESSES") or os.cpu_count() or 1)
RESULTS = Path(__file__).parents[2] / "bench" / "RESULTS.md"
Outcome = tuple[str, int, Counter[str], str]
"""Seed, steps done, what was told, and the failure or nothing."""


def live(job: tuple[str, int]) -> Outcome:
    """One world from beginning to end."""
    gc.set_threshold(
        50_000
    )  # questions are written as trees that refer to themselves: looking for them often costs a tenth
    return asyncio.run(_live(*job))


async def _live(seed: str, steps: int) -> Outcome:
    told: Counter[str] = Counter()

    def report(_: int, seen: Counter[str]) -> None:
        nonlocal told
        told = seen

    failure = await run(seed, range(steps), report=report)
    if failure is None:
        return seed, steps, told, ""
    short, rest = await shrink(failure)
    return seed, failure.step, told, f"{short}\nthe shortest history that was found: run({seed!r}, {rest})"


def soak(steps: int, seed: str, console: Console) -> int:
    """Run that many steps; the exit status."""
    jobs = [(f"{seed}.{number}", min(LIFE, steps - start)) for number, start in enumerate(range(0, steps, LIFE))]
    began, said, done, told = time.monotonic(), 0.0, 0, Counter[str]()
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        for name, count, seen, failure in pool.imap_unordered(live, jobs):
            if failure:
                console.print(failure, markup=False)
                return 1
            done, told = done + count, told + seen
            spent = time.monotonic() - began
            if spent - said > EVERY:
                said = spent
                console.print(f"{done} of {steps} steps, {done / spent:.0f} a second, newest seed {name}")
    _note(_line(done, seed, time.monotonic() - began, told))
    console.print(_line(done, seed, time.monotonic() - began, told))
    return 0


def _line(steps: int, seed: str, spent: float, told: Counter[str]) -> str:
    frames = ", ".join(f"{count} {what}" for what, count in sorted(told.items()))
    day, cores = datetime.now(UTC).strftime("%Y-%m-%d"), PROCESSES
    rate = f"{spent:.0f} s, {steps / spent:.0f} steps/s on {cores} cores, Python {platform.python_version()}"
    return f"- {day}: {steps} steps of seed {seed} without a fault ({rate}). Told: {frames}."


def _note(line: str) -> None:
    """Add the result to those before it."""
    title = "## Stream equals query (`make soak`)"
    text = RESULTS.read_text() if RESULTS.exists() else "# Results\n"
    if title not in text:
        text = f"{text.rstrip()}\n\n{title}\n\nEach step's frames are judged against fresh questions; see `tests/oracle`.\n"
    before, _, rest = text.partition(title)
    section, mark, after = rest.partition("\n## ")
    RESULTS.write_text(f"{before}{title}{section.rstrip()}\n{line}\n{mark and chr(10)}{mark.lstrip()}{after}")


if __name__ == "__main__":
    sys.exit(soak(int(sys.argv[1]), sys.argv[2], Console(soft_wrap=True)))
