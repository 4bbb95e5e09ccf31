"""Signed tokens: what is accepted, and that nothing else is."""

from __future__ import annotations

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcast.auth import tokens
from rowcast.auth.tokens import Claims
from rowcast.errors import InvalidToken, TokenExpired

SECRET = "a secret of at least thirty-two bytes"
NOW = 1_700_000_000.0
CLAIMS = Claims("u1", "r1", int(NOW) + 900, app=True, admin=False, session="s1")


def test_access_token_round_trip() -> None:
    assert tokens.read_access(tokens.access(CLAIMS, SECRET, NOW), SECRET, NOW) == CLAIMS


def test_payload_as_clients_know_it() -> None:
    payload = jwt.decode(tokens.access(CLAIMS, SECRET, NOW), options={"verify_signature": False})
    assert payload == {
        "id": "u1", "role": "r1", "app_access": True, "admin_access": False, "session": "s1",
        "iat": int(NOW), "exp": int(NOW) + 900, "iss": "directus",
    }  # fmt: skip


def test_expired_at_its_second() -> None:
    token = tokens.access(CLAIMS, SECRET, NOW)
    assert tokens.read_access(token, SECRET, NOW + 899) == CLAIMS
    with pytest.raises(TokenExpired):
        tokens.read_access(token, SECRET, NOW + 900)


@given(st.integers(min_value=0, max_value=400), st.characters(codec="ascii"))
def test_one_changed_character_is_no_token(at: int, other: str) -> None:
    token = tokens.access(CLAIMS, SECRET, NOW)
    at %= len(token)
    changed = token[:at] + other + token[at + 1 :]
    if changed == token or at == len(token) - 1:  # the last character of base64 carries bits that mean nothing
        return
    with pytest.raises(InvalidToken):
        tokens.read_access(changed, SECRET, NOW)


def _signed(body: dict[str, object], secret: str = SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode(body, secret, algorithm)


GOOD: dict[str, object] = {"id": "u1", "role": None, "exp": int(NOW) + 9, "iss": "directus"}


@pytest.mark.parametrize(
    "token",
    [
        _signed(GOOD, "another secret of thirty-two bytes!!"),
        jwt.encode(GOOD, None, "none"),
        _signed({**GOOD, "iss": "elsewhere"}),
        _signed({k: v for k, v in GOOD.items() if k != "exp"}),
        _signed({**GOOD, "id": 5}),
        _signed({**GOOD, "scope": "invite"}),
        _signed({k: v for k, v in GOOD.items() if k != "id"}),
        _signed({k: v for k, v in GOOD.items() if k != "role"}),
        "garbage",
        "",
        "a.b.c",
    ],
)
def test_what_is_no_access_token(token: str) -> None:
    with pytest.raises(InvalidToken):
        tokens.read_access(token, SECRET, NOW)


def test_mailed_token_is_no_access_token() -> None:
    token = tokens.scoped("invite", {"email": "a@b.c", "id": "u1", "role": "r1"}, SECRET, NOW, 60)
    assert tokens.read_scoped(token, SECRET, NOW)["scope"] == "invite"
    with pytest.raises(InvalidToken):
        tokens.read_access(token, SECRET, NOW)


def test_signed_or_static() -> None:
    assert tokens.is_signed(tokens.access(CLAIMS, "not ours, by its form alone it cannot be told", NOW))
    assert not tokens.is_signed(_signed({**GOOD, "iss": "elsewhere"}))
    assert not tokens.is_signed("admin-static-token")


def test_random_tokens_differ() -> None:
    made = {tokens.random_token() for _ in range(100)}
    assert len(made) == 100
    assert {len(token) for token in made} == {64}
