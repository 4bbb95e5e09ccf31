"""A chat in the terminal: what others write appears, what you type is sent, and who is there is told.

    ROWCAST_URL=http://127.0.0.1:8055 ROWCAST_TOKEN=… python examples/chat.py Ben

Needs the collection ``messages`` of docs/guide.md.
"""

from __future__ import annotations

import os
import sys

import anyio
from anyio import to_thread

from rowcast import create_client
from rowcast.client import Client

URL = os.environ.get("ROWCAST_URL", "http://127.0.0.1:8055")
TOKEN = os.environ.get("ROWCAST_TOKEN") or sys.exit("Say who asks: ROWCAST_TOKEN=…")


async def listen(client: Client) -> None:
    """Print the last messages, then each new one."""
    query = {"fields": ["user", "text"], "sort": "-date_created", "limit": 10}
    async with client.subscribe("messages", query=query) as events:
        for row in reversed(events.init.rows):
            print(f"{row['user']}: {row['text']}", flush=True)
        async for event in events:
            if event.kind == "gap":
                print("(some messages may be missing)")
            elif event.kind == "create":
                for row in event.rows:
                    print(f"{row['user']}: {row['text']}", flush=True)


async def greet(client: Client, name: str) -> None:
    """Tell who is there, who comes and who goes."""
    async with client.channel("messages", state={"name": name}) as room:
        print(f"(here: {', '.join(member.state['name'] for member in room.present)})", flush=True)
        async for event in room:
            if event.member is not None and event.kind in ("joined", "left"):
                print(f"({event.member.state['name']} has {event.kind})", flush=True)


async def main(name: str) -> None:
    """Listen, greet and send until the input ends."""
    async with create_client(URL, token=TOKEN) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(listen, client)
        tasks.start_soon(greet, client, name)
        while line := await to_thread.run_sync(sys.stdin.readline, abandon_on_cancel=True):
            await client.items("messages").create({"text": line.strip(), "user": name})
        await anyio.sleep(0.5)
        tasks.cancel_scope.cancel()


if __name__ == "__main__":
    anyio.run(main, sys.argv[1] if len(sys.argv) > 1 else "somebody")
