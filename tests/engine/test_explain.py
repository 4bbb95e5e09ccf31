"""Explaining a right on a real platform: the trace says what the verbs do."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.engine.delete import delete
from rowcast.engine.explain import Question, explain
from rowcast.engine.read import read_one
from rowcast.engine.update import update
from rowcast.errors import Forbidden, InvalidQuery, RowcastError
from rowcast.query.parse import parse
from tests.engine.people import People, allow

OWN = {"owner": {"_eq": "$CURRENT_USER"}}


async def told(people: People, user: str | None, action: str, **more: Any) -> dict[str, Any]:
    """The trace of a question about articles."""
    return await explain(people.engine, Question(user, "articles", action, **more))


async def test_where_policies_come_from(people: People) -> None:
    mine, role, above, office = [await people.policy(name) for name in ("mine", "role", "above", "office")]
    await people.change("directus_policies", office, ip_access=["10.0.0.0/8"])
    top = await people.role("top", above)
    low = await people.role("low", role, parent=top)
    await people.user("ann", low, mine, office)
    trace = await told(people, "ann@example.com", "read")
    found = {p["name"]: ([(s["via"], s["name"]) for s in p["sources"]], p["in_force"]) for p in trace["policies"]}
    assert found == {
        "mine": ([("user", None)], True),
        "role": ([("role", "low")], True),
        "above": ([("parent role", "top")], True),
        "office": ([("user", None)], False),
    }
    near = await told(people, "ann@example.com", "read", ip="10.1.2.3")
    assert all(policy["in_force"] for policy in near["policies"])


async def test_rules_and_their_values(people: People) -> None:
    own = await people.policy("own", allow("update", permissions=OWN, fields=["title"], presets={"title": "x"}))
    ann = await people.user("ann", None, own)
    item, other = await people.item(owner=ann), await people.item()
    trace = await told(people, ann, "update", key=str(item), fields=("title",))
    assert trace["verdict"]["cause"] == "granted"
    assert trace["variables"] == {"$CURRENT_USER": ann}
    (rule,) = trace["rules"]
    assert (rule["policy"], rule["condition"], rule["matches"]) == (own, OWN, True)
    assert (rule["fields"], rule["presets"], rule["validation"]) == (("title",), {"title": "x"}, None)
    assert (await told(people, ann, "update", key=str(other)))["verdict"]["cause"] == "no_row"
    assert (await told(people, ann, "update", key="999"))["verdict"]["cause"] == "no_item"
    assert (await told(people, ann, "update", key="nonsense"))["verdict"]["cause"] == "no_item"
    assert (await told(people, ann, "update", key=str(item), fields=("owner",)))["verdict"]["cause"] == "field"


async def test_users(people: People) -> None:
    await people.user("bob", None, await people.policy("p", allow("read"), enforce_tfa=True))
    await people.user("cid", None, await people.policy("a", admin_access=True), status="suspended")
    assert (await told(people, "bob@example.com", "read"))["verdict"]["cause"] == "second_factor"
    assert (await told(people, "cid@example.com", "read"))["verdict"]["cause"] == "inactive"
    assert (await told(people, "admin@example.com", "delete"))["verdict"]["cause"] == "administrator"
    assert (await told(people, None, "read"))["verdict"]["cause"] == "no_rule"
    assert [p["sources"][0]["via"] for p in (await told(people, "public", "read"))["policies"]] == ["public"]


async def test_rules_of_the_studio_have_no_policy(people: People) -> None:
    await people.user("ann", None, await people.policy("p", app_access=True))
    trace = await explain(people.engine, Question("ann@example.com", "directus_users", "read"))
    assert [(rule["policy"], rule["permission"]) for rule in trace["rules"]] == [(None, None)]


async def test_what_cannot_be_asked(people: People) -> None:
    with pytest.raises(InvalidQuery):
        await told(people, "nobody@example.com", "read")
    with pytest.raises(InvalidQuery):
        await told(people, None, "look")
    assert (await explain(people.engine, Question(None, "nowhere", "read")))["verdict"]["cause"] == "no_collection"


@pytest.mark.parametrize("action", ["read", "update", "delete"])
@pytest.mark.parametrize("whose", [True, False])
async def test_the_verdict_is_what_happens(people: People, action: str, whose: bool) -> None:
    ann = await people.user("ann", None, await people.policy("own", allow(action, permissions=OWN)))
    key = await people.item(owner=ann if whose else None, title="t")
    expected = (await told(people, ann, action, key=str(key), fields=("title",)))["verdict"]["allowed"]
    actor = await people.who("tok-ann")
    try:
        if action == "read":
            await read_one(people.engine, actor, "articles", key, parse({"fields": "title"}))
        elif action == "update":
            await update(people.engine, actor, "articles", {"title": "u"}, keys=[key])
        else:
            await delete(people.engine, actor, "articles", keys=[key])
        happened: RowcastError | None = None
    except Forbidden as error:
        happened = error
    assert (happened is None) is expected is whose
