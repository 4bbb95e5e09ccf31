"""The answer to a write is cut from the log only where that is what a question afterwards would give."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowcast.auth import SYSTEM, Actor
from rowcast.engine.create import create_item
from rowcast.engine.model.collections import create_collections
from rowcast.engine.read import read_one
from rowcast.engine.update import update_item
from rowcast.engine.written import read_written
from rowcast.errors import Forbidden
from rowcast.query.parse import Query, parse
from rowcast.query.shape import Inside, Plain
from rowcast.store.sqlite.reader import Reader
from tests.engine.people import People, allow, open_people
from tests.engine.shop import Shop, collection, field

WORD = st.text(string.ascii_letters, min_size=1, max_size=5)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5).filter(lambda text: "\0" not in text),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORD, inner, max_size=3),
    max_leaves=6,
)
LATE = st.datetimes().filter(lambda at: at.year > 1000).map(lambda at: at.isoformat())
KINDS: dict[str, tuple[str, str | None, st.SearchStrategy[Any]]] = {
    "flag": ("boolean", "cast-boolean", st.booleans()),
    "small": ("integer", None, st.integers(-(2**31), 2**31 - 1)),
    "big": ("bigInteger", None, st.integers(-(2**63), 2**63 - 1)),
    "real": ("float", None, st.floats(allow_nan=False, allow_infinity=False, width=32)),
    "exact": ("decimal", None, st.decimals(-1000, 1000, places=2).map(str)),
    "word": ("string", None, st.text(max_size=40).filter(lambda text: "\0" not in text)),
    "words": ("text", None, st.text(max_size=40).filter(lambda text: "\0" not in text)),
    "id128": ("uuid", None, st.uuids().map(str)),
    "at": ("timestamp", "cast-timestamp", LATE.map(lambda text: text + "Z")),
    "local": ("dateTime", None, LATE),
    "day": ("date", None, st.dates().filter(lambda day: day.year > 1000).map(str)),
    "clock": ("time", None, st.times().map(lambda at: at.isoformat()[:8])),
    "tree": ("json", "cast-json", TREES.filter(lambda tree: not isinstance(tree, str))),
    "tags": ("csv", "cast-csv", st.lists(WORD, max_size=3)),
    "hidden": ("string", "conceal", st.text(string.ascii_letters, max_size=5)),
    "made": ("timestamp", "date-created", st.none()),
    "maker": ("uuid", "user-created", st.none()),
}  # fmt: skip
ROWS = st.fixed_dictionaries({}, optional={name: st.none() | values for name, (_, _, values) in KINDS.items()})


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that readers run."""
    texts: list[str] = []
    real = Reader.run

    def run(self: Reader, text: str, *args: Any, **more: Any) -> Any:
        texts.append(text)
        return real(self, text, *args, **more)

    monkeypatch.setattr(Reader, "run", run)
    return texts


async def _things(tmp_path: Path) -> People:
    people = await open_people(tmp_path)
    fields = [field(name, kind, special) for name, (kind, special, _) in KINDS.items()]
    await create_collections(people.engine, SYSTEM, [collection("things", *fields)])
    return people


async def _same(people: People, actor: Actor, item: Any, query: Query) -> bytes:
    """What is answered to the writer, which must be what a question gives."""
    answer = await read_written(people.engine, actor, "things", item, query)
    assert answer == await read_one(people.engine, actor, "things", item.key, query)
    return answer.data


async def test_values_of_all_types(tmp_path: Path, readings: list[str]) -> None:
    people = await _things(tmp_path)
    rows: list[dict[str, Any]] = []

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(ROWS)
    def collect(row: dict[str, Any]) -> None:
        rows.append(row)

    collect()
    for row in rows:
        item = await create_item(people.engine, SYSTEM, "things", row)
        await _same(people, SYSTEM, item, Query())
        changed = await update_item(people.engine, SYSTEM, "things", item.key, rows[0] or {"word": "x"})
        await _same(people, SYSTEM, changed, parse({"fields": ["word", "tree", "id"]}))
    readings.clear()
    await read_written(people.engine, SYSTEM, "things", item, Query())
    assert not readings
    await people.engine.close()


