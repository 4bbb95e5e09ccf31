"""Who asks: standing, policies in force, and that nothing stale is believed."""

from __future__ import annotations

import time

import pytest

from rowcast.auth import Actor, tokens
from rowcast.auth.tokens import Claims
from rowcast.engine.account.identify import identify_again
from rowcast.engine.account.login import login
from rowcast.engine.account.sessions import end
from rowcast.errors import InvalidCredentials, InvalidToken, TokenExpired
from tests.engine.people import HERE, PASSWORD, SECRET, People, allow


async def test_nobody_is_the_public(people: People) -> None:
    actor = await people.who(None)
    assert (actor.user, actor.admin, actor.app) == (None, False, False)
    assert len(actor.policies) == 1


async def test_policies_of_user_role_and_parents(people: People) -> None:
    upper, lower, own = [await people.policy(name) for name in ("upper", "lower", "own")]
    parent = await people.role("parent", upper)
    child = await people.role("child", lower, parent=parent)
    user = await people.user("ann", child, own)
    actor = await people.who("tok-ann")
    assert (actor.user, actor.role, actor.roles) == (user, child, (child, parent))
    assert actor.policies == tuple(sorted((upper, lower, own)))
    assert (actor.ip, actor.user_agent) == ("127.0.0.1", "tests")


async def test_without_role_the_public_policies_hold_too(people: People) -> None:
    public = await people.who(None)
    await people.user("ann")
    role = await people.role("empty")
    await people.user("bob", role)
    assert (await people.who("tok-ann")).policies == public.policies
    assert (await people.who("tok-bob")).policies == ()


async def test_ip_rules_remove_policies(people: People) -> None:
    inside = await people.policy("inside", admin_access=True, ip_access=["10.0.0.0/8"])
    anywhere = await people.policy("anywhere")
    await people.user("ann", await people.role("both", inside, anywhere))
    assert (await people.who("tok-ann", "10.1.2.3")).admin
    outside = await people.who("tok-ann", "192.0.2.1")
    assert (outside.admin, outside.policies) == (False, (anywhere,))


async def test_every_change_is_seen_at_once(people: People) -> None:
    policy = await people.policy("p")
    role = await people.role("r", policy)
    user = await people.user("ann", role)
    assert not (await people.who("tok-ann")).admin
    await people.change("directus_policies", policy, admin_access=True)
    assert (await people.who("tok-ann")).admin
    await people.change("directus_users", user, role=None)
    assert not (await people.who("tok-ann")).admin
    await people.change("directus_users", user, token="another-token")
    with pytest.raises(InvalidCredentials):
        await people.who("tok-ann")
    assert (await people.who("another-token")).user == user
    await people.change("directus_users", user, status="suspended")
    with pytest.raises(InvalidCredentials):
        await people.who("another-token")


async def test_role_loop_in_the_data_ends(people: People) -> None:
    one = await people.role("one")
    two = await people.role("two", parent=one)
    await people.user("ann", two)
    await people.engine.store.write(
        lambda tx: tx.fetch('UPDATE "directus_roles" SET "parent" = ? WHERE "id" = ?', (two, one))
    )
    assert set((await people.who("tok-ann")).roles) == {one, two}


@pytest.mark.parametrize("token", ["tok-nobody", "", "x" * 5000, "a.b.c", "\x00", "\ud800"])
async def test_unknown_static_tokens(people: People, token: str) -> None:
    with pytest.raises(InvalidCredentials):
        await people.who(token)


async def test_signed_tokens(people: People) -> None:
    user, now = await people.user("ann"), time.time()
    good = tokens.access(Claims(user, None, int(now) + 600), SECRET, now)
    actor = await people.who(good)
    assert (actor.user, actor.expires) == (user, int(now) + 600)
    with pytest.raises(InvalidToken):
        await people.who(good + "x")
    with pytest.raises(TokenExpired):
        await people.who(tokens.access(Claims(user, None, int(now) - 1), SECRET, now - 60))
    forged = tokens.access(Claims(user, None, int(now) + 600, admin=True), SECRET, now)
    assert not (await people.who(forged)).admin, "rights come from the database, not from the token"
    await people.change("directus_users", user, status="archived")
    with pytest.raises(InvalidCredentials):
        await people.who(good)


async def test_session_token_ends_with_its_session(people: People) -> None:
    await people.user("ann")
    grant = await login(people.engine, HERE, "ann@example.com", PASSWORD, mode="session")
    actor = await people.who(grant.access_token)
    assert actor.session == grant.refresh_token
    await end(people.engine, grant.refresh_token)
    with pytest.raises(InvalidCredentials):
        await people.who(grant.access_token)
    with pytest.raises(InvalidCredentials):
        await identify_again(people.engine, actor)


async def test_identify_again_follows_the_role(people: People) -> None:
    role = await people.role("r", await people.policy("p", allow("read")))
    user = await people.user("ann")
    before = await people.who("tok-ann")
    await people.change("directus_users", user, role=role)
    after = await identify_again(people.engine, before)
    assert (after.role, after.ip) == (role, "127.0.0.1")
    assert after.policies != before.policies


async def test_enforced_tfa_leaves_a_password_login_with_nothing_but_itself(people: People) -> None:
    strict = await people.policy("strict", allow("read"), app_access=True, admin_access=True, enforce_tfa=True)
    await people.user("ann", await people.role("r", strict))
    grant = await login(people.engine, HERE, "ann@example.com", PASSWORD)
    bare = await people.who(grant.access_token)
    assert (bare.admin, bare.policies, bare.app) == (False, (), True)
    assert (await people.who("tok-ann")).admin, "a static token is for machines"


async def test_identity_is_read_once(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    await people.user("ann")
    first = await people.who("tok-ann")

    async def refuse(*_: object) -> list[tuple[object, ...]]:
        raise AssertionError("read again")

    monkeypatch.setattr(people.engine.store, "read", refuse)
    again: Actor = await people.who("tok-ann")
    assert again == first
