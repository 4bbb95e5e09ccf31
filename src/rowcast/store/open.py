"""Makes the store for a database URL. The one place that knows which databases there are."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

from rowcast.errors import InvalidConfiguration
from rowcast.store.base import Store

PREFIX = "sqlite:///"


def open_store(database_url: str, **options: Any) -> Store:
    """A store, not opened yet. ``sqlite:///data.db`` is relative, ``sqlite:////srv/data.db`` absolute; ``options`` are those of
    ``SqliteOptions``. The file's folder is created. Raises ``InvalidConfiguration``."""
    from rowcast.store.sqlite import SqliteOptions, SqliteStore

    if not database_url.startswith(PREFIX) or database_url == PREFIX:
        raise InvalidConfiguration(
            f'The database "{database_url}" is not supported. Allowed is sqlite:///path/to/file.db.'
        )
    path = unquote(database_url.removeprefix(PREFIX))
    try:
        Path(path).absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidConfiguration(f"{Path(path).parent} cannot be made: {error.strerror}.") from None
    return SqliteStore(SqliteOptions(path, **options))
