"""Takes a file in from an address. Must not know how it is fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.auth.addresses import allowed, is_global
from rowcast.engine.files.library import FILES
from rowcast.engine.files.upload import Incoming, upload
from rowcast.engine.settings import Files
from rowcast.errors import ContentTooLarge, ServiceUnavailable

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine


async def import_file(engine: Engine, actor: Actor, url: str, said: Mapping[str, Any]) -> str:
    """Make a file of what is at ``url`` and return its key. Raises Forbidden before anything is fetched,
    ServiceUnavailable for whatever is in the way outside, and as ``upload``."""
    from rowcast.storage.remote import fetch  # an HTTP client: heavy, and mostly not needed

    rights = await engine.rights(actor)
    rights.require(FILES, "create")
    settings = engine.settings.files
    try:
        async with asyncio.timeout(settings.import_timeout), fetch(url, lambda ip: is_open(settings, ip)) as found:
            if settings.max_upload_size is not None and (found.length or 0) > settings.max_upload_size:
                raise ContentTooLarge(f"A file may have {settings.max_upload_size} bytes at most.")
            name = str(said.get("filename_download") or found.name)
            return await upload(engine, actor, Incoming(name, found.type, found.parts, said))
    except TimeoutError:
        raise ServiceUnavailable(f'Fetching "{url[:200]}" took too long.', service="external-file") from None


def is_open(settings: Files, ip: str) -> bool:
    """Whether files may be fetched from that address: none that is denied, and of those inside only what is allowed."""
    if allowed(ip, settings.import_ip_deny_list):
        return False
    return is_global(ip) or allowed(ip, settings.import_ip_allow_list)
