"""What a change of rights costs with many listeners: classes are reviewed, and whoever may not ask any more is let go at once."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.auth import SYSTEM
from rowcast.engine.account.identify import identify
from rowcast.engine.create import create
from rowcast.engine.delete import delete
from rowcast.engine.telling import views
from tests.engine.listeners import Ear, settled
from tests.engine.people import People, allow

MANY = 300


@pytest.fixture
async def crowd(people: People) -> list[Ear]:
    """Many users of one role, each listening; the policy is named ``crowd``."""
    policy = await people.policy("crowd", allow("read"))
    role = await people.role("crowd", policy)
    rows = [{"email": f"u{n}@example.com", "token": f"t-{n}", "status": "active", "role": role} for n in range(MANY)]
    await create(people.engine, SYSTEM, "directus_users", rows)
    ears = [Ear(people.engine, await people.who(f"t-{number}")) for number in range(MANY)]
    for number, ear in enumerate(ears):
        await ear.subscribe("articles", exact=number % 2 == 0, fields=["id", "title"])
    await people.item(title="a")
    for ear in ears:
        ear.heard()
    return ears


@pytest.fixture
def counted(people: People, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many statements were read, and how many views were prepared."""
    counts = {"statements": 0, "prepared": 0}
    store = people.engine.store
    for name in ("read", "snapshot"):
        call = getattr(store, name)

        async def read(text: str, args: Any = (), call: Any = call) -> Any:
            counts["statements"] += 1
            return await call(text, args)

        monkeypatch.setattr(store, name, read)
    view = views._view

    def prepared(*args: Any) -> Any:
        counts["prepared"] += 1
        return view(*args)

    monkeypatch.setattr(views, "_view", prepared)
    return counts


async def key_of(people: People, table: str, **where: str) -> Any:
    [(column, value)] = where.items()
    return (await people.rows(f'SELECT id FROM {table} WHERE "{column}" = ?', (value,)))[0][0]


async def test_a_rule_costs_a_view_for_each_class(people: People, crowd: list[Ear], counted: dict[str, int]) -> None:
    policy = await key_of(people, "directus_policies", name="crowd")
    rule = await key_of(people, "directus_permissions", policy=policy)
    counted.update(statements=0, prepared=0)
    await people.change("directus_permissions", rule, permissions={"title": {"_eq": "b"}})
    await settled(people.engine)
    assert counted["prepared"] == 2
    assert counted["statements"] <= 4
    told = [ear.told() for ear in crowd]
    assert [bool(each) for each in told] == [number % 2 == 0 for number in range(MANY)]
    await people.item(title="c")
    assert all(ear.frames == [] for ear in crowd)
    await people.item(title="b")
    assert all(ear.told()[0][0] == "create" for ear in crowd)


async def test_who_they_are_costs_some_statements_for_all(
    people: People, crowd: list[Ear], counted: dict[str, int]
) -> None:
    policy = await key_of(people, "directus_policies", name="crowd")
    access = await key_of(people, "directus_access", policy=policy)
    other = await people.policy("other", allow("read", fields=["id"]))
    counted.update(statements=0, prepared=0)
    await people.change("directus_policies", policy, name="another name")
    await settled(people.engine)
    assert counted == {"statements": 4, "prepared": 2}
    await people.change("directus_access", access, policy=other)
    await people.item(title="unseen")
    await settled(people.engine)
    assert all("unseen" not in str(ear.frames) for ear in crowd)


async def test_each_own_policies_count(people: People, crowd: list[Ear]) -> None:
    """Standings that are read together are those that are read one by one."""
    own = await people.policy("own", allow("update"), admin_access=True)
    user = crowd[5].listener.actor.user
    await create(people.engine, SYSTEM, "directus_access", {"user": user, "policy": own})
    await settled(people.engine)
    assert [number for number, ear in enumerate(crowd) if ear.listener.actor.admin] == [5]
    for number in (5, 6):
        alone = await identify(people.engine, f"t-{number}", ip="127.0.0.1", user_agent="tests", origin=None)
        assert crowd[number].listener.actor == alone


async def test_who_may_not_ask_any_more_goes_and_nobody_else(people: People, crowd: list[Ear]) -> None:
    users = [ear.listener.actor.user for ear in crowd]
    await people.change("directus_users", users[0], status="suspended")
    await people.change("directus_users", users[1], token="another")
    await delete(people.engine, SYSTEM, "directus_users", keys=[users[2]])
    assert [ear.dismissed is not None for ear in crowd] == [True, True, True] + [False] * (MANY - 3)
