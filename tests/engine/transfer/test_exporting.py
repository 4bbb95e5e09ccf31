"""Items in other formats."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree

import msgspec
import pytest
import yaml

from rowcast.auth import SYSTEM
from rowcast.engine.create import create
from rowcast.engine.transfer.exporting import TYPES, export, write
from rowcast.query.parse import parse
from tests.engine.shop import Shop

ROWS = [
    {"id": 1, "title": 'a, "b"\nc', "price": 1.5, "on": True, "none": None, "author": {"name": "Å"}, "tags": []},
    {"id": 2, "title": "yes", "price": 2, "on": False, "none": None, "author": None, "tags": ["<x>"]},
]


def test_csv_spreads_objects_and_quotes_texts() -> None:
    text = write("csv", msgspec.json.encode(ROWS)).decode()
    assert text.splitlines()[0] == '"id","title","price","on","none","author.name","tags"'
    read = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["title"] for row in read] == ['a, "b"\nc', "yes"]
    assert [row["author.name"] for row in read] == ["Å", ""]
    assert [row["tags"] for row in read] == ["[]", '["<x>"]']
    assert [row["on"] for row in read] == ["true", "false"]
    assert write("csv_utf8", b'[{"a":1}]') == b'\xef\xbb\xbf"a"\n1'
    assert write("csv", b"[]") == b""


def test_yaml_says_the_same() -> None:
    text = write("yaml", msgspec.json.encode(ROWS)).decode()
    assert yaml.safe_load(text) == ROWS
    assert write("yaml", b'[{"id":800,"label":"imp a2","books":[]}]') == b"- id: 800\n  label: imp a2\n  books: []\n"


def test_xml_has_an_element_for_each_value() -> None:
    root = ElementTree.fromstring(write("xml", msgspec.json.encode([*ROWS, {"2 odd": "x"}])))
    assert [row.findtext("title") for row in root] == ['a, "b"\nc', "yes", None]
    assert [tag.text for tag in root[1].iter("tags")] == ["<x>"]
    assert root[2][0].text == "x"


@pytest.mark.parametrize("form", sorted(TYPES))
async def test_every_format_is_served(shop: Shop, form: str) -> None:
    await create(shop.engine, SYSTEM, "books", {"title": "T", "author": {"name": "A"}})
    query = parse({"fields": ["title", "author.name"], "export": form})
    text, media_type, name = await export(shop.engine, SYSTEM, "books", query)
    assert b"T" in text
    assert b"A" in text
    assert (media_type, name.rpartition(".")[2]) == TYPES[form]
