"""A live table in the terminal. Must not know how it is kept up to date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Column, Table
from rich.text import Text

from rowcast.client.client import Client
from rowcast.client.live import LiveTable
from rowcast.client.order import names

_REST = 50
"""Characters of a value that are shown."""


async def show(
    client: Client, collection: str, query: Mapping[str, Any], key: str, console: Console | None = None
) -> None:
    """Show the rows until the connection is given up."""
    said: Any = dict(query)
    async with client.live(collection, key=key, **said) as table:
        with Live(picture(table, collection, query, None), console=console, auto_refresh=False) as screen:
            async for change in table:
                screen.update(picture(table, collection, query, change.key), refresh=True)


def picture(table: LiveTable, collection: str, query: Mapping[str, Any], changed: Any) -> Group:
    """The rows as they are now; the one that changed last stands out."""
    rows = table.rows
    columns = [name for name in names(query.get("fields")) if name != "*"] or list(rows[0] if rows else ())
    grid = Table(*(Column(Text(harmless(name))) for name in columns), title=Text(harmless(collection)))
    for row in rows:
        is_changed = changed is not None and table.get(changed) is row
        grid.add_row(*(_text(row, name) for name in columns), style="bold green" if is_changed else None)
    return Group(grid, Text(f"{len(rows)} rows, {table.version} changes", style="dim"))


def _text(row: Any, path: str) -> Text:
    for name in path.split("."):
        row = row.get(name) if isinstance(row, Mapping) else None
    return Text(harmless("" if row is None else str(row)))


def harmless(text: str) -> str:
    """A value in one short line, without what would steer the terminal."""
    short = text if len(text) <= _REST else text[: _REST - 1] + "…"
    return "".join(letter if letter.isprintable() else "·" for letter in short)
