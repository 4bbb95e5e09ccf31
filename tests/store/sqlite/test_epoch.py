"""When positions from before still mean the same, and when not: restarts, kills, and files that were put back."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import apsw
import pytest

from rowcast.store.sqlite import SqliteOptions, bootstrap, epoch
from tests.store.conftest import Opened
from tests.store.sqlite.test_writer import add


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is."""
    monkeypatch.setattr(epoch, "SLACK", 60.0)


class File:
    """A database of which nothing but its history matters."""

    def __init__(self, folder: Path) -> None:
        self.path = str(folder / "data.db")
        self.last = 0

    def open(self) -> str:
        """Begin, as a start does; the epoch."""
        self.connection = apsw.Connection(self.path)
        bootstrap.bootstrap(self.connection)
        return epoch.begin_history(self.connection, self.path, self.last)

    def kill(self) -> None:
        self.connection.close()

    def stop(self) -> None:
        epoch.end_history(self.connection, self.path, self.last)
        self.connection.close()

    def write(self, count: int) -> None:
        self.last += count
        epoch.witness(self.connection, self.path, self.last)


@pytest.fixture
def file(tmp_path: Path) -> File:
    return File(tmp_path)


def put_back(copy: Path, original: str) -> None:
    """Write the bytes into the file that is there, as ``cp -p`` does."""
    shutil.copyfile(copy, original)
    shutil.copystat(copy, original)


def test_a_killed_process_loses_nothing(file: File) -> None:
    first = file.open()
    file.write(10)
    file.last += 5
    file.kill()
    assert file.open() == first
    file.stop()
    assert file.open() == first


def test_a_machine_that_went_down_begins_a_new_history(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    first = file.open()
    file.kill()
    monkeypatch.setattr(epoch, "_boot", lambda: "another")
    second = file.open()
    assert second != first
    file.stop()
    monkeypatch.setattr(epoch, "_boot", lambda: "a third")
    assert file.open() == second, "a closed database has everything"


@pytest.mark.parametrize("end", [File.kill, File.stop])
def test_a_file_put_back_in_place_begins_a_new_history(file: File, tmp_path: Path, end: Callable[[File], None]) -> None:
    copy = tmp_path / "copy.db"
    first = file.open()
    file.write(10)
    shutil.copy2(file.path, copy)
    inode, before = os.stat(file.path).st_ino, file.last
    file.write(10)
    end(file)
    put_back(copy, file.path)
    file.last = before
    assert os.stat(file.path).st_ino == inode
    assert file.open() != first


def test_so_does_one_that_others_have_written_to_since(file: File, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    first = file.open()
    file.write(10)
    shutil.copy2(file.path, copy)
    file.stop()
    put_back(copy, file.path)
    file.last += 100
    assert file.open() != first


def test_so_does_a_folder_put_back_as_a_whole(file: File, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = file.open()
    file.write(10)
    file.stop()
    beside, copies = Path(file.path + epoch.SUFFIX), tmp_path / "copies"
    copies.mkdir()
    for each in (Path(file.path), beside):
        shutil.copy2(each, copies / each.name)
    assert file.open() == first
    file.write(10)
    file.stop()
    monkeypatch.setattr(epoch, "SLACK", 0.2)
    time.sleep(0.3)  # nobody puts anything back in less than the slack
    for each in (Path(file.path), beside):
        put_back(copies / each.name, str(each))
    file.last -= 10
    assert file.open() != first


def test_a_witness_that_took_long_is_made_again(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    first, now = file.open(), time.time()
    moments = iter([now - 60, now - 60, now])
    monkeypatch.setattr(epoch, "time", SimpleNamespace(time=lambda: next(moments, time.time())))
    file.write(10)
    assert next(moments, None) is None
    file.kill()
    assert file.open() == first


@pytest.mark.parametrize("said", [None, b"", b"{}", b"rubbish"])
def test_so_does_one_without_a_witness(file: File, said: bytes | None) -> None:
    first = file.open()
    file.stop()
    beside = Path(file.path + epoch.SUFFIX)
    beside.unlink()
    if said is not None:
        beside.write_bytes(said)
    assert file.open() != first


async def test_a_copy_begins_a_new_history(store: Opened, tmp_path: Path) -> None:
    position = store.position
    await store.close()
    copy = tmp_path / "copy.db"
    shutil.copy(store.options.path, copy)
    shutil.copy(store.options.path + epoch.SUFFIX, f"{copy}{epoch.SUFFIX}")
    again = Opened(SqliteOptions(str(copy)))
    await again.open()
    try:
        assert again.position.epoch != position.epoch
        assert await again.since(position) is None
    finally:
        await again.close()


async def test_a_backup_put_back_into_the_file_of_a_stopped_store(store: Opened, tmp_path: Path) -> None:
    await store.write(lambda tx: add(tx, "kept"))
    backup = tmp_path / "backup.db"
    source, target = apsw.Connection(store.options.path), apsw.Connection(str(backup))
    with target.backup("main", source, "main") as copying:
        copying.step()
    source.close()
    target.close()
    await store.write(lambda tx: add(tx, "lost"))
    position = store.position
    await store.close()
    put_back(backup, store.options.path)
    again = Opened(store.options)
    await again.open()
    try:
        for text in ("other", "rows"):
            await again.write(lambda tx, text=text: add(tx, text))  # type: ignore[misc]
        assert again.position.offset > position.offset
        assert await again.since(position) is None
    finally:
        await again.close()
