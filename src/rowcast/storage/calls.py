"""Sends one request to an address that somebody else has given, and takes the answer, without being led where only this machine
may go (``remote``). Must not know for whom, or what is made of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import httpcore

from rowcast.errors import ContentTooLarge, ServiceUnavailable
from rowcast.storage.remote import AGAIN, REDIRECTIONS, TIMES, Allowed, Guarded, header

LONGEST_ANSWER = 16 * 1024 * 1024
_SECRET = frozenset({"authorization", "cookie", "proxy-authorization"})
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})


@dataclass(frozen=True, slots=True)
class Call:
    """A request. ``headers``: names in lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes


async def send(call: Call, allowed: Allowed) -> Reply:
    """The answer to a call, redirections followed. Raises ServiceUnavailable whatever is in the way, without telling what is inside
    and what is not, and ContentTooLarge."""
    pool = httpcore.AsyncConnectionPool(network_backend=Guarded(allowed), max_connections=1)
    async with pool:
        try:
            return await _followed(pool, call)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError, ValueError) as error:
            raise ServiceUnavailable(f'"{call.url[:200]}" can\'t be reached.', service="external-request") from error


async def _followed(pool: httpcore.AsyncConnectionPool, call: Call) -> Reply:
    for _ in range(REDIRECTIONS + 1):
        reply, further = await _once(pool, call)
        if not further:
            return reply
        call = _redirected(call, reply.status, further)
    raise ValueError("redirected too often")


async def _once(pool: httpcore.AsyncConnectionPool, call: Call) -> tuple[Reply, str | None]:
    """The answer, and where it leads on."""
    url = _plain(call.url)
    own = {name: value for name, value in call.headers.items() if name not in _OURS}
    sent = {"host": urlsplit(url).netloc.rpartition("@")[2], "accept-encoding": "identity", "accept": "*/*", **own}
    pairs = [(name.encode("ascii"), value.encode("latin-1")) for name, value in sent.items()]
    if call.body or call.method in ("POST", "PUT", "PATCH"):
        pairs.append((b"content-length", str(len(call.body)).encode()))
    async with pool.stream(call.method, url, headers=pairs, content=call.body, extensions={"timeout": TIMES}) as answer:
        further = header(answer, b"location") if answer.status in AGAIN else None
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
        reason = bytes(answer.extensions.get("reason_phrase", b"")).decode("latin-1")
        return Reply(answer.status, reason, headers, b"" if further else await _body(answer)), further


async def _body(answer: httpcore.Response) -> bytes:
    found = bytearray()
    async for part in answer.aiter_stream():
        found += part
        if len(found) > LONGEST_ANSWER:
            raise ContentTooLarge(f"An answer may have {LONGEST_ANSWER} bytes at most.")
    return bytes(found)


def _redirected(call: Call, status: int, further: str) -> Call:
    """The next call: without its body where the answer is to be fetched, without its secrets where it leads to somebody else."""
    url = urljoin(call.url, further)
    headers = dict(call.headers)
    if urlsplit(url)[:2] != urlsplit(call.url)[:2]:
        headers = {name: value for name, value in headers.items() if name not in _SECRET}
    if status == 303 or (status in (301, 302) and call.method == "POST"):
        headers.pop("content-type", None)
        return Call("GET" if call.method != "HEAD" else "HEAD", url, headers)
    return replace(call, url=url, headers=headers)


def _plain(url: str) -> str:
    """The address in ASCII. Raises ValueError for what is none of the web."""
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(url)
    host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    path, query = (quote(part, safe="/%:=&?~+!$,;'@()*[]") for part in (parts.path, parts.query))
    return urlunsplit((parts.scheme, host, path, query, ""))
