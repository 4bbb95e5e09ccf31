"""Fetches a file from an address that somebody else has given, without being led where only this machine may go. Knows
names, addresses and HTTP; must not know what is fetched or for whom.

The address that is checked is the one that is connected to: the name is looked up here, once for each connection, and
the socket is opened to an address that passed. So neither a redirection nor a name that changes its mind leads inside.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import httpcore
import structlog

from rowcast.errors import ServiceUnavailable

log = structlog.get_logger("rowcast.files")
Allowed = Callable[[str], bool]
REDIRECTIONS = 5
AGAIN = frozenset({301, 302, 303, 307, 308})
TIMES = {"connect": 10.0, "read": 30.0, "write": 10.0, "pool": 10.0}


class Refused(OSError):
    """The name leads to no address that may be connected to."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file under way. ``type`` is what its server says, in lower case, without parameters; None if it says nothing."""

    name: str
    type: str | None
    length: int | None
    parts: AsyncIterator[bytes]


@asynccontextmanager
async def fetch(url: str, allowed: Allowed) -> AsyncIterator[Fetched]:
    """The file at an ``http`` or ``https`` address, for the length of a block. Raises ServiceUnavailable whatever is in
    the way: the answer does not tell what is inside and what is not."""
    pool = httpcore.AsyncConnectionPool(network_backend=Guarded(allowed), max_connections=1)
    async with pool:
        try:
            async with _found(pool, url) as (answer, place):
                yield Fetched(*_told(answer, place), parts=_body(answer, url))
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError, ValueError) as error:
            log.warning("a file cannot be fetched", url=url[:200], reason=f"{type(error).__name__}: {error}")
            raise _unreachable(url) from error


@asynccontextmanager
async def _found(pool: httpcore.AsyncConnectionPool, url: str) -> AsyncIterator[tuple[httpcore.Response, str]]:
    """The good answer, and the address that gave it."""
    for _ in range(REDIRECTIONS + 1):
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise ValueError(url)
        async with pool.stream("GET", url, headers=_headers(url), extensions={"timeout": TIMES}) as answer:
            further = header(answer, b"location")
            if answer.status in AGAIN and further:
                url = urljoin(url, further)
                continue
            if answer.status != 200:
                raise ValueError(f"answered with {answer.status}")
            yield answer, url
            return
    raise ValueError("redirected too often")


def _headers(url: str) -> list[tuple[bytes | str, bytes | str]]:
    return [("Host", urlsplit(url).netloc.rpartition("@")[2]), ("Accept", "*/*"), ("Accept-Encoding", "identity")]


async def _body(answer: httpcore.Response, url: str) -> AsyncIterator[bytes]:
    try:
        async for part in answer.aiter_stream():
            yield part
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
        raise _unreachable(url) from error


def _told(answer: httpcore.Response, url: str) -> tuple[str, str | None, int | None]:
    """Name, type and length."""
    disposition = Message()
    disposition["Content-Disposition"] = header(answer, b"content-disposition") or "inline"
    named = disposition.get_filename() or unquote(urlsplit(url).path).rpartition("/")[2]
    type_ = (header(answer, b"content-type") or "").partition(";")[0].strip().lower()
    length = header(answer, b"content-length") or ""
    return named or "file", type_ or None, int(length) if re.fullmatch(r"\d{1,18}", length) else None


def header(answer: httpcore.Response, name: bytes) -> str | None:
    """The header of that name, in lower case."""
    return next((value.decode("latin-1") for key, value in answer.headers if key.lower() == name), None)


def _unreachable(url: str) -> ServiceUnavailable:
    return ServiceUnavailable(f'The file at "{url[:200]}" can\'t be fetched.', service="external-file")


class Guarded(httpcore.AsyncNetworkBackend):
    """Opens connections to allowed addresses only."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the name of the base class
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of the host, if all of them are allowed. Raises Refused."""
        loop = asyncio.get_running_loop()
        found = [str(entry[4][0]) for entry in await loop.getaddrinfo(host, port, type=1)]
        denied = [address for address in found if not self._allowed(address)]
        if denied or not found:
            raise Refused(f"{host} is at {', '.join(denied) or 'no address'}, from where nothing may be fetched")
        return await self._inner.connect_tcp(found[0], port, timeout, local_address, socket_options)

    async def connect_unix_socket(self, *_args: Any, **_options: Any) -> httpcore.AsyncNetworkStream:
        """Never. Raises Refused."""
        raise Refused("unix")

    async def sleep(self, seconds: float) -> None:
        """See the base class."""
        await asyncio.sleep(seconds)
