"""Rowcast inside a FastAPI application: one process, one port, one database.

    uvicorn fastapi_mount:around          (in this folder)

The platform is below ``/data`` (``/data/items/…``, ``/data/websocket``), everything else is yours.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from rowcast import Rowcast

app = Rowcast()
around = FastAPI(title="Around", lifespan=app.lifespan)
around.mount("/data", app)


@around.get("/people")
async def people() -> dict[str, Any]:
    """Your own route, on the same rows, with all rights."""
    users = app.context.items("directus_users")
    return {"people": await users.count(), "newest": await users.first(fields=["email"], sort="-id")}
