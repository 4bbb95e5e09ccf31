"""Tokens that others are to read or have signed (JWT): signing, verifying, reading. Pure: the moment is handed in; knows
nothing of our own tokens.

Only signatures by a shared secret (HMAC). A token never chooses how it is verified: the algorithms are named by whoever asks.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import jwt

ALGORITHMS = ("HS256", "HS384", "HS512")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400, "y": 31_557_600}
_SPAN = re.compile(r"\s*(\d{1,10}(?:\.\d{1,6})?)\s*([smhdwy]?)[a-z]*\s*", re.IGNORECASE)
_CLAIMS = {"audience": "aud", "issuer": "iss", "jwtid": "jti", "subject": "sub"}


class BadToken(ValueError):
    """It cannot be made, or is not as it should be."""


def sign(payload: Mapping[str, Any], secret: str, options: Mapping[str, Any], now: int) -> str:
    """A token. ``options``: ``algorithm``, ``expiresIn``, ``notBefore``, ``audience``, ``issuer``, ``jwtid``, ``subject``,
    ``noTimestamp``, ``header``. Raises BadToken."""
    claims = dict(payload) if options.get("noTimestamp") is True else {"iat": now, **payload}
    for option, claim in (("expiresIn", "exp"), ("notBefore", "nbf")):
        if options.get(option) is not None:
            claims[claim] = now + seconds(options[option])
    claims |= {claim: options[option] for option, claim in _CLAIMS.items() if options.get(option) is not None}
    header = options.get("header")
    with _plainly():
        return jwt.encode(
            claims, secret, _algorithm(options.get("algorithm")), dict(header) if isinstance(header, Mapping) else None
        )


def verify(token: str, secret: str, options: Mapping[str, Any], now: int) -> dict[str, Any]:
    """What a token says, if it is good: by its signature, its times, and what ``options`` ask (``algorithms``, ``audience``,
    ``issuer``, ``subject``, ``jwtid``, ``clockTolerance``, ``ignoreExpiration``). Raises BadToken."""
    named = options.get("algorithms")
    checks = {
        "verify_aud": options.get("audience") is not None,
        "verify_iss": options.get("issuer") is not None,
        "verify_sub": False,
        "verify_jti": False,
        "verify_iat": False,
        "verify_exp": False,
        "verify_nbf": False,
    }
    with _plainly():
        found: dict[str, Any] = jwt.decode(
            token,
            secret,
            algorithms=[_algorithm(name) for name in (named if isinstance(named, Sequence) and named else ALGORITHMS)],
            audience=options.get("audience"),
            issuer=options.get("issuer"),
            options=checks,  # type: ignore[arg-type]
        )
    _require_time(found, options, now)
    for option in ("subject", "jwtid"):
        if options.get(option) is not None and found.get(_CLAIMS[option]) != options[option]:
            raise BadToken(f"Invalid {option}")
    return found


def _require_time(claims: Mapping[str, Any], options: Mapping[str, Any], now: int) -> None:
    """Raise BadToken unless it is the token's time."""
    leeway = seconds(options.get("clockTolerance") or 0)
    begins, ends = (claims.get(name) for name in ("nbf", "exp"))
    if any(
        each is not None and (isinstance(each, bool) or not isinstance(each, (int, float))) for each in (begins, ends)
    ):
        raise BadToken("The times of the token are no numbers")
    if begins is not None and begins > now + leeway:
        raise BadToken("The token is not yet valid")
    if ends is not None and ends <= now - leeway and options.get("ignoreExpiration") is not True:
        raise BadToken("The token has expired")


def read(token: str, *, complete: bool = False) -> Any:
    """What a token says, whoever has signed it; with ``complete`` its header, too. None if it is no token."""
    try:
        found = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, TypeError):
        return None
    parts = {"header": found["header"], "payload": found["payload"], "signature": token.rpartition(".")[2]}
    return parts if complete else found["payload"]


def seconds(span: Any) -> int:
    """A time in seconds, or as text with a unit (``15m``, ``2 days``). Raises BadToken."""
    found = _SPAN.fullmatch(str(span)) if not isinstance(span, bool) else None
    if found is None:
        raise BadToken(f'"{span}" is no span of time')
    return int(float(found[1]) * _UNITS[found[2].lower()])


@contextmanager
def _plainly() -> Iterator[None]:
    """Failures as BadToken. How long a secret is, is the business of whoever it is shared with."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The HMAC key is")
        try:
            yield
        except (jwt.PyJWTError, TypeError) as error:
            raise BadToken(str(error)) from None


def _algorithm(name: Any) -> str:
    if name is None:
        return ALGORITHMS[0]
    if name not in ALGORITHMS:
        raise BadToken(f'"{name}" is none of the algorithms {", ".join(ALGORITHMS)}')
    return str(name)
