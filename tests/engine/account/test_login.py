"""Signing in, renewing, signing out."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pyotp
import pytest

from rowcast.auth import passwords
from rowcast.engine.account import sessions
from rowcast.engine.account.login import login
from rowcast.engine.account.sessions import Mode, end, refresh
from rowcast.errors import InvalidCredentials, InvalidOtp
from tests.engine.people import HERE, PASSWORD, People, open_people
from tests.support.clock import MovedClock

ANN = "ann@example.com"


async def test_login_is_noted(people: People) -> None:
    user = await people.user("ann")
    grant = await login(people.engine, HERE, "ANN@Example.com", PASSWORD)
    assert (grant.lifetime, len(grant.refresh_token)) == (900, 64)
    assert (await people.who(grant.access_token)).user == user
    noted = await people.rows('SELECT "user", "ip", "item" FROM "directus_activity" WHERE "action" = ?', ("login",))
    assert noted == [(user, "127.0.0.1", user)]
    assert (await people.rows('SELECT "last_access" FROM "directus_users" WHERE "id" = ?', (user,)))[0][0]


@pytest.mark.parametrize("status", ["draft", "invited", "unverified", "suspended", "archived"])
async def test_only_active_users(people: People, status: str) -> None:
    await people.user("ann", status=status)
    with pytest.raises(InvalidCredentials):
        await login(people.engine, HERE, ANN, PASSWORD)


@pytest.mark.parametrize(
    ("email", "password"), [(ANN, "wrong"), (ANN, PASSWORD.upper()), ("no@example.com", PASSWORD), (ANN, "")]
)
async def test_wrong_credentials(people: People, email: str, password: str) -> None:
    await people.user("ann")
    with pytest.raises(InvalidCredentials):
        await login(people.engine, HERE, email, password)


async def test_users_without_password_or_of_another_provider(people: People) -> None:
    await people.user("ann", password=None)
    await people.user("bob", provider="github")
    for name in ("ann", "bob"):
        for password in (PASSWORD, "", "no user has this password"):
            with pytest.raises(InvalidCredentials):
                await login(people.engine, HERE, f"{name}@example.com", password)


async def test_unknown_user_and_wrong_password_cost_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One hash each, and no answer before its time."""
    people = await open_people(tmp_path, login_stall_time=0.3)
    await people.user("ann")
    await people.user("sue", status="suspended")
    verified: list[str] = []
    verify = passwords.verify

    def counted(hashed: str, text: str) -> bool:
        verified.append(text)
        return verify(hashed, text)

    monkeypatch.setattr(passwords, "verify", counted)
    for email in (ANN, "sue@example.com", "nobody@example.com"):
        started = time.monotonic()
        with pytest.raises(InvalidCredentials):
            await login(people.engine, HERE, email, email)
        assert time.monotonic() - started > 0.299
    await people.engine.close()
    assert verified == [ANN, "sue@example.com", "nobody@example.com"]


async def test_too_many_failures_suspend(people: People) -> None:
    user = await people.user("ann")
    await people.settings(auth_login_attempts=2)
    for _ in range(3):
        with pytest.raises(InvalidCredentials):
            await login(people.engine, HERE, ANN, "wrong")
    with pytest.raises(InvalidCredentials):
        await login(people.engine, HERE, ANN, PASSWORD)
    assert await people.rows('SELECT "status" FROM "directus_users" WHERE "id" = ?', (user,)) == [("suspended",)]


async def test_success_forgets_failures(people: People) -> None:
    await people.user("ann")
    await people.settings(auth_login_attempts=2)
    for _ in range(4):
        with pytest.raises(InvalidCredentials):
            await login(people.engine, HERE, ANN, "wrong")
        await login(people.engine, HERE, ANN, PASSWORD)


async def test_the_last_administrator_is_locked_but_not_suspended(people: People) -> None:
    await people.settings(auth_login_attempts=1)
    for _ in range(3):
        with pytest.raises(InvalidCredentials):
            await login(people.engine, HERE, "admin@example.com", "wrong")
    with pytest.raises(InvalidCredentials):
        await login(people.engine, HERE, "admin@example.com", PASSWORD)
    assert (await people.who("tok-admin")).admin


