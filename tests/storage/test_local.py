"""Files on the disk: whole or not at all, never outside of their folder."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rowcast.errors import ContentTooLarge, InvalidPayload, ServiceUnavailable
from rowcast.storage import open_storage
from rowcast.storage.local import PARTIAL, PIECE


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def collected(source: AsyncIterator[bytes]) -> bytes:
    return b"".join([part async for part in source])


def partials(root: Path) -> list[str]:
    return [path.name for path in (root / PARTIAL).iterdir()]


async def test_bytes_come_back(tmp_path: Path) -> None:
    storage = open_storage("local", str(tmp_path))
    content = os.urandom(3 * PIECE + 17)
    received = await storage.receive(pieces(content[:10], content[10 : 2 * PIECE], content[2 * PIECE :]))
    assert received.size == len(content)
    assert await storage.stat("a.bin") is None
    with storage.peek(received) as file:
        assert file.read(5) == content[:5]
    await storage.keep(received, "a.bin")
    assert await collected(storage.read("a.bin")) == content
    assert await collected(storage.read("a.bin", 5, PIECE + 9)) == content[5 : PIECE + 9]
    assert await collected(storage.read("a.bin", len(content) - 1)) == content[-1:]
    found = await storage.stat("a.bin")
    assert found is not None
    assert found.size == len(content)
    assert partials(tmp_path) == []


async def test_what_is_too_long_or_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    storage = open_storage("local", str(tmp_path))
    with pytest.raises(ContentTooLarge):
        await storage.receive(pieces(b"x" * 5, b"x" * 6), limit=10)

    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * PIECE * 2
        raise RuntimeError("cut")

    with pytest.raises(RuntimeError):
        await storage.receive(broken())
    assert partials(tmp_path) == []
    assert (await storage.receive(pieces(b"x" * 10), limit=10)).size == 10


async def test_deleting(tmp_path: Path) -> None:
    storage = open_storage("local", str(tmp_path))
    for name in ("a.txt", ".assets/a.txt/1.png", ".assets/a.txt/2.png", ".assets/b.txt/1.png"):
        await storage.keep(await storage.receive(pieces(name.encode())), name)
    assert [name for name, _ in await storage.names(".assets/a.txt")] == [".assets/a.txt/1.png", ".assets/a.txt/2.png"]
    await storage.delete("a.txt")
    await storage.delete(".assets/a.txt")
    await storage.delete("never.txt")
    assert await storage.names(".assets/a.txt") == []
    assert await storage.stat(".assets/b.txt/1.png") is not None
    with pytest.raises(FileNotFoundError):
        await collected(storage.read("a.txt"))


@pytest.mark.parametrize(
    "name",
    ["../a", "a/../../b", "/etc/passwd", "", ".", "..", "a//b", "a\\b", "a\x00", ".partial/x", "x" * 256, "a/./b"],
)
async def test_names_that_lead_outside(tmp_path: Path, name: str) -> None:
    storage = open_storage("local", str(tmp_path / "root"))
    with pytest.raises(InvalidPayload):
        await storage.stat(name)
    with pytest.raises(InvalidPayload):
        await storage.delete(name)


async def test_forgotten_bytes_are_swept_by_age(tmp_path: Path) -> None:
    storage = open_storage("local", str(tmp_path))
    assert await storage.sweep(0) == 0
    old, young = await storage.receive(pieces(b"old")), await storage.receive(pieces(b"young"))
    then = time.time() - 100
    os.utime(tmp_path / PARTIAL / old.token, (then, then))
    assert await storage.sweep(50) == 1
    assert partials(tmp_path) == [young.token]


async def test_a_place_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("no folder")
    storage = open_storage("local", str(tmp_path / "taken"))
    with pytest.raises(ServiceUnavailable):
        await storage.receive(pieces(b"x"))
