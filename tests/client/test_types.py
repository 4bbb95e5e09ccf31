"""Classes written from a rich data model: they read and write its rows, and mypy and tsc know what is in them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rowcast.client import create_client
from rowcast.client.types import Style, model_of, python, typescript
from tests.client.test_command import load
from tests.support.node import NODE, sdk
from tests.support.server import ADMIN_TOKEN, Server

Json = dict[str, Any]
ROOT = Path(__file__).parent.parent.parent


def field(name: str, kind: str, *, meta: Json | None = None, **schema: Any) -> Json:
    """A field for ``/collections``."""
    return {"field": name, "type": kind, "schema": None if kind == "alias" else schema, "meta": meta or {}}


def choices(*values: object, **options: Any) -> Json:
    """What a form offers."""
    return {"options": {"choices": [{"text": str(each), "value": each} for each in values], **options}}


KEY = field("id", "integer", is_primary_key=True, has_auto_increment=True)
UUID = field("id", "uuid", is_primary_key=True, meta={"special": ["uuid"]})
COLLECTIONS: dict[str, list[Json]] = {
    "writers": [UUID, field("name", "string", is_nullable=False)],
    "tags": [field("code", "string", is_primary_key=True)],
    "headings": [KEY, field("title", "string")],
    "pictures": [UUID, field("width", "integer")],
    "articles": [
        KEY,
        field("status", "string", is_nullable=False, default_value="draft", meta=choices("draft", "published")),
        field("rank", "integer", meta=choices(1, 2, 3)),
        field("mood", "string", meta=choices("good", "bad", allowOther=True)),
        field("places", "csv", meta={"special": ["cast-csv"], **choices("home", "front page")}),
        field("words", "csv", meta={"special": ["cast-csv"]}),
        field("extras", "json", meta={"special": ["cast-json"]}),
        field("wanted", "json", meta={"special": ["cast-json"], **choices("a", "b")}),
        field("price", "decimal"),
        field("seen", "bigInteger"),
        field("hot", "boolean", is_nullable=False, default_value=True, meta={"special": ["cast-boolean"]}),
        field("made", "timestamp"),
        field("day", "date"),
        field("at", "time"),
        field("local", "dateTime"),
        field("place", "geometry.Point"),
        field("secret", "hash", meta={"special": ["hash"]}),
        field("class", "text"),
        field("writer", "uuid", meta={"special": ["m2o"]}),
        field("editor", "uuid", meta={"special": ["m2o"]}),
        field("tags", "alias", meta={"special": ["m2m"]}),
        field("blocks", "alias", meta={"special": ["m2a"]}),
        field("line", "alias", meta={"special": ["alias", "no-data"], "interface": "presentation-divider"}),
    ],
    "articles_tags": [KEY, field("article", "integer"), field("tag", "string")],
    "articles_blocks": [KEY, field("article", "integer"), field("item", "string"), field("collection", "string")],
}


def relation(collection: str, name: str, related: str | None, **meta: Any) -> Json:
    """A relation for ``/relations``."""
    schema = None if related is None else {"on_delete": "CASCADE"}
    return {"collection": collection, "field": name, "related_collection": related, "schema": schema, "meta": meta}


RELATIONS = [
    relation("articles", "writer", "writers"),
    relation("articles", "editor", "directus_users"),
    relation("articles_tags", "article", "articles", one_field="tags", junction_field="tag"),
    relation("articles_tags", "tag", "tags", junction_field="article"),
    relation("articles_blocks", "article", "articles", one_field="blocks", junction_field="item"),
    relation(
        "articles_blocks",
        "item",
        None,
        one_collection_field="collection",
        one_allowed_collections=["headings", "pictures"],
        junction_field="article",
    ),
]


@pytest.fixture(scope="module")
def rich(guide: Server) -> Iterator[Server]:
    """The server with all that."""
    with guide.client() as admin:
        for name, fields in COLLECTIONS.items():
            _done(admin.post("/collections", json={"collection": name, "schema": {}, "meta": {}, "fields": fields}))
        for each in RELATIONS:
            _done(admin.post("/relations", json=each))
        yield guide
        for name in reversed(COLLECTIONS):
            admin.delete(f"/collections/{name}").raise_for_status()


def _done(response: httpx.Response) -> None:
    assert response.is_success, response.text


async def written(server: Server, style: Style = "struct") -> tuple[str, str]:
    """The classes in both languages."""
    async with create_client(server.base, token=ADMIN_TOKEN) as client:
        found = [await client.collections.read(), await client.fields.read(), await client.relations.read()]
    models = model_of(*found)
    return python(models, style), typescript(models)


USE = """
from typing import Any, assert_type
from rowcast import create_client
from model import Articles, ArticlesBlocks, Tags, Writers

