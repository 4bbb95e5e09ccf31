"""A database file that is taken away from under a store."""

# ruff: noqa: ASYNC240 - nobody else waits

from __future__ import annotations

import os
from pathlib import Path

import pytest
from structlog.testing import CapturingLogger

from rowcast.errors import ServiceUnavailable
from rowcast.store.sqlite import place
from rowcast.store.sqlite.place import Place
from tests.store.conftest import Opened
from tests.store.sqlite.test_writer import adding
from tests.support.patience import until


@pytest.mark.parametrize("quick", [True, False])
async def test_what_would_be_lost_is_refused(store: Opened, monkeypatch: pytest.MonkeyPatch, quick: bool) -> None:
    monkeypatch.setattr(place, "LOOK_EVERY", 0.0)
    file, away = Path(store.options.path), Path(store.options.path + ".away")
    await store.write(adding("kept"), quick=quick)
    file.rename(away)
    for each in range(2):
        if each:
            file.write_bytes(away.read_bytes())  # a copy is not the file
        with pytest.raises(ServiceUnavailable):
            await store.write(adding("lost"), quick=quick)
        with pytest.raises(ServiceUnavailable):
            await store.alter(lambda tx: tx.apply([]))
        assert not store.in_place
    os.replace(away, file)
    await store.write(adding("again"), quick=quick)
    assert store.in_place
    assert await store.read("SELECT text FROM notes") == [("kept",), ("again",)]


async def test_it_is_told_once_though_nobody_writes(store: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    log = CapturingLogger()
    monkeypatch.setattr(place, "log", log)
    monkeypatch.setattr(place, "LOOK_EVERY", 0.0)
    looks, look = list[Place](), Place.look

    def counted(self: Place) -> bool:
        looks.append(self)
        return look(self)

    monkeypatch.setattr(Place, "look", counted)
    Path(store.options.path).unlink()
    await until(lambda: log.calls)
    assert not store.in_place
    more = len(looks) + 5
    await until(lambda: len(looks) > more)
    (said,) = log.calls
    assert "data.db was removed or replaced while the server runs" in said.args[0]
    assert not Path(store.options.path).exists(), "nothing makes a new one"
