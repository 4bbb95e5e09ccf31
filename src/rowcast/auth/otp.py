"""One-time codes of an authenticator app (TOTP, SHA-1, 6 digits, 30 s). Pure: the moment is handed in."""

from __future__ import annotations

import re
from urllib.parse import quote

import pyotp

_CODE = re.compile(r"\d{6}")


def new_secret() -> str:
    """A new shared secret: 32 characters of base32."""
    return pyotp.random_base32()


def is_secret(text: str) -> bool:
    """Whether the text can be a shared secret."""
    return re.fullmatch(r"[A-Z2-7]{16,128}", text) is not None


def link(secret: str, account: str, issuer: str) -> str:
    """The ``otpauth:`` address that an authenticator app reads from a QR code."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    return f"otpauth://totp/{label}?secret={secret}&period=30&digits=6&algorithm=SHA1&issuer={quote(issuer, safe='')}"


def verify(secret: str, code: str, now: float) -> bool:
    """Whether the code is good now; the neighbouring 30 s count too, since clocks differ. Compared in constant time."""
    return (
        bool(_CODE.fullmatch(code))
        and is_secret(secret)
        and pyotp.TOTP(secret).verify(code, for_time=int(now), valid_window=1)
    )
