"""Where a request comes from: address, user agent, origin. Must not trust a proxy that the settings do not trust."""

from __future__ import annotations

import ipaddress

from starlette.types import Scope

from rowcast.engine.settings import Settings

LONGEST_USER_AGENT = 1024


def client_of(scope: Scope, settings: Settings) -> tuple[str | None, str | None, str | None]:
    """(ip, user agent, origin) of an HTTP or WebSocket scope."""
    user_agent = origin = forwarded = custom = None
    wanted = (settings.ip_custom_header or "").lower().encode()
    for name, value in scope["headers"]:
        if name == b"user-agent":
            user_agent = value.decode("latin-1")[:LONGEST_USER_AGENT]
        elif name == b"origin":
            origin = value.decode("latin-1")
        elif name == b"x-forwarded-for":
            forwarded = value.decode("latin-1")
        if wanted and name == wanted:
            custom = value.decode("latin-1")
    peer = scope["client"][0] if scope.get("client") else None
    return custom or real_ip(peer, forwarded, settings.ip_trust_proxy), user_agent, origin


def real_ip(peer: str | None, forwarded: str | None, trust: bool | int | tuple[str, ...]) -> str | None:
    """The caller's address. ``trust``: False nobody, True every proxy, a number of hops, or the addresses and networks of proxies;
    X-Forwarded-For is read from its right end as far as the proxies are trusted."""
    if not trust or forwarded is None or peer is None:
        return peer
    chain = [part.strip() for part in forwarded.split(",") if part.strip()] + [peer]
    if trust is True:
        return chain[0]
    if isinstance(trust, int):
        return chain[max(0, len(chain) - 1 - trust)]
    found = chain.pop()
    while chain and _within(found, trust):
        found = chain.pop()
    return found


def _within(address: str, networks: tuple[str, ...]) -> bool:
    try:
        ip = ipaddress.ip_address(address)
        return any(ip in ipaddress.ip_network(network, strict=False) for network in networks)
    except ValueError:
        return False
