"""A new password, an invitation and a registration, each by the link of a letter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rowcast.engine.account.invite import accept, invite
from rowcast.engine.account.login import login
from rowcast.engine.account.passwords import request_reset, reset
from rowcast.engine.account.register import Applicant, register, verify_registration
from rowcast.engine.account.sessions import refresh
from rowcast.errors import FailedValidation, Forbidden, InvalidCredentials, InvalidPayload, InvalidToken
from tests.engine.people import HERE, PASSWORD, People, allow, open_people

ANN = "ann@example.com"
NEW = "a-new-password-2"


async def _letters(people: People) -> list[str]:
    await people.engine.mail.drain()
    return [str(letter["To"]) for letter in people.postbox.letters]


async def test_reset(people: People) -> None:
    await people.user("ann")
    grant = await login(people.engine, HERE, ANN, PASSWORD)
    await request_reset(people.engine, "ANN@example.com", None)
    assert await _letters(people) == [ANN]
    assert "https://data.example.org/admin/reset-password?token=" in people.postbox.letters[0].get_content()
    token = people.postbox.token()
    await reset(people.engine, HERE, token, NEW)
    await login(people.engine, HERE, ANN, NEW)
    with pytest.raises(InvalidCredentials):
        await login(people.engine, HERE, ANN, PASSWORD)
    with pytest.raises(InvalidCredentials):
        await refresh(people.engine, HERE, grant.refresh_token, "json")
    with pytest.raises(Forbidden):
        await reset(people.engine, HERE, token, "a-third-password")


async def test_reset_tells_nothing(people: People) -> None:
    await people.user("sue", status="suspended")
    await request_reset(people.engine, "ghost@example.com", None)
    await request_reset(people.engine, "sue@example.com", None)
    assert await _letters(people) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.net/reset",
        "https://data.example.org.evil.net/admin/reset-password",
        "javascript:x",
        "//evil",
    ],
)
async def test_letters_lead_nowhere_else(people: People, url: str) -> None:
    await people.user("ann")
    with pytest.raises(InvalidPayload):
        await request_reset(people.engine, ANN, url)
    with pytest.raises(InvalidPayload):
        await invite(people.engine, await people.who("tok-admin"), ["x@example.com"], await people.role("r"), url)


async def test_an_allowed_address_keeps_its_query(tmp_path: Path) -> None:
    people = await open_people(tmp_path, password_reset_url_allow_list=("https://app.example.org/new",))
    await people.user("ann")
    await request_reset(people.engine, ANN, "https://app.example.org/new?lang=de")
    await people.engine.mail.drain()
    assert "https://app.example.org/new?lang=de&token=" in people.postbox.letters[0].get_content()
    await people.engine.close()


async def test_reset_meets_the_policy(people: People) -> None:
    await people.user("ann")
    await people.settings(auth_password_policy="/^.{12,}$/")
    await request_reset(people.engine, ANN, None)
    await people.engine.mail.drain()
    with pytest.raises(FailedValidation):
        await reset(people.engine, HERE, people.postbox.token(), "short")
    await reset(people.engine, HERE, people.postbox.token(), "long enough now")


async def test_other_tokens_reset_nothing(people: People) -> None:
    await people.user("ann")
    grant = await login(people.engine, HERE, ANN, PASSWORD)
    with pytest.raises(Forbidden):
        await reset(people.engine, HERE, grant.access_token, NEW)
    with pytest.raises(InvalidToken):
        await reset(people.engine, HERE, "garbled", NEW)


async def test_invitation(people: People) -> None:
    role = await people.role("r")
    admin = await people.who("tok-admin")
    await invite(people.engine, admin, ["new@example.com", "new@example.com", "two@example.com"], role, None)
    assert sorted(await _letters(people)) == ["new@example.com", "two@example.com"]
    await invite(people.engine, admin, ["new@example.com"], role, None)
    await people.engine.mail.drain()
    token = people.postbox.token()
    with pytest.raises(InvalidCredentials):
        await login(people.engine, HERE, "new@example.com", NEW)
    await accept(people.engine, HERE, token, NEW)
    grant = await login(people.engine, HERE, "new@example.com", NEW)
    assert (await people.who(grant.access_token)).role == role
    with pytest.raises(Forbidden):
        await accept(people.engine, HERE, token, "again-and-again")
    sent = len(await _letters(people))
    await invite(people.engine, admin, ["new@example.com"], role, None)
    assert len(await _letters(people)) == sent, "who is a user already is not invited"


async def test_who_may_not_invite(people: People) -> None:
    role = await people.role("r", await people.policy("p", allow("read")))
    await people.user("ann", role)
    for token in (None, "tok-ann"):
        with pytest.raises(Forbidden):
            await invite(people.engine, await people.who(token), ["x@example.com"], role, None)
    assert await _letters(people) == []


async def _open_registration(people: People, **settings: Any) -> str:
    role = await people.role("registered")
    await people.settings(public_registration=True, public_registration_role=role, **settings)
    return role


async def test_registration_with_verification(people: People) -> None:
    role = await _open_registration(people)
    applicant = Applicant("neo@example.com", NEW, "Neo")
    await register(people.engine, HERE, applicant, None)
    with pytest.raises(InvalidCredentials):
        await login(people.engine, HERE, applicant.email, NEW)
    await people.engine.mail.drain()
    await verify_registration(people.engine, HERE, people.postbox.token())
    grant = await login(people.engine, HERE, applicant.email, NEW)
    assert (await people.who(grant.access_token)).role == role
    with pytest.raises(Forbidden):
        await verify_registration(people.engine, HERE, people.postbox.token())


async def test_registration_of_a_known_address_changes_nothing(people: People) -> None:
    await _open_registration(people, public_registration_verify_email=False)
    await people.user("ann")
    await register(people.engine, HERE, Applicant("ANN@example.com", NEW), None)
    await login(people.engine, HERE, ANN, PASSWORD)
    assert await _letters(people) == []


async def test_registration_is_closed_or_limited(people: People) -> None:
    with pytest.raises(Forbidden):
        await register(people.engine, HERE, Applicant("neo@example.com", NEW), None)
    await _open_registration(
        people, public_registration_email_filter={"_and": [{"email": {"_ends_with": "@example.org"}}]}
    )
    with pytest.raises(Forbidden):
        await register(people.engine, HERE, Applicant("neo@example.com", NEW), None)
    with pytest.raises(InvalidPayload):
        await register(people.engine, HERE, Applicant("neo@good.test", NEW), None)
    await register(people.engine, HERE, Applicant("neo@example.org", NEW), None)
