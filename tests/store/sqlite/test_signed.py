"""Who asked for a mutation: told with its changes, now and when they are replayed, here and in another process's log. And which of
several processes leads."""

from __future__ import annotations

import asyncio
from typing import Any

from rowcast.feed import Commit, Position
from rowcast.store.base import Transaction
from rowcast.store.sqlite import SqliteOptions
from tests.store.conftest import Opened
from tests.store.sqlite.test_foreign import write_beside
from tests.support.patience import until


def writes(text: str, user: str | None) -> Any:
    """A mutation that somebody asks for."""

    async def work(tx: Transaction) -> None:
        tx.sign(user)
        await tx.fetch("INSERT INTO notes(text) VALUES(?)", (text,))

    return work


async def unsigned(tx: Transaction) -> None:
    """A mutation of the program's own."""
    await tx.fetch("INSERT INTO notes(text) VALUES('ours')")


def signed(commits: list[Commit]) -> list[tuple[str, str | None]]:
    """Each new row's text with who asked for it."""
    changes = [change for commit in commits for change in commit.changes]
    return [(change.after.values["text"], change.user) for change in changes if change.after is not None]


async def test_it_is_told_and_replayed(store: Opened) -> None:
    """Also where mutations of several users share a transaction."""
    begin = store.position
    works = [writes("a", "ann"), unsigned, writes("b", "ben"), writes("c", None), writes("d", "ann")]
    await asyncio.gather(*(store.write(work) for work in works))
    write_beside(store.options.path, "INSERT INTO notes(text) VALUES('by hand')")
    await until(lambda: len(signed(store.commits)) >= 6)
    wanted = [("a", "ann"), ("ours", None), ("b", "ben"), ("c", None), ("d", "ann"), ("by hand", None)]
    assert signed(store.commits) == wanted
    assert signed(await store.since(begin) or []) == wanted
    complete, history = await store.history(begin, 100)
    assert (complete, signed(history)) == (True, wanted)


async def test_what_is_undone_was_asked_for_by_nobody(store: Opened) -> None:
    async def fails(tx: Transaction) -> None:
        tx.sign("ann")
        await tx.fetch("INSERT INTO notes(text) VALUES('no')")
        raise ZeroDivisionError

    found = await asyncio.gather(store.write(fails), store.write(unsigned), return_exceptions=True)
    assert isinstance(found[0], ZeroDivisionError)
    assert signed(store.commits) == [("ours", None)]


async def test_another_server_learns_it_from_the_log(store: Opened) -> None:
    other = Opened(SqliteOptions(store.options.path))
    await other.open()
    try:
        for user in ("ann", "ben"):
            await store.write(writes(user, user))
        await until(lambda: len(signed(other.commits)) >= 2)
        assert signed(other.commits) == [("ann", "ann"), ("ben", "ben")]
        assert isinstance(other.position, Position)
    finally:
        await other.close()


async def test_one_leads_until_it_is_closed(store: Opened) -> None:
    other = Opened(SqliteOptions(store.options.path))
    await other.open()
    assert (store.lead(), store.lead(), other.lead()) == (True, True, False)
    await other.close()
    third = Opened(SqliteOptions(store.options.path))
    await third.open()
    assert third.lead() is False
    store._lead.leave()
    assert (third.lead(), store.lead()) == (True, False)
    await third.close()
    assert store.lead() is True
