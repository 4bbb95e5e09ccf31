"""A live dashboard: how much each user has written, always as the database has it now.

    ROWCAST_URL=http://127.0.0.1:8055 ROWCAST_TOKEN=… python examples/dashboard.py

Ends after as many changes as an argument says; without one, by Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from collections import Counter

import anyio
from rich.live import Live
from rich.table import Table

from rowcast import create_client
from rowcast.client import NOW, F, days

URL = os.environ.get("ROWCAST_URL", "http://127.0.0.1:8055")
TOKEN = os.environ.get("ROWCAST_TOKEN") or sys.exit("Say who asks: ROWCAST_TOKEN=…")


def picture(users: Counter[str]) -> Table:
    """The counts as a table."""
    table = Table("user", "messages", title="Messages of the last day")
    for user, count in users.most_common(10):
        table.add_row(user, str(count))
    return table


async def main(changes: int | None) -> None:
    """Show the counts until so many changes have been seen."""
    async with create_client(URL, token=TOKEN) as client:
        recent = await client.live("messages", filter=F.date_created > NOW - days(1), fields=["user"], limit=-1)
        with Live(picture(Counter())) as screen:
            seen = 0
            while changes is None or seen < changes:
                screen.update(picture(Counter(row["user"] for row in recent.rows)), refresh=True)
                await anext(recent)
                seen += 1
            screen.update(picture(Counter(row["user"] for row in recent.rows)), refresh=True)


if __name__ == "__main__":
    anyio.run(main, int(sys.argv[1]) if len(sys.argv) > 1 else None)
