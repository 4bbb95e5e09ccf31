"""Accounts before and after the login: a forgotten password, an invitation, a registration, and one's own page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import expect

from tests.browser.studio.conftest import Studio
from tests.browser.studio.sample import post
from tests.support.patience import until
from tests.support.server import ADMIN_EMAIL, ADMIN_PASSWORD, Server

pytestmark = pytest.mark.browser
APP = {"name": "Studio", "app_access": True}
OWN = {
    "collection": "directus_users",
    "action": "update",
    "permissions": {"id": {"_eq": "$CURRENT_USER"}},
    "fields": ["*"],
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server whose letters are in its log."""
    with Server(tmp_path, LOG_LEVEL="info") as running:
        yield running


async def letter(studio: Studio, page: str) -> str:
    """The path that the newest letter leads to."""
    return (await until(lambda: re.findall(rf"/admin(/{page}\?token=[\w.-]+)", studio.server.log)))[-1]


async def enter(studio: Studio, email: str, password: str) -> None:
    await studio.page.get_by_label("E-mail address").fill(email)
    await studio.page.get_by_label("Password", exact=True).fill(password)
    await studio.button("Log in").click()


async def test_a_forgotten_password(studio: Studio) -> None:
    page = studio.page
    await studio.open("/login")
    await studio.follow("Forgot your password?", "**/request-reset")
    await page.get_by_label("E-mail address").fill(ADMIN_EMAIL)
    await studio.judge_looks("request-reset")
    await studio.button("Send the link").click()
    await expect(page.get_by_role("status")).to_contain_text("on its way")
    await studio.judge_looks("request-reset-done")
    link = await letter(studio, "reset-password")
    await studio.open(link)
    await page.get_by_label("Password", exact=True).fill("another-password")
    await studio.judge_looks("reset-password")
    await studio.button("Set the password").click()
    await page.wait_for_url("**/login?done=password")
    await expect(page.get_by_role("status")).to_contain_text("Your password is set")
    await enter(studio, ADMIN_EMAIL, "another-password")
    await page.wait_for_url("**/admin/content")
    assert not studio.errors
    await studio.open(link)
    await page.get_by_label("Password", exact=True).fill("a-third-password")
    await studio.button("Set the password").click()
    await expect(page.get_by_role("alert").filter(has_text="no longer valid")).to_be_visible()


