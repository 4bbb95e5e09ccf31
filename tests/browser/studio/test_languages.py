"""The Studio in other languages: chosen before the login, kept per person, and by default the project's."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.studio.conftest import Studio
from tests.browser.studio.sample import build
from tests.support.server import ADMIN_EMAIL, ADMIN_PASSWORD

pytestmark = pytest.mark.browser
PAGES = ("/content/articles", "/model/articles", "/policies", "/realtime", "/settings", "/account")


async def language_of(page: Page) -> str:
    return str(await page.evaluate("document.documentElement.lang"))


async def choose(studio: Studio, name: str) -> None:
    """As a person does, in the menu of the account."""
    await studio.page.get_by_role("button", name=re.compile("account and appearance|Konto und Darstellung")).click()
    await studio.page.get_by_role("menuitem", name=re.compile("^(Language|Sprache)$")).press("ArrowRight")
    await studio.page.get_by_role("menuitemcheckbox", name=name).click()


async def test_chosen_before_the_login(studio: Studio) -> None:
    page = studio.page
    await studio.open("/")
    await studio.choose(page.get_by_label("Language"), "Deutsch")
    await expect(page.get_by_role("button", name="Anmelden")).to_be_visible()
    await studio.judge("login-german")
    await page.get_by_label("E-Mail-Adresse").fill(ADMIN_EMAIL)
    await page.get_by_label("Passwort", exact=True).fill("wrong")
    await page.get_by_role("button", name="Anmelden").click()
    await expect(
        page.get_by_role("alert").filter(has_text="E-Mail-Adresse oder Passwort stimmen nicht.")
    ).to_be_visible()
    await page.get_by_label("Passwort", exact=True).fill(ADMIN_PASSWORD)
    await page.get_by_role("button", name="Anmelden").click()
    await page.wait_for_url("**/admin/content")
    assert await language_of(page) == "de-DE"
    await page.reload()
    await expect(page.get_by_role("heading", name="Inhalt")).to_be_visible()


@pytest.mark.long
@pytest.mark.parametrize("look", ["light-wide", "dark-narrow"])
async def test_pages_in_german(studio: Studio, look: str) -> None:
    page = studio.page
    with studio.server.client() as admin:
        build(admin)
        await studio.log_in()
        await choose(studio, "Deutsch")
        await expect(page.get_by_role("heading", name="Inhalt")).to_be_visible()
        assert (await page.title()).startswith("Inhalt")
        assert admin.get("/users/me").json()["data"]["language"] == "de-DE"
    await studio.look(*{"light-wide": ("light", 1280), "dark-narrow": ("dark", 380)}[look])
    for path in PAGES:
        await studio.open(path)
        await studio.judge(f"german{path.replace('/', '-')}-{look}")
    assert not studio.errors


async def test_by_default_the_projects_and_then_the_persons(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        admin.patch("/settings", json={"default_language": "fr-FR"})
        await studio.open("/")
        await expect(page.get_by_role("button", name="Se connecter")).to_be_visible()
        admin.patch("/users/me", json={"language": "es-ES"})
        await page.get_by_label("Adresse e-mail").fill(ADMIN_EMAIL)
        await page.get_by_label("Mot de passe", exact=True).fill(ADMIN_PASSWORD)
        await page.get_by_role("button", name="Se connecter").click()
        await expect(page.get_by_role("heading", name="Contenido")).to_be_visible()
        assert await language_of(page) == "es-ES"
        admin.patch("/users/me", json={"language": "tlh"})
        await page.reload()
        await expect(page.get_by_role("heading", name="Contenu")).to_be_visible()


async def test_without_its_catalogue_it_speaks_english(studio: Studio) -> None:
    async def lose(route: Route) -> None:
        await route.abort()

    await studio.page.route(re.compile(r"/assets/de-DE-.*\.js"), lose)
    await studio.log_in()
    await choose(studio, "Deutsch")
    await expect(studio.page.get_by_text("The server cannot be reached.").first).to_be_visible()
    await expect(studio.page.get_by_role("heading", name="Content")).to_be_visible()
    assert (await language_of(studio.page)).startswith("en")