async def test_rights_decide(people: People, readings: list[str]) -> None:
    rules = [
        allow("create"),
        allow("update"),
        allow("read", permissions={"owner": {"_eq": "$CURRENT_USER"}}, fields=["id", "title"]),
    ]
    ann = await people.user("ann", None, await people.policy("p", *rules))
    actor = await people.who("tok-ann")
    mine = await create_item(people.engine, actor, "articles", {"title": "t", "owner": ann})
    await read_written(people.engine, actor, "articles", mine, Query())
    readings.clear()
    answer = await read_written(people.engine, actor, "articles", mine, Query())
    assert not readings
    assert msgspec.json.decode(answer.data) == {"id": mine.key, "title": "t"}
    other = await create_item(people.engine, actor, "articles", {"title": "t"})
    with pytest.raises(Forbidden):
        await read_written(people.engine, actor, "articles", other, Query())
    with pytest.raises(Forbidden):
        await read_written(people.engine, actor, "articles", mine, parse({"fields": "owner"}))


async def test_nothing_to_show(people: People) -> None:
    assert await update_item(people.engine, SYSTEM, "articles", 4711, {"title": "u"}) is None


@pytest.mark.parametrize("within", [False, True])
async def test_fields_that_only_some_rows_show(people: People, within: bool) -> None:
    """Two rules: all rows show their title, the writer's own show the owner too. ``within``: in an object of the answer."""
    rules = [
        allow("create"),
        allow("read", fields=["id", "title"]),
        allow("read", permissions={"owner": {"_eq": "$CURRENT_USER"}}, fields=["owner"]),
    ]
    ann = await people.user("ann", None, await people.policy("p", *rules))
    actor = await people.who("tok-ann")
    query = Query(fields=(), shape=(Inside("inner", (Plain("owner", "owner"),)),)) if within else Query()
    for owner in (ann, None):
        item = await create_item(people.engine, actor, "articles", {"title": "t", "owner": owner})
        answer = await read_written(people.engine, actor, "articles", item, query)
        assert answer == await read_one(people.engine, actor, "articles", item.key, query)
        found = msgspec.json.decode(answer.data)
        assert (found["inner"] if within else found).get("owner") == owner


async def test_a_trigger_of_somebody_has_the_last_word(people: People) -> None:
    await people.engine.store.write(
        lambda tx: tx.fetch(
            "CREATE TRIGGER louder AFTER INSERT ON articles BEGIN "
            "UPDATE articles SET title = upper(NEW.title) WHERE id = NEW.id; END"
        )
    )
    item = await create_item(people.engine, SYSTEM, "articles", {"title": "quiet"})
    answer = await read_written(people.engine, SYSTEM, "articles", item, parse({"fields": "title"}))
    assert answer.data == b'{"title":"QUIET"}'


async def test_what_the_row_does_not_say_is_asked(shop: Shop, readings: list[str]) -> None:
    item = await create_item(shop.engine, SYSTEM, "books", {"title": "a", "author": {"name": "ann"}})
    readings.clear()
    answer = await read_written(shop.engine, SYSTEM, "books", item, parse({"fields": ["title", "author.name"]}))
    assert answer.data == b'{"title":"a","author":{"name":"ann"}}'
    assert len(readings) == 1
    with pytest.raises(Forbidden):
        await read_written(shop.engine, SYSTEM, "books", item, parse({"filter": {"author": {"name": "bob"}}}))
    with pytest.raises(Forbidden):
        await read_written(shop.engine, SYSTEM, "books", item, parse({"fields": "title", "filter": {"title": "b"}}))
    assert len(readings) == 2


async def test_a_key_that_only_some_rows_show(people: People) -> None:
    """A row whose key may not be read cannot be asked for by it, whatever else it shows."""
    rules = [
        allow("create"),
        allow("read", fields=["title"]),
        allow("read", permissions={"owner": {"_eq": "$CURRENT_USER"}}, fields=["id"]),
    ]
    ann = await people.user("ann", None, await people.policy("p", *rules))
    actor, query = await people.who("tok-ann"), parse({"fields": "title"})
    mine = await create_item(people.engine, actor, "articles", {"title": "t", "owner": ann})
    assert await read_written(people.engine, actor, "articles", mine, query) == await read_one(
        people.engine, actor, "articles", mine.key, query
    )
    other = await create_item(people.engine, actor, "articles", {"title": "t"})
    for reading in (
        read_one(people.engine, actor, "articles", other.key, query),
        read_written(people.engine, actor, "articles", other, query),
    ):
        with pytest.raises(Forbidden):
            await reading