async def test_an_invitation(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        policy = post(admin, "/policies", APP)["id"]
        role = post(admin, "/roles", {"name": "Guest", "policies": [{"policy": policy}]})["id"]
        assert admin.post("/users/invite", json={"email": "gus@example.com", "role": role}).status_code == 204
    await studio.open("/accept-invite?token=nonsense")
    await page.get_by_label("Password", exact=True).fill("secret-gus")
    await studio.button("Set the password").click()
    await expect(page.get_by_role("alert").filter(has_text="no longer valid")).to_be_visible()
    studio.errors.clear()
    await studio.open(await letter(studio, "accept-invite"))
    await expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    await studio.judge_looks("accept-invite")
    await page.get_by_label("Password", exact=True).fill("secret-gus")
    await studio.button("Set the password").click()
    await page.wait_for_url("**/login?done=password")
    await enter(studio, "gus@example.com", "secret-gus")
    await page.wait_for_url("**/admin/content")
    await studio.open("/account")
    await expect(page.get_by_label("First name")).to_be_disabled()
    await studio.judge_looks("account-of-a-guest")
    assert not studio.errors


async def test_registration_where_it_is_open(studio: Studio) -> None:
    page = studio.page
    await studio.open("/register")
    await expect(page.get_by_role("alert").filter(has_text="not open")).to_be_visible()
    with studio.server.client() as admin:
        settings = {
            "public_registration": True,
            "public_registration_verify_email": True,
            "auth_password_policy": "/^.{8,}$/",
        }
        assert admin.patch("/settings", json=settings).status_code == 200
    await studio.open("/login")
    await studio.follow("Create an account", "**/register")
    await page.get_by_label("E-mail address").fill("new@example.com")
    await page.get_by_label("Password", exact=True).fill("short")
    await studio.button("Create the account").click()
    await expect(page.get_by_role("alert").filter(has_text="required format")).to_be_visible()
    await studio.judge_looks("register")
    studio.errors.clear()
    await page.get_by_label("Password", exact=True).fill("long enough")
    await studio.button("Create the account").click()
    await expect(page.get_by_role("status")).to_contain_text("on its way")
    await studio.judge_looks("register-done")
    assert not studio.errors


async def test_the_second_factor_is_set_up_and_switched_off(studio: Studio) -> None:
    page = studio.page
    await studio.log_in()
    await studio.open("/account")
    await page.get_by_label("Last name").fill("Smith")
    await studio.button("Save").click()
    await expect(page.get_by_text("Account saved", exact=True)).to_be_visible()
    await studio.button("Set up …").click()
    await page.get_by_label("Your current password").fill("wrong")
    await studio.button("Continue").click()
    await expect(page.get_by_role("alert").filter(has_text="not your password")).to_be_visible()
    studio.errors.clear()
    await page.get_by_label("Your current password").fill(ADMIN_PASSWORD)
    await studio.button("Continue").click()
    secret = await page.locator("code").inner_text()
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
    await page.get_by_label("One-time code").fill("000000")
    await studio.button("Switch on").click()
    await expect(page.get_by_role("alert").filter(has_text="not right")).to_be_visible()
    await studio.judge_looks("account-factor")
    studio.errors.clear()
    await page.get_by_label("One-time code").fill(pyotp.TOTP(secret).now())
    await studio.button("Switch on").click()
    await expect(page.get_by_text("On", exact=True)).to_be_visible()
    await studio.button("Switch off …").click()
    await page.get_by_label("One-time code").fill(pyotp.TOTP(secret).now())
    await studio.button("Switch off").click()
    await expect(page.get_by_text("Off", exact=True)).to_be_visible()
    await studio.judge_looks("account")
    assert not studio.errors


async def test_an_administrator_switches_off_the_factor_of_somebody_who_lost_the_phone(studio: Studio) -> None:
    page, own = studio.page, {"email": "eva@example.com", "password": "secret-eva"}
    with studio.server.client() as admin:
        policy = post(admin, "/policies", {**APP, "permissions": [OWN]})["id"]
        user = post(admin, "/users", {**own, "policies": [{"policy": policy}]})["id"]
        token = {"Authorization": f"Bearer {post(admin, '/auth/login', own)['access_token']}"}
        made = admin.post("/users/me/tfa/generate", json={"password": "secret-eva"}, headers=token).json()["data"]
        secret = {"secret": made["secret"], "otp": pyotp.TOTP(made["secret"]).now()}
        assert admin.post("/users/me/tfa/enable", json=secret, headers=token).status_code == 204
        await studio.log_in()
        await studio.open(f"/users/{user}")
        await studio.button("Switch off …").click()
        await studio.settle()
        await studio.judge_looks("user-factor-off")
        await page.get_by_role("dialog").get_by_role("button", name="Switch off").click()
        await expect(page.get_by_text("Two-factor login switched off", exact=True)).to_be_visible()
        await expect(studio.button("Switch off …")).to_have_count(0)
        assert admin.post("/auth/login", json=own).status_code == 200
    assert not studio.errors


async def test_who_has_to_set_up_a_second_factor_does_that_first(studio: Studio) -> None:
    page = studio.page
    with studio.server.client() as admin:
        policy = post(admin, "/policies", {**APP, "enforce_tfa": True, "permissions": [OWN]})["id"]
        post(admin, "/users", {"email": "eva@example.com", "password": "secret-eva", "policies": [{"policy": policy}]})
    await studio.open("/content")
    await enter(studio, "eva@example.com", "secret-eva")
    await page.wait_for_url("**/admin/account")
    await studio.settle()
    await expect(page.get_by_role("status").first).to_contain_text("Set up the two-factor login first")
    await studio.judge_looks("account-enforced")
    await studio.button("Set up …").click()
    await page.get_by_label("Your current password").fill("secret-eva")
    await studio.button("Continue").click()
    secret = await page.locator("code").inner_text()
    await page.get_by_label("One-time code").fill(pyotp.TOTP(secret).now())
    await studio.button("Switch on").click()
    await expect(page.get_by_text("On", exact=True)).to_be_visible()
    await page.get_by_role("link", name="Content", exact=True).first.click()
    await page.wait_for_url("**/admin/content")
    assert not studio.errors
