"""A chat server: who is typing and who is there are messages of its own, what is said is a collection.

    rowcast serve --app chat_server:app          (in this folder; the client: chat.py)

Needs the collection ``messages`` of docs/guide.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rowcast import BeforeContext, Rowcast, SocketContext
from rowcast.errors import InvalidPayload

app = Rowcast()
LONGEST = 500


@app.before("items.create", "messages")
def polite(ctx: BeforeContext, payload: dict[str, Any]) -> None:
    """No empty lines, no novels."""
    text = str(payload.get("text") or "").strip()
    if not text or len(text) > LONGEST:
        raise InvalidPayload(f"A message has 1 to {LONGEST} characters")
    payload["text"] = text


@app.on_message("typing")
async def typing(ctx: SocketContext, message: Mapping[str, Any]) -> None:
    """Told to everybody who is there, and kept nowhere."""
    app.broadcast({"type": "typing", "user": message.get("user")})


@app.on_message("who")
async def who(ctx: SocketContext, message: Mapping[str, Any]) -> dict[str, Any]:
    """How many are there."""
    return {"here": app.broadcast({"type": "counted"})}
