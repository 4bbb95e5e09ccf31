"""The way through an HTTP proxy: which one is to be used for an address, and how it is asked for a tunnel. Knows the environment's
variables as ``urllib`` and ``httpx`` read them; must not know what goes through the tunnel."""

from __future__ import annotations

import ssl
from base64 import b64encode
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

import anyio
from anyio.abc import ByteStream

from rowcast.errors import ConnectionLost, InvalidConfiguration

Proxy = str | Literal[True] | None
"""The address of a proxy (``http://user:password@host:3128``); True: the one that the environment names (``HTTPS_PROXY``,
``HTTP_PROXY``, ``ALL_PROXY``, unless ``NO_PROXY`` has the host); None: none."""

_PORTS = {"http": 80, "https": 443}
_LONGEST = 64 * 1024
_ASKED = {True: ("wss", "https", "all"), False: ("ws", "http", "all")}


def proxy_for(host: str, port: int, *, secure: bool, given: Proxy) -> SplitResult | None:
    """The proxy to a host; None if there is none in between. Raises InvalidConfiguration for one that is no HTTP proxy."""
    from urllib.request import getproxies, proxy_bypass  # heavy, and needed when there is a connection to make

    if given is None or (given is True and proxy_bypass(f"{host}:{port}")):
        return None
    known = getproxies() if given is True else {"all": given}
    url = next((known[name] for name in _ASKED[secure] if known.get(name)), None)
    if url is None:
        return None
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in _PORTS or not parts.hostname:
        raise InvalidConfiguration(
            f"The proxy {parts._replace(netloc=parts.hostname or '').geturl()!r} is no HTTP proxy."
        )
    return parts


async def tunnel(proxy: SplitResult, host: str, port: int) -> ByteStream:
    """A connection through the proxy. Raises ConnectionLost if the proxy cannot be reached or refuses."""
    name, at = proxy.hostname or "", proxy.port or _PORTS[proxy.scheme]
    try:
        stream = await _reached(name, at, secure=proxy.scheme == "https")
    except OSError as error:
        raise ConnectionLost(f"No connection to the proxy {name}:{at}: {error}.", sent=False) from error
    try:
        await _ask(stream, proxy, f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    except BaseException:
        await anyio.aclose_forcefully(stream)
        raise
    return stream


async def _reached(host: str, port: int, *, secure: bool) -> ByteStream:
    if not secure:
        return await anyio.connect_tcp(host, port)
    context = ssl.create_default_context()
    return await anyio.connect_tcp(host, port, ssl_context=context, tls_standard_compatible=False)


async def _ask(stream: ByteStream, proxy: SplitResult, target: str) -> None:
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if proxy.username is not None:
        known = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
        lines.append(f"Proxy-Authorization: Basic {b64encode(known.encode()).decode()}")
    try:
        await stream.send("\r\n".join([*lines, "", ""]).encode())
        answer = await _head(stream)
    except (OSError, anyio.EndOfStream, anyio.BrokenResourceError) as error:
        raise ConnectionLost(f"The proxy {proxy.hostname} ended the connection.", sent=False) from error
    said = answer.partition(b"\r\n")[0].decode("latin-1").split(" ", 1)[-1]
    if not said.startswith("2"):
        raise ConnectionLost(f"The proxy {proxy.hostname} does not connect to {target}: {said}.", sent=False)


async def _head(stream: ByteStream) -> bytes:
    """The answer, and no byte more: what follows is the other side's."""
    head = b""
    while not head.endswith(b"\r\n\r\n") and len(head) < _LONGEST:
        head += await stream.receive(1)
    return head
