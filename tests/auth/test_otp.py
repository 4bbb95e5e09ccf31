"""One-time codes."""

from __future__ import annotations

import pyotp
import pytest

from rowcast.auth import otp

NOW = 1_700_000_000.0


def test_a_code_is_good_for_half_a_minute_to_each_side() -> None:
    secret = otp.new_secret()
    code = pyotp.TOTP(secret).at(int(NOW))
    assert [otp.verify(secret, code, NOW + 30 * step) for step in range(-2, 3)] == [False, True, True, True, False]


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"])
def test_what_is_no_code(code: str) -> None:
    assert not otp.verify(otp.new_secret(), code, NOW)


@pytest.mark.parametrize("secret", ["", "A", "not base32 !", "JBSWY3DPEHPK3PX1", "JBSWY3DPEHPK3PXPA"])
def test_what_is_no_secret(secret: str) -> None:
    assert not otp.verify(secret, "123456", NOW)


def test_link() -> None:
    link = otp.link("JBSWY3DPEHPK3PXP", "jane@example.com", "My Project")
    assert link.startswith("otpauth://totp/My%20Project:jane%40example.com?secret=JBSWY3DPEHPK3PXP&")


def test_short_secrets_of_other_servers_go_on_working() -> None:
    """Such as authenticator apps show it."""
    assert otp.verify("JBSWY3DPEHPK3PXP", "282760", 30.0)
