"""Getting in and out: errors that help, two factors, being remembered or not."""

from __future__ import annotations

import pyotp
import pytest
from playwright.async_api import expect

from tests.browser.studio.conftest import Studio
from tests.support.server import ADMIN_EMAIL, ADMIN_PASSWORD

pytestmark = pytest.mark.browser


async def enter(studio: Studio, password: str = ADMIN_PASSWORD) -> None:
    await studio.page.get_by_label("E-mail address").fill(ADMIN_EMAIL)
    await studio.page.get_by_label("Password", exact=True).fill(password)
    await studio.button("Log in").click()


async def test_a_wrong_password_is_said_and_a_deep_link_is_kept(studio: Studio) -> None:
    await studio.open("/users?search=ad")
    await enter(studio, "wrong")
    await expect(studio.page.get_by_role("alert").filter(has_text="not right")).to_be_visible()
    await studio.judge("login-wrong")
    await enter(studio)
    await studio.page.wait_for_url("**/admin/users?search=ad")
    await expect(studio.page.get_by_text(ADMIN_EMAIL)).to_be_visible()


async def test_the_second_factor_is_asked_for(studio: Studio) -> None:
    with studio.server.client() as admin:
        secret = "JBSWY3DPEHPK3PXP"
        me = admin.get("/users/me").json()["data"]["id"]
        tokens = admin.post("/auth/login", json={"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD}).json()["data"]
        own = {"Authorization": f"Bearer {tokens['access_token']}"}
        made = admin.post("/users/me/tfa/generate", json={"password": ADMIN_PASSWORD}, headers=own).json()["data"]
        secret = made["secret"]
        enabled = {"secret": secret, "otp": pyotp.TOTP(secret).now()}
        assert admin.post("/users/me/tfa/enable", json=enabled, headers=own).status_code == 204, me
    await studio.open("/login")
    await enter(studio)
    await studio.page.get_by_label("One-time code").fill(pyotp.TOTP(secret).now())
    await studio.judge("login-otp")
    await studio.button("Log in").click()
    await studio.page.wait_for_url("**/admin/content")


async def test_who_is_not_remembered_is_gone_with_the_browser(studio: Studio) -> None:
    await studio.open("/login")
    await studio.page.get_by_label("Remember me").uncheck()
    await enter(studio)
    await studio.page.wait_for_url("**/admin/content")
    await studio.page.reload()
    await expect(studio.page.get_by_role("heading", name="Content")).to_be_visible()
    await studio.context.clear_cookies(name="rowcast_studio_open")  # what closing the browser does
    await studio.page.reload()
    await expect(studio.button("Log in")).to_be_visible()


async def test_the_theme_follows_its_person_and_logging_out_ends_the_session(studio: Studio) -> None:
    await studio.log_in()
    await studio.button("Admin User: account and appearance").click()
    await studio.page.get_by_role("menuitemcheckbox", name="Dark").click()
    await expect(studio.page.locator("html.dark")).to_have_count(1)
    await studio.page.keyboard.press("Escape")
    await studio.settle()
    await studio.page.evaluate("localStorage.clear(); localStorage.setItem('rowcast:remember', '1')")
    await studio.button("Admin User: account and appearance").click()
    await studio.page.get_by_role("menuitem", name="Log out").click()
    await studio.page.wait_for_url("**/admin/login")
    await enter(studio)
    await expect(studio.page.locator("html.dark")).to_have_count(1)
    assert not studio.errors
