"""Password hashing off the event loop, a few at a time: each costs 64 MiB and tens of milliseconds, by design. Must
not know whose passwords they are."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from rowcast.auth import passwords

_workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="rowcast-argon2")


async def hash_password(text: str) -> str:
    """The argon2id hash of a password."""
    return await asyncio.get_running_loop().run_in_executor(_workers, passwords.hash_password, text)


async def matches(hashed: str | None, text: str) -> bool:
    """Whether ``text`` is the password behind ``hashed``. Without a hash the answer is False and takes as long."""
    found = await asyncio.get_running_loop().run_in_executor(
        _workers, passwords.verify, hashed or passwords.DUMMY, text
    )
    return found and hashed is not None
