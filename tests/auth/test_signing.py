"""Tokens for others: what is signed can be verified, by nothing but the same secret and algorithm."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from rowcast.auth import signing
from rowcast.auth.signing import BadToken, read, seconds

SECRET = "a secret that is long enough for every algorithm, also for the longest of them"


NOW = 1_800_000_000


def sign(payload: dict[str, Any], secret: str, options: dict[str, Any]) -> str:
    return signing.sign(payload, secret, options, NOW)


def verify(token: str, secret: str, options: dict[str, Any], now: int = NOW) -> dict[str, Any]:
    return signing.verify(token, secret, options, now)


def test_what_is_signed_is_verified() -> None:
    for algorithm in ("HS256", "HS384", "HS512"):
        token = sign({"a": {"b": [1]}}, SECRET, {"algorithm": algorithm, "issuer": "me", "audience": "you"})
        assert jwt.get_unverified_header(token)["alg"] == algorithm
        found = verify(token, SECRET, {"issuer": "me", "audience": "you", "algorithms": [algorithm]})
        assert (found["a"], found["iss"], found["aud"]) == ({"b": [1]}, "me", "you")
        assert "iat" in found
    assert verify(sign({}, SECRET, {"noTimestamp": True, "header": {"kid": "k"}}), SECRET, {}) == {}


def test_a_short_secret_is_the_authors_business() -> None:
    assert verify(sign({"a": 1, "iat": 1}, "s", {}), "s", {}) == {"a": 1, "iat": 1}


@pytest.mark.parametrize(
    ("made", "asked"),
    [
        ({}, {"algorithms": ["HS512"]}),
        ({"expiresIn": 0}, {}),
        ({"notBefore": "1h"}, {}),
        ({"issuer": "me"}, {"issuer": "you"}),
        ({}, {"audience": "you"}),
        ({"subject": "a"}, {"subject": "b"}),
        ({}, {"jwtid": "x"}),
        ({}, {"algorithms": ["none"]}),
        ({}, {"clockTolerance": "soon"}),
    ],
)
def test_what_is_not_as_it_should_be(made: dict[str, Any], asked: dict[str, Any]) -> None:
    token = sign({"a": 1}, SECRET, made)
    with pytest.raises(BadToken):
        verify(token, SECRET, asked)


def test_nobody_signs_for_others() -> None:
    token = sign({"a": 1}, SECRET, {})
    unsigned = jwt.encode({"a": 1}, None, "none")
    for wrong, secret in ((token, SECRET + "!"), (token[:-2], SECRET), (unsigned, SECRET), ("x", SECRET), ("", SECRET)):
        with pytest.raises(BadToken):
            verify(wrong, secret, {})
    with pytest.raises(BadToken):
        sign({"a": 1}, SECRET, {"algorithm": "none"})
    assert verify(sign({"exp": 1}, SECRET, {}), SECRET, {"ignoreExpiration": True})["exp"] == 1


def test_anybody_reads() -> None:
    token = sign({"a": 1, "iat": 5}, SECRET, {})
    assert read(token) == {"a": 1, "iat": 5}
    assert set(read(token, complete=True)) == {"header", "payload", "signature"}
    assert read("nonsense") is None


def test_spans() -> None:
    assert [seconds(each) for each in (5, "5", "2m", "1.5h", "2 days", "1w")] == [5, 5, 120, 5400, 172_800, 604_800]
    wrong: Any
    for wrong in (True, None, "", "-1", "soon", "1 2", []):
        with pytest.raises(BadToken):
            seconds(wrong)


def test_times() -> None:
    token = sign({}, SECRET, {"notBefore": "1m", "expiresIn": "2m"})
    for now, options, good in (
        (59, {}, False),
        (60, {}, True),
        (59, {"clockTolerance": 1}, True),
        (119, {}, True),
        (120, {}, False),
        (120, {"clockTolerance": "1s"}, True),
        (999, {"ignoreExpiration": True}, True),
    ):
        if good:
            assert verify(token, SECRET, options, NOW + now)["exp"] == NOW + 120
        else:
            with pytest.raises(BadToken):
                verify(token, SECRET, options, NOW + now)
    for claims in ({"exp": "soon"}, {"nbf": True}):
        with pytest.raises(BadToken):
            verify(sign(claims, SECRET, {}), SECRET, {})
