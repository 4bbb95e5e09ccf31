"""From a URL to a store."""

from __future__ import annotations

from pathlib import Path

import pytest

from rowcast.errors import InvalidConfiguration
from rowcast.store.open import open_store


async def test_the_file_and_its_folder_are_made(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/new%20folder/data.db", query_timeout=60.0)
    await store.open()
    await store.close()
    assert (tmp_path / "new folder" / "data.db").exists()


@pytest.mark.parametrize("url", ["postgresql://localhost/x", "sqlite:///", "data.db"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(InvalidConfiguration):
        open_store(url)