async def test_second_factor(people: People) -> None:
    user, secret, clock = await people.user("ann"), pyotp.random_base32(), MovedClock.of(people.engine)
    await people.engine.store.write(
        lambda tx: tx.fetch('UPDATE "directus_users" SET "tfa_secret" = ? WHERE "id" = ?', (secret, user))
    )
    for code in (None, "000000", "nonsense"):
        with pytest.raises(InvalidOtp):
            await login(people.engine, HERE, ANN, PASSWORD, otp=code)
    with pytest.raises(InvalidCredentials):
        await login(people.engine, HERE, ANN, "wrong", otp=pyotp.TOTP(secret).at(int(clock.time())))
    await login(people.engine, HERE, ANN, PASSWORD, otp=pyotp.TOTP(secret).at(int(clock.time())))


@pytest.mark.parametrize("mode", ["json", "cookie", "session"])
async def test_renewal_rotates(people: People, mode: Mode) -> None:
    await people.user("ann")
    first = await login(people.engine, HERE, ANN, PASSWORD, mode=mode)
    second = await refresh(people.engine, HERE, first.refresh_token, mode)
    third = await refresh(people.engine, HERE, second.refresh_token, mode)
    assert len({grant.refresh_token for grant in (first, second, third)}) == 3
    assert (await people.who(third.access_token)).user is not None


@pytest.mark.parametrize("mode", ["cookie", "session"])
async def test_two_renewals_of_a_cookie_at_once_get_one_successor(people: People, mode: Mode) -> None:
    await people.user("ann")
    grant = await login(people.engine, HERE, ANN, PASSWORD, mode=mode)
    both = await asyncio.gather(*(refresh(people.engine, HERE, grant.refresh_token, mode) for _ in range(2)))
    assert both[0].refresh_token == both[1].refresh_token


async def test_a_token_in_a_body_renews_once(people: People) -> None:
    await people.user("ann")
    grant = await login(people.engine, HERE, ANN, PASSWORD)
    twice = (refresh(people.engine, HERE, grant.refresh_token, "json") for _ in range(2))
    both = await asyncio.gather(*twice, return_exceptions=True)
    assert [type(one) is InvalidCredentials for one in both].count(True) == 1


async def test_the_grace_ends(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    await people.user("ann")
    grant = await login(people.engine, HERE, ANN, PASSWORD, mode="cookie")
    monkeypatch.setattr(sessions, "GRACE", -1.0)
    await refresh(people.engine, HERE, grant.refresh_token, "cookie")
    with pytest.raises(InvalidCredentials):
        await refresh(people.engine, HERE, grant.refresh_token, "cookie")


async def test_what_renews_nothing(people: People) -> None:
    user = await people.user("ann")
    grant = await login(people.engine, HERE, ANN, PASSWORD)
    for token in ("nonsense", "", "tok-ann", grant.access_token):
        with pytest.raises(InvalidCredentials):
            await refresh(people.engine, HERE, token, "json")
    await people.engine.store.write(lambda tx: tx.fetch("UPDATE directus_sessions SET expires = '2020-01-01T00:00:00'"))
    with pytest.raises(InvalidCredentials):
        await refresh(people.engine, HERE, grant.refresh_token, "json")
    grant = await login(people.engine, HERE, ANN, PASSWORD)
    await people.engine.store.write(
        lambda tx: tx.fetch("UPDATE directus_users SET status = 'draft' WHERE id = ?", (user,))
    )
    with pytest.raises(InvalidCredentials):
        await refresh(people.engine, HERE, grant.refresh_token, "json")


async def test_logout(people: People) -> None:
    await people.user("ann")
    first = await login(people.engine, HERE, ANN, PASSWORD)
    second = await refresh(people.engine, HERE, first.refresh_token, "json")
    await end(people.engine, second.refresh_token)
    await end(people.engine, "unknown")
    for grant in (first, second):
        with pytest.raises(InvalidCredentials):
            await refresh(people.engine, HERE, grant.refresh_token, "json")


async def test_a_session_of_a_reference_database_renews(people: People) -> None:
    """Times there are milliseconds since 1970."""
    user = await people.user("ann")
    row = ("their-token", user, int((time.time() + 3600) * 1000))
    await people.engine.store.write(
        lambda tx: tx.fetch('INSERT INTO directus_sessions (token, "user", expires) VALUES (?, ?, ?)', row)
    )
    grant = await refresh(people.engine, HERE, "their-token", "json")
    assert (await people.who(grant.access_token)).user == user
