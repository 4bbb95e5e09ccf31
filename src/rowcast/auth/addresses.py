"""Where one may come from: IP rules (an address, a range ``a-b``, a block in CIDR form). Must not know policies."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address


def is_rule(text: object) -> bool:
    """Whether the text is an IP rule."""
    try:
        _bounds(text)
    except ValueError:
        return False
    return True


def allowed(ip: str | None, rules: Iterable[str]) -> bool:
    """Whether an address falls under one of the rules. An unknown address falls under none; broken rules match
    nothing. An IPv4 address written as IPv6 (``::ffff:10.0.0.1``) is that IPv4 address."""
    try:
        address = _plain(ip_address(ip or ""))
    except ValueError:
        return False
    return any(_within(address, rule) for rule in rules)


def _within(address: Address, rule: str) -> bool:
    try:
        first, last = _bounds(rule)
    except ValueError:
        return False
    return first.version == address.version and int(first) <= int(address) <= int(last)


def _bounds(rule: object) -> tuple[Address, Address]:
    if not isinstance(rule, str):
        raise ValueError(rule)
    text = rule.strip()
    if "-" in text:
        low, high = (_plain(ip_address(part.strip())) for part in text.split("-", 1))
        if low.version != high.version or int(low) > int(high):
            raise ValueError(rule)
        return low, high
    if "/" in text:
        network = ip_network(text, strict=False)
        return network.network_address, network.broadcast_address
    address = _plain(ip_address(text))
    return address, address


def _plain(address: Address) -> Address:
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def is_global(ip: str) -> bool:
    """Whether an address belongs to the world at large: not to this machine, a private network or a special purpose. What an
    IPv6 address carries within (IPv4-mapped, 6to4, Teredo, NAT64) counts as well."""
    try:
        address = _plain(ip_address(ip.partition("%")[0]))
    except ValueError:
        return False
    return all(each.is_global and not each.is_multicast for each in (address, *_within_address(address)))


def _within_address(address: Address) -> Iterable[Address]:
    if not isinstance(address, IPv6Address):
        return
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)


_NAT64 = ip_network("64:ff9b::/96")
