"""Items as a file: JSON, CSV, XML or YAML. The question is that of any read; only the form of the answer differs. Must not know who
carries it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import msgspec
import yaml

from rowcast.auth import Actor
from rowcast.engine.read import read
from rowcast.query.parse import Query

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

TYPES = {
    "csv": ("text/csv", "csv"),
    "csv_utf8": ("text/csv; charset=utf-8", "csv"),
    "json": ("application/json", "json"),
    "xml": ("text/xml", "xml"),
    "yaml": ("text/yaml", "yaml"),
}
"""Format → media type and ending."""

_NO_NAME = re.compile(r"^(?![A-Za-z_])|[^\w.-]")


async def export(engine: Engine, actor: Actor, collection: str, query: Query) -> tuple[bytes, str, str]:
    """The items that the query gives as (text, media type, name of a file). Raises as ``read``."""
    form = query.export or "json"
    answer = await read(engine, actor, collection, query)
    media_type, ending = TYPES[form]
    return write(form, answer.data), media_type, f"{collection}.{ending}"


def write(form: str, data: bytes) -> bytes:
    """JSON text of a list of items (or of one) in another format."""
    if form == "json":
        return data
    items = msgspec.json.decode(data)
    rows = items if isinstance(items, list) else [items]
    if form == "yaml":
        text: str = yaml.safe_dump(items, sort_keys=False, allow_unicode=True, width=2**31 - 1)
        return text.encode()
    if form == "xml":
        return "\n".join(["<?xml version='1.0'?>", "<data>", *_elements("data", rows, 1), "</data>"]).encode()
    return (b"\xef\xbb\xbf" if form == "csv_utf8" else b"") + csv(rows).encode()


def csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows with a header; nested objects are spread over columns ``relation.field``, lists are JSON text."""
    flat = [dict(_spread(row)) for row in rows]
    wide = {name for row in flat for name in row}
    names = [name for name in dict.fromkeys(n for row in flat for n in row) if not _is_replaced(name, wide)]
    if not names:
        return ""
    lines = [",".join(_cell(name) for name in names)]
    lines += [",".join(_cell(row.get(name)) for name in names) for row in flat]
    return "\n".join(lines)


def _spread(row: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, dict) and value:
            yield from _spread(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _is_replaced(name: str, names: set[str]) -> bool:
    """A relation that is null in one row and an object in another has the object's columns only."""
    return any(other.startswith(name + ".") for other in names)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return '"' + text.replace('"', '""') + '"'


def _elements(name: str, value: Any, depth: int) -> Iterator[str]:
    """One element for a value; one for each member of a list."""
    if isinstance(value, list):
        for part in value:
            yield from _elements(name, part, depth)
        return
    tag, indent = _NO_NAME.sub("_", name), "    " * depth
    if value is None:
        yield f"{indent}<{tag}/>"
    elif isinstance(value, dict):
        yield f"{indent}<{tag}>"
        for key, part in value.items():
            yield from _elements(key, part, depth + 1)
        yield f"{indent}</{tag}>"
    else:
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        yield f"{indent}<{tag}>{escape(text)}</{tag}>"
