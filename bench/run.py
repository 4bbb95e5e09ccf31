"""Start and memory of a server that does nothing yet.

make bench          runs this, then ``ops.py`` (questions and answers) and ``live.py`` (one change, many who hear of it)
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.support.server import Server


def starts(directory: Path) -> list[tuple[float, float]]:
    """Seconds from the command to the first answer, and MB at rest, a few times."""
    results = []
    for _ in range(6):
        began = time.perf_counter()
        with Server(directory) as server, server.client() as client:
            client.get("/server/ping").raise_for_status()
            took = time.perf_counter() - began
            time.sleep(1)
            pages = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1])
            results.append((took, pages * 4096 / 1e6))
    return results[1:]


def main() -> None:
    """Print the medians."""
    with tempfile.TemporaryDirectory() as directory:
        figures = starts(Path(directory))
    print(f"start to first answer {statistics.median(each[0] for each in figures):.2f} s")
    print(f"memory at rest {statistics.median(each[1] for each in figures):.0f} MB")


if __name__ == "__main__":
    main()
