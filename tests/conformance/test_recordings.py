"""What the reference answered is what we answer, at least as often as ``thresholds.json`` says (percent by file and group; ``""``
is the whole file). A threshold is only ever raised: ``python -m tests.conformance.test_recordings`` raises what has grown."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path

import pytest

from tests.conformance.compare import Case
from tests.conformance.replay import Score, load, replay
from tests.support.server import serving

THRESHOLDS = Path(__file__).parent / "thresholds.json"
thresholds: dict[str, dict[str, float]] = json.loads(THRESHOLDS.read_text())


def play(name: str, directory: Path) -> Score:
    """Replay one file against a server of its own, and what only waits for the end of its time against one that is impatient: the
    others shall have time enough on the slowest machine."""
    cases, score = load(name), Score()
    waiting = [case for case in cases if any("wait" in step for step in case.get("steps", ()))]
    for part, patience in (([case for case in cases if case not in waiting], "600"), (waiting, "1")):
        if part:
            score.add(asyncio.run(_play(name, part, directory / patience, patience)))
    return score


async def _play(name: str, cases: list[Case], directory: Path, patience: str) -> Score:
    heartbeat = "true" if name == "live-ping" else "false"
    variables = {"WEBSOCKETS_HEARTBEAT_ENABLED": heartbeat, "WEBSOCKETS_REST_AUTH_TIMEOUT": patience}
    with serving(directory, variables) as server:
        return await replay(server.base, cases)


@pytest.mark.long
@pytest.mark.conformance
@pytest.mark.parametrize("name", [name for name, groups in thresholds.items() if any(groups.values())])
def test_recordings(name: str, tmp_path: Path) -> None:
    score = play(name, tmp_path)
    below = {group: share for group, share in thresholds[name].items() if score.share(group) < share}
    report = "\n".join(
        [score.table(), *score.broken, *(f"{case}: {score.differences[case]}" for case in score.differences)]
    )
    assert not below, f"{name} is below {below}\n{report[:20_000]}"


def main() -> None:
    """Raise every threshold that is passed by a whole percent."""
    for name, groups in thresholds.items():
        with tempfile.TemporaryDirectory() as directory:
            score = play(name, Path(directory))
        sys.stdout.write(f"{name}\n{score.table()}\n")
        thresholds[name] = {group: max(share, int(score.share(group))) for group, share in groups.items()}
    THRESHOLDS.write_text(json.dumps(thresholds, indent=2) + "\n")


if __name__ == "__main__":
    main()
