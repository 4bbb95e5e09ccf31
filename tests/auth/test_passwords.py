"""Password hashes and the password policy."""

from __future__ import annotations

import argon2
import pytest

from rowcast.auth.passwords import DUMMY, hash_password, verify
from rowcast.auth.pattern import satisfies


def test_round_trip() -> None:
    hashed = hash_password("d1r3ctu5")
    assert hashed.startswith("$argon2id$")
    assert verify(hashed, "d1r3ctu5")
    assert not verify(hashed, "D1r3ctu5")


@pytest.mark.parametrize("hashed", ["", "plain", "$argon2id$broken", "$2b$10$abcdefghijklmnopqrstuv"])
def test_what_is_no_hash_verifies_nothing(hashed: str) -> None:
    assert not verify(hashed, "")
    assert not verify(hashed, hashed)


def test_the_dummy_costs_as_much_as_a_real_one() -> None:
    assert argon2.extract_parameters(DUMMY) == argon2.extract_parameters(hash_password("x"))


@pytest.mark.parametrize(
    ("text", "policy", "expected"),
    [
        ("anything", None, True),
        ("anything", "", True),
        ("short", "/^.{10,}$/", False),
        ("long enough", "/^.{10,}$/", True),
        ("no capitals 1", "/(?=.*[0-9])(?=.*[A-Z])/", False),
        ("Capital 1", "/(?=.*[0-9])(?=.*[A-Z])/", True),
        ("ABC", "/^abc$/i", True),
        ("abc", "^abc$", True),
        ("aa", r"/^(?<x>a)\k<x>$/", False),
        ("anything", "/(/", False),
    ],
)
def test_policy(text: str, policy: str | None, expected: bool) -> None:
    assert satisfies(text, policy) is expected
