"""Asks one thing after the other and says how long each answer took, in a process of its own: so that what keeps the measuring
process busy is not taken for a delay of the server.

    .venv/bin/python bench/asker.py ADDRESS SECONDS

Prints the seconds of each answer as a JSON list.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.sockets import connect, encode

PAUSE = 0.002


async def ask(url: str, seconds: float) -> list[float]:
    """How long the answers took, one after the other."""
    client, lags = await connect(url), list[float]()
    ends = time.perf_counter() + seconds
    while (asked := time.perf_counter()) < ends:
        await client.ask({"type": "unsubscribe", "uid": "nothing"})
        lags.append(time.perf_counter() - asked)
        await asyncio.sleep(PAUSE)
    client.close()
    return lags


if __name__ == "__main__":
    sys.stdout.buffer.write(encode(uvloop.run(ask(sys.argv[1], float(sys.argv[2])))))
