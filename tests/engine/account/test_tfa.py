"""The second factor."""

from __future__ import annotations

import pyotp
import pytest

from rowcast.engine.account import tfa
from rowcast.errors import Forbidden, InvalidCredentials, InvalidPayload
from tests.engine.people import PASSWORD, People, allow
from tests.support.clock import MovedClock

SELF = allow("update", "directus_users", permissions={"id": {"_eq": "$CURRENT_USER"}}, fields=["tfa_secret"])


async def test_on_and_off(people: People) -> None:
    clock = MovedClock.of(people.engine)
    user = await people.user("ann", await people.role("r", await people.policy("p", SELF)))
    ann = await people.who("tok-ann")
    with pytest.raises(InvalidCredentials):
        await tfa.generate(people.engine, ann, "wrong")
    secret, link = await tfa.generate(people.engine, ann, PASSWORD)
    assert secret in link
    code = pyotp.TOTP(secret).at(int(clock.time()))
    with pytest.raises(InvalidPayload):
        await tfa.enable(people.engine, ann, secret, "000000")
    await tfa.enable(people.engine, ann, secret, code)
    for again in (tfa.generate(people.engine, ann, PASSWORD), tfa.enable(people.engine, ann, secret, code)):
        with pytest.raises(InvalidPayload):
            await again
    with pytest.raises(InvalidPayload):
        await tfa.disable(people.engine, ann, "000000")
    await tfa.disable(people.engine, ann, code)
    assert await people.rows("SELECT tfa_secret FROM directus_users WHERE id = ?", (user,)) == [(None,)]
    with pytest.raises(InvalidPayload):
        await tfa.disable(people.engine, ann, code)


async def test_a_right_or_a_duty_is_needed(people: People) -> None:
    await people.user("ann", await people.role("r"))
    await people.user("bob", await people.role("s", await people.policy("strict", enforce_tfa=True)))
    secret = pyotp.random_base32()
    code = pyotp.TOTP(secret).at(int(MovedClock.of(people.engine).time()))
    with pytest.raises(Forbidden):
        await tfa.enable(people.engine, await people.who("tok-ann"), secret, code)
    await tfa.enable(people.engine, await people.who("tok-bob"), secret, code)


async def test_for_another(people: People) -> None:
    user, ann = await people.user("ann"), await people.who("tok-ann")
    with pytest.raises(Forbidden):
        await tfa.disable_for(people.engine, ann, user)
    admin = await people.who("tok-admin")
    await tfa.disable_for(people.engine, admin, user)
    with pytest.raises(Forbidden):
        await tfa.disable_for(people.engine, admin, "11111111-2222-4333-8444-555555555555")
    with pytest.raises(InvalidCredentials):
        await tfa.generate(people.engine, await people.who(None), PASSWORD)
