"""One-time codes of an authenticator app (TOTP, SHA-1, 6 digits, 30 s). Pure: the moment is handed in."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import quote

import pyotp

_CODE = re.compile(r"[0-9]{6}")
_SECRET = re.compile(r"[A-Z2-7]{16,128}")
_SHORTEST = 10


class _Totp(pyotp.TOTP):
    """The library's, without its lower limit of 112 bits: secrets of 80 bits, that other servers made, must go on working."""

    def byte_secret(self) -> bytes:
        return base64.b32decode(self.secret + "=" * (-len(self.secret) % 8), casefold=True)


def new_secret() -> str:
    """A new shared secret: 32 characters of base32."""
    return pyotp.random_base32()


def is_secret(text: str) -> bool:
    """Whether the text can be a shared secret: base32 of 80 bits or more."""
    try:
        return _SECRET.fullmatch(text) is not None and len(_Totp(text).byte_secret()) >= _SHORTEST
    except binascii.Error:
        return False


def link(secret: str, account: str, issuer: str) -> str:
    """The ``otpauth:`` address that an authenticator app reads from a QR code."""
    name = quote(issuer, safe="")
    label = f"{name}:{quote(account, safe='')}"
    return f"otpauth://totp/{label}?secret={secret}&period=30&digits=6&algorithm=SHA1&issuer={name}"


def verify(secret: str, code: str, now: float) -> bool:
    """Whether the code is good now; the neighbouring 30 s count too, since clocks differ. Compared in constant time."""
    if not _CODE.fullmatch(code) or not is_secret(secret):
        return False
    return _Totp(secret).verify(code, for_time=int(now), valid_window=1)
