"""The first administrator: made once, by who holds the code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rowcast.auth import Actor
from rowcast.engine.account.login import login
from rowcast.engine.account.setup import FirstAdmin, has_admin, set_up, setup_code
from rowcast.engine.engine import Engine
from rowcast.engine.settings import Settings
from rowcast.errors import FailedValidation, Forbidden, InvalidCredentials, NotUnique
from rowcast.server.bootstrap import first_start, open_setup
from rowcast.server.config import ServerSettings
from rowcast.store.open import open_store
from tests.engine.people import SECRET, People

CODE = setup_code(SECRET)
ANN = FirstAdmin("ann@example.com", "secret-ann", "Ann", project="Library")
PAGE = ServerSettings(setup="page")
NOBODY = Actor(ip="127.0.0.1")


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Engine]:
    """A platform that waits for its administrator."""
    engine = Engine(open_store(f"sqlite:///{tmp_path}/data.db"), Settings(SECRET, login_stall_time=0))
    await engine.open()
    assert await first_start(engine, PAGE) is None
    yield engine
    await engine.close()


async def test_it_is_made_once(empty: Engine) -> None:
    assert (await has_admin(empty), await open_setup(empty)) == (False, CODE)
    await set_up(empty, NOBODY, CODE, ANN)
    assert (await has_admin(empty), await open_setup(empty)) == (True, None)
    assert (await login(empty, NOBODY, "ann@example.com", "secret-ann", mode="json")).access_token
    assert (await empty.store.read('SELECT "project_name" FROM "directus_settings"')) == [("Library",)]
    with pytest.raises(Forbidden):
        await set_up(empty, NOBODY, CODE, ANN)


async def test_of_many_at_once_one_does(empty: Engine) -> None:
    people = [FirstAdmin(f"p{number}@example.com", "secret-ann") for number in range(5)]
    done = await asyncio.gather(*(set_up(empty, NOBODY, CODE, each) for each in people), return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["Forbidden"] * 4 + ["NoneType"]
    assert len(await empty.store.read('SELECT "id" FROM "directus_users"')) == 1
    assert len(await empty.store.read('SELECT "id" FROM "directus_roles"')) == 1


@pytest.mark.parametrize("code", ["", CODE[:-1] + ("A" if CODE[-1] != "A" else "B"), "ÄÄÄÄ"])
async def test_another_code_is_refused(empty: Engine, code: str) -> None:
    with pytest.raises(InvalidCredentials):
        await set_up(empty, NOBODY, code, ANN)
    assert not await has_admin(empty)


async def test_a_code_may_be_typed_carelessly(empty: Engine) -> None:
    await set_up(empty, NOBODY, f" {CODE.lower().replace('-', '')} ", ANN)
    assert await has_admin(empty)


async def test_what_is_wrong_makes_nothing(empty: Engine) -> None:
    await empty.store.write(
        lambda tx: tx.fetch('UPDATE "directus_settings" SET "auth_password_policy" = ?', ("/^.{20,}$/",))
    )
    with pytest.raises(FailedValidation):
        await set_up(empty, NOBODY, CODE, ANN)
    assert not await has_admin(empty)


async def test_a_platform_with_an_administrator_is_closed(people: People) -> None:
    with pytest.raises(Forbidden):
        await set_up(people.engine, NOBODY, setup_code(people.engine.settings.secret), ANN)


async def test_an_address_that_is_taken(empty: Engine) -> None:
    await empty.store.write(
        lambda tx: tx.fetch(
            'INSERT INTO "directus_users" ("id", "email", "status") VALUES (?, ?, ?)',
            ("u1", "ann@example.com", "draft"),
        )
    )
    with pytest.raises(NotUnique):
        await set_up(empty, NOBODY, CODE, ANN)
    assert not await has_admin(empty)


async def test_a_second_start_makes_nothing_twice(empty: Engine) -> None:
    assert await first_start(empty, PAGE) is None
    made = await first_start(empty, ServerSettings(setup="page", admin_password="given"))
    assert made is not None
    assert made.password is None
    assert len(await empty.store.read('SELECT "id" FROM "directus_roles"')) == 1
    assert len(await empty.store.read('SELECT "id" FROM "directus_policies"')) == 2


@pytest.mark.parametrize("server", [PAGE, ServerSettings(admin_password="given")])
async def test_a_limit_of_mutations_is_not_about_the_start(tmp_path: Path, server: ServerSettings) -> None:
    settings = Settings(SECRET, login_stall_time=0, max_batch_mutation=1)
    engine = Engine(open_store(f"sqlite:///{tmp_path}/data.db"), settings)
    await engine.open()
    await first_start(engine, server)
    if server is PAGE:
        await set_up(engine, NOBODY, CODE, ANN)
    assert await has_admin(engine)
    await engine.close()
