"""What holds for users, roles and policies whoever writes."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.engine.account.login import login
from rowcast.engine.account.sessions import refresh
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.update import update
from rowcast.errors import FailedValidation, Forbidden, InvalidCredentials, InvalidPayload, NotUnique, Unprocessable
from tests.engine.people import HERE, PASSWORD, People, allow

USERS = "directus_users"


async def _create(people: People, collection: str, row: dict[str, Any], by: str = "tok-admin") -> Any:
    return (await create(people.engine, await people.who(by), collection, row))[0]


async def _update(people: People, collection: str, key: Any, row: dict[str, Any], by: str = "tok-admin") -> None:
    await update(people.engine, await people.who(by), collection, row, keys=[key])


async def test_form_of_address_and_password(people: People) -> None:
    await people.settings(auth_password_policy="/^.{10,}$/")
    with pytest.raises(FailedValidation):
        await _create(people, USERS, {"email": "no-at-sign"})
    with pytest.raises(FailedValidation):
        await _create(people, USERS, {"email": "a@example.com", "password": "short"})
    with pytest.raises(InvalidPayload):
        await _create(people, USERS, {"email": "a@example.com", "tfa_secret": "JBSWY3DPEHPK3PXP"})
    assert await _create(
        people, USERS, {"email": "a@example.com", "password": "long enough", "tfa_secret": "**********"}
    )


async def test_one_address_one_user(people: People) -> None:
    ann = await people.user("ann")
    await people.user("bob")
    with pytest.raises(NotUnique):
        await _create(people, USERS, {"email": "ANN@example.com"})
    with pytest.raises(NotUnique):
        await _update(people, USERS, ann, {"email": "Bob@Example.com"})
    await _update(people, USERS, ann, {"email": "Ann@example.com"})


async def test_a_refusal_does_not_tell_who_exists(people: People) -> None:
    await people.user("ann", await people.role("r"))
    for email in ("admin@example.com", "ghost@example.com"):
        with pytest.raises(Forbidden):
            await _create(people, USERS, {"email": email}, by="tok-ann")


async def test_sessions_end_with_what_they_rest_on(people: People) -> None:
    ann = await people.user("ann")
    for change in ({"password": "another-password"}, {"status": "draft"}, {"email": "anna@example.com"}):
        await people.change(USERS, ann, password=PASSWORD, status="active", email="ann@example.com")
        grant = await login(people.engine, HERE, "ann@example.com", PASSWORD)
        await _update(people, USERS, ann, change)
        with pytest.raises(InvalidCredentials):
            await refresh(people.engine, HERE, grant.refresh_token, "json")


async def test_ones_own_session_stays(people: People) -> None:
    policy = await people.policy("p", allow("update", USERS))
    ann = await people.user("ann", await people.role("r", policy))
    grant = await login(people.engine, HERE, "ann@example.com", PASSWORD, mode="session")
    await _update(people, USERS, ann, {"password": "another-password"}, by=grant.access_token)
    assert (await people.who(grant.access_token)).user == ann


async def test_the_last_administrator_stays(people: People) -> None:
    admin = await people.who("tok-admin")
    role = await people.role("r")
    policy = next(iter(admin.policies))
    link = (await people.rows("SELECT id FROM directus_access WHERE role = ?", (admin.role,)))[0][0]
    for collection, key, change in (
        (USERS, admin.user, {"role": role}),
        (USERS, admin.user, {"status": "suspended"}),
        ("directus_policies", policy, {"admin_access": False}),
    ):
        with pytest.raises(Unprocessable):
            await _update(people, collection, key, change)
    for collection, key in (
        (USERS, admin.user),
        ("directus_roles", admin.role),
        ("directus_policies", policy),
        ("directus_access", link),
    ):
        with pytest.raises(Unprocessable):
            await delete(people.engine, admin, collection, keys=[key])
    second = await people.user("second", admin.role)
    await delete(people.engine, admin, USERS, keys=[admin.user])
    assert (await people.who("tok-second")).user == second


async def test_a_deleted_role_locks_its_users_out(people: People) -> None:
    parent = await people.role("parent", await people.policy("p", allow("read")))
    child = await people.role("child", parent=parent)
    ann = await people.user("ann", parent)
    await delete(people.engine, await people.who("tok-admin"), "directus_roles", keys=[parent])
    assert await people.rows("SELECT role, status FROM directus_users WHERE id = ?", (ann,)) == [(None, "suspended")]
    assert await people.rows("SELECT parent FROM directus_roles WHERE id = ?", (child,)) == [(None,)]


async def test_roles_make_no_loop(people: People) -> None:
    top = await people.role("top")
    middle = await people.role("middle", parent=top)
    low = await people.role("low", parent=middle)
    for parent in (low, middle, top):
        with pytest.raises(InvalidPayload):
            await _update(people, "directus_roles", top, {"parent": parent})


async def test_ip_rules_can_be_read(people: People) -> None:
    with pytest.raises(InvalidPayload):
        await _create(people, "directus_policies", {"name": "bad", "ip_access": ["10.0.0.1", "not-an-ip"]})
    assert await _create(people, "directus_policies", {"name": "good", "ip_access": ["10.0.0.1-10.0.0.9"]})


async def test_nobody_but_an_administrator_makes_another(people: People) -> None:
    """Whatever the permissions say."""
    everything = [
        allow(action, collection)
        for collection in (USERS, "directus_roles", "directus_policies", "directus_access")
        for action in ("create", "read", "update", "delete")
    ]
    ann = await people.user("ann", await people.role("r", await people.policy("p", *everything)))
    admin = await people.who("tok-admin")
    policy, role = next(iter(admin.policies)), await people.role("other")
    for collection, row in (
        (USERS, {"email": "x@example.com", "role": admin.role}),
        (USERS, {"email": "x@example.com", "policies": [{"policy": policy}]}),
        ("directus_policies", {"name": "x", "admin_access": True}),
        ("directus_access", {"user": ann, "policy": policy}),
        ("directus_roles", {"name": "x", "parent": admin.role}),
        ("directus_roles", {"name": "x", "policies": [{"policy": policy}]}),
    ):
        with pytest.raises(Forbidden):
            await _create(people, collection, row, by="tok-ann")
    with pytest.raises(Forbidden):
        await _update(people, USERS, ann, {"role": admin.role}, by="tok-ann")
    await _update(people, USERS, ann, {"role": role}, by="tok-ann")
