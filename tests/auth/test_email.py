"""The form of addresses."""

from __future__ import annotations

import pytest

from rowcast.auth.email import is_deliverable, is_email


@pytest.mark.parametrize(
    "text", ["a@b.co", "Jane.Doe+tag@Example.COM", "o'neil@sub.example.org", "jörg@müller.example", "x@good.test"]
)
def test_addresses(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "no-at-sign",
        "@b.co",
        "a@",
        "a@b",
        "a b@c.de",
        "a@b..co",
        "a@-b.co",
        ".a@b.co",
        "a@b.co\nBcc: x@y.z",
        5,
        None,
        "a" * 300 + "@b.co",
    ],
)
def test_others(text: object) -> None:
    assert not is_email(text)


@pytest.mark.parametrize(
    ("text", "expected"), [("a@b.co", True), ("a@b.test", False), ("a@x.localhost", False), ("a", False)]
)
def test_deliverable(text: str, expected: bool) -> None:
    assert is_deliverable(text) is expected