async def use() -> None:
    async with create_client("https://host") as client:
        article = await client.items(Articles).create(Articles(words=["a"], extras={"a": [1]}, status="published"))
        assert_type(article.price, float | None)
        assert_type(article.hot, bool)
        assert_type(article.words, list[str] | None)
        assert_type(article.writer, str | None)
        assert_type(article.tags, list[int] | None)
        assert_type(article.class_, str | None)
        assert_type(article.place, dict[str, Any] | None)
        if article.status == "published" and article.rank == 2 and article.places and article.wanted:
            print(article.made and article.made.year, article.day and article.day.month, article.at and article.at.hour)
        Articles(status="publish")  # type: ignore[arg-type]
        Articles(rank=4)  # type: ignore[arg-type]
        Articles(mood="whatever", places=["home"])
        Articles(places=["nowhere"])  # type: ignore[list-item]
        Writers()  # type: ignore[call-arg]
        Tags(code="x")
        assert_type((await client.items(ArticlesBlocks).read_one(1)).item, str | None)
"""


USE_DICTS = """
from typing import Any, assert_type
from rowcast import create_client
from model import Articles, ArticlesBlocks, Writers

async def use() -> None:
    async with create_client("https://host") as client:
        article = await client.items(Articles).create({"words": ["a"], "extras": {"a": [1]}, "status": "published"})
        assert_type(article, Articles)
        assert_type(article["price"], float | None)
        assert_type(article["hot"], bool)
        assert_type(article["class"], str | None)
        assert_type(article["place"], dict[str, Any] | None)
        article["clas"]  # type: ignore[typeddict-item]
        article["rank"] = 4  # type: ignore[typeddict-item]
        if article["status"] == "published" and article["rank"] == 2:
            print(article["made"] and article["made"].year, article["day"] and article["day"].month)
        writer: Writers = {"id": "a", "name": "Ann"}
        await client.items(Writers).create(writer)
        async with client.live(Writers) as table, client.subscribe(Writers) as events:
            assert_type(table.rows, list[Writers])
            assert_type(events.init.rows, list[Writers])
        assert_type((await client.items(ArticlesBlocks).read_one(1))["item"], str | None)
