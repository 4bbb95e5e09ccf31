"""IP rules."""

from __future__ import annotations

import pytest

from rowcast.auth.addresses import allowed, is_rule


@pytest.mark.parametrize(
    ("ip", "rule", "expected"),
    [
        ("10.20.3.4", "10.20.0.0/16", True),
        ("10.21.3.4", "10.20.0.0/16", False),
        ("10.0.0.5", "10.0.0.1-10.0.0.9", True),
        ("10.0.0.10", "10.0.0.1-10.0.0.9", False),
        ("10.0.0.1", "10.0.0.1", True),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("::1", "::1", True),
        ("::1", "127.0.0.0/8", False),
        ("2001:db8::5", "2001:db8::/32", True),
        ("not an address", "0.0.0.0/0", False),
        (None, "0.0.0.0/0", False),
        ("10.0.0.1", "nonsense", False),
        ("10.0.0.1", " 10.0.0.0/8 ", True),
    ],
)
def test_allowed(ip: str | None, rule: str, expected: bool) -> None:
    assert allowed(ip, ["192.0.2.1", rule]) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.0/8", True),
        ("10.0.0.1-10.0.0.9", True),
        ("::1", True),
        ("10.0.0.9-10.0.0.1", False),
        ("10.0.0.1-::1", False),
        ("10.0.0.0/99", False),
        ("not-an-ip", False),
        ("", False),
        (5, False),
        (None, False),
    ],
)
def test_is_rule(text: object, expected: bool) -> None:
    assert is_rule(text) is expected
