"""Stream equals query: fixed seeds in every run, and each history that once went wrong."""

from __future__ import annotations

import pytest

from tests.oracle.run import run, shrink

SEEDS = ("a", "b", "c", "d", "e", "f", "g", "h")
STEPS = 2500


@pytest.mark.parametrize("seed", SEEDS)
async def test_whoever_listens_holds_what_a_fresh_question_gives(seed: str) -> None:
    failure = await run(seed, range(STEPS))
    if failure is not None:
        failure, steps = await shrink(failure)
        pytest.fail(f"{failure}\nthe shortest history that was found: run({seed!r}, {steps})")