"""


@pytest.mark.long
@pytest.mark.xdist_group("the cache of mypy")
@pytest.mark.parametrize(("style", "use"), [("struct", USE), ("typeddict", USE_DICTS)])
async def test_mypy_knows_them(rich: Server, tmp_path: Path, style: Style, use: str) -> None:
    (tmp_path / "model.py").write_text((await written(rich, style))[0])
    (tmp_path / "use.py").write_text(use)
    cache = os.environ.get("MYPY_CACHE_DIR", str(ROOT / ".mypy_cache"))
    same = [
        "--config-file",
        str(ROOT / "pyproject.toml"),
        "--cache-dir",
        cache,
    ]  # what is known already is not checked again
    command = [sys.executable, "-m", "mypy", *same, "use.py", "model.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: ASYNC221
    assert done.returncode == 0, done.stdout + done.stderr


async def test_they_read_and_write_its_rows(rich: Server, tmp_path: Path) -> None:
    module = load((await written(rich))[0], tmp_path / "rich.py")
    async with create_client(rich.base, token=ADMIN_TOKEN) as client:
        writer = await client.items(module.Writers).create(module.Writers(name="Ann"))
        await client.items(module.Tags).create(module.Tags(code="x"))
        articles = client.items(module.Articles)
        new = module.Articles(rank=2, words=["a", "b"], extras={"a": 1}, writer=writer.id, places=["home"], day=None)
        made = await articles.create(new)
        assert (made.status, made.hot, made.words, made.extras) == ("draft", True, ["a", "b"], {"a": 1})
        odd = {"status": "archived", "at": "10:20:30", "local": "2026-01-02T03:04:05", "price": 1.5, "seen": 2**60}
        changed = await articles.update(made.id, {**odd, "class": "c", "made": "2026-01-02T03:04:05Z"})
        assert (changed.status, changed.class_, int(changed.seen)) == ("archived", "c", 2**60), "more than is offered"
        assert (changed.at.hour, changed.local.day, changed.made.tzinfo is not None, changed.price) == (
            10,
            2,
            True,
            1.5,
        )
        heading = await client.items(module.Headings).create(module.Headings(title="t"))
        block = module.ArticlesBlocks(article=made.id, item=str(heading.id), collection="headings")
        await client.items(module.ArticlesBlocks).create(block)
        found = await articles.read_one(made.id)
        assert (len(found.blocks), found.tags, found.writer) == (1, [], writer.id)
        table = await client.live(module.Articles, sort="rank")
        assert table.rows == [found]
        await articles.delete(made.id)


async def test_dicts_read_and_write_its_rows(rich: Server, tmp_path: Path) -> None:
    module = load((await written(rich, "typeddict"))[0], tmp_path / "dicts.py")
    async with create_client(rich.base, token=ADMIN_TOKEN) as client:
        articles = client.items(module.Articles)
        made = await articles.create({"rank": 2, "made": "2026-01-02T03:04:05Z", "class": "c"})
        assert isinstance(made, dict)
        assert made.keys() == module.Articles.__annotations__.keys()
        assert (made["class"], made["rank"], made["hot"], made["made"].year) == ("c", 2, True, 2026)
        assert await articles.update(made["id"], made | {"rank": 3}) == made | {"rank": 3}
        async with client.live(module.Articles, sort="rank") as table:
            assert table.rows == [made | {"rank": 3}]
        await articles.delete(made["id"])


TS = """
import { createDirectus, rest, staticToken, realtime, readItems, createItem } from '@directus/sdk';
import type { Schema, Articles, ArticlesBlocks, Headings } from './model';

const client = createDirectus<Schema>('http://host').with(staticToken('t')).with(rest()).with(realtime());

export async function use(): Promise<void> {
  const found = await client.request(readItems('articles', {
    fields: ['status', 'words', 'price', { writer: ['name'] }, { tags: ['id', 'tag'] }],
    filter: { status: { _eq: 'published' }, writer: { name: { _contains: 'a' } } },
  }));
  const name: string | undefined = found[0].writer?.name;
  const words: string[] | null = found[0].words;
  const junctions: number[] | undefined = found[0].tags?.map((each) => each.id);
  await client.request(createItem('articles', { status: 'draft', rank: 2 }));
  const { subscription } = await client.subscribe('articles', { query: { fields: ['status'] } });
  for await (const message of subscription) { console.log(message, name, words, junctions); break; }
}

export const status: Articles['status'] = 'draft';
// @ts-expect-error not offered
export const other: Articles['status'] = 'nonsense';
// @ts-expect-error not offered
export const rank: Articles['rank'] = 4;
export const places: Articles['places'] = ['home', 'front page'];
// @ts-expect-error not offered
export const nowhere: Articles['places'] = ['nowhere'];
export const item: ArticlesBlocks['item'] = { id: 1, title: 't' } satisfies Headings;
"""
OPTIONS = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--moduleResolution", "nodenext"]


@pytest.mark.sdk
async def test_typescript_knows_them_in_the_schema_of_the_sdk(rich: Server, tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(sdk())
    (tmp_path / "package.json").write_text('{"type":"module"}')
    (tmp_path / "model.d.ts").write_text((await written(rich))[1])
    (tmp_path / "use.ts").write_text(TS.replace("'./model'", "'./model.js'"))
    command = [str(NODE), str(sdk() / "typescript/bin/tsc"), *OPTIONS, "--skipLibCheck", "use.ts"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: ASYNC221
    assert done.returncode == 0, done.stdout + done.stderr
