"""Items from a file, JSON or CSV: new ones are created, those whose key exists are changed; in one transaction. Must not know how
the file came."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from rowcast.auth import Actor
from rowcast.engine.mutation.prepare import prepare
from rowcast.engine.mutation.scope import Scope, within
from rowcast.engine.mutation.up import save
from rowcast.errors import FailedValidation, Forbidden, InvalidPayload, RowcastError, UnsupportedMediaType
from rowcast.schema import Collection

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

CSV = ("text/csv", "application/vnd.ms-excel")
csv.field_size_limit(2**31 - 1)
"""Files are bounded; a cell may be as long as the file."""
_EMBEDDED = ("json", "alias", "csv")


async def import_items(engine: Engine, actor: Actor, collection: str, media_type: str, content: bytes) -> None:
    """Store the rows of a file. Raises UnsupportedMediaType, InvalidPayload for a file that can't be read, and as ``create``;
    then nothing is stored. Failed validations name the row."""
    found = engine.schema.get(collection)
    rights = await engine.rights(actor)
    if found is None and rights.admin:
        rights.require(collection, "create")
    if found is None or not rights.allows(collection, "create"):
        sentence = f'You don\'t have permission to perform "create" for collection "{collection}" or it does not exist.'
        raise Forbidden(sentence)
    rows = parse_file(found, media_type, content)
    ready = [await prepare(engine, actor, collection, "create", row) for row in rows]

    async def work(scope: Scope) -> None:
        for number, row in enumerate(ready, start=1):
            try:
                await save(scope, collection, row)
            except RowcastError as error:
                raise _in_row(error, number) from None

    await within(engine, actor, work)


def parse_file(collection: Collection, media_type: str, content: bytes) -> list[Mapping[str, Any]]:
    """The rows of a file as payloads."""
    if media_type == "application/json":
        return _json_rows(content)
    if media_type in CSV:
        return list(_csv_rows(collection, content))
    raise UnsupportedMediaType(
        f'Unsupported media type "{media_type}" in file import.', mediaType=media_type, where="file import"
    )


def _json_rows(content: bytes) -> list[Mapping[str, Any]]:
    try:
        rows = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidPayload(f"The file is no JSON: {error}") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidPayload("The file has to hold an array of objects")
    return rows


def _csv_rows(collection: Collection, content: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        text = content.decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=_delimiter(text))
        header = [title.strip() for title in next(reader, [])]
        if twice := next((title for i, title in enumerate(header) if title in header[:i] and title), None):
            raise InvalidPayload(f'The column "{twice}" is there twice')
        for number, line in enumerate(filter(None, reader), start=1):
            _require_titles(header, line, number)
            yield _payload(collection, zip(header, line, strict=False))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidPayload(f"The file is no CSV: {error}") from None


def _delimiter(text: str) -> str:
    """What stands between the cells: where there is no comma in the header, what other programs write instead."""
    header = text.partition("\n")[0]
    return "," if "," in header else next((mark for mark in ";\t|" if mark in header), ",")


def _require_titles(header: Sequence[str], line: Sequence[str], number: int) -> None:
    """Raise InvalidPayload for a cell that no title says what it is; empty ones are no loss."""
    filled = max((place for place, cell in enumerate(line, start=1) if cell != ""), default=0)
    if filled > len(header):
        told = f"Row {number} has {filled} cells, but the header has {len(header)}"
        raise InvalidPayload(told, rows=[{"type": "lines", "rows": [number]}])


def _payload(collection: Collection, cells: Any) -> dict[str, Any]:
    """One line: empty cells are left out, ``author.name`` is a nested object."""
    payload: dict[str, Any] = {}
    for title, cell in cells:
        if cell == "":
            continue
        *path, name = title.split(".")
        place = payload
        for part in path:
            inner = place.setdefault(part, {})
            place = inner if isinstance(inner, dict) else place
        place[name] = _value(collection if not path else None, name, cell)
    return payload


def _value(collection: Collection | None, name: str, cell: str) -> Any:
    """The text of a cell; JSON where the field holds or nests more than a text."""
    field = collection.fields.get(name) if collection else None
    embedded = field is None or field.type in _EMBEDDED or field.type.startswith("geometry")
    if embedded and cell[0] in "[{":
        try:
            return msgspec.json.decode(cell)
        except msgspec.DecodeError:
            return cell
    return cell


def _in_row(error: RowcastError, number: int) -> RowcastError:
    for member in error.members():
        if isinstance(member, FailedValidation):
            member.extensions["rows"] = [{"type": "lines", "rows": [number]}]
    return error
