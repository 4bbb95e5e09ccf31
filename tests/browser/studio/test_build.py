"""What is built: small enough to be there at once, whole without the network, and clean at its source."""

from __future__ import annotations

import subprocess

import pytest
from playwright.async_api import Response

from tests.browser.studio.conftest import ROOT, Studio
from tests.support.node import NODE

pytestmark = pytest.mark.browser
SOURCE = ROOT / "studio"
INITIAL = 350_000
"""Bytes of compressed script until the first page stands, after the login."""


async def test_the_initial_load_is_small_and_from_here(studio: Studio) -> None:
    scripts: dict[str, int] = {}
    strangers: list[str] = []

    async def note(answer: Response) -> None:
        if not answer.url.startswith((studio.server.base, "data:", "blob:")):
            strangers.append(answer.url)
        if answer.url.endswith(".js"):
            scripts[answer.url] = (await answer.request.sizes())["responseBodySize"]

    studio.page.on("response", note)
    await studio.log_in()
    await studio.settle()
    assert not strangers
    assert scripts
    assert sum(scripts.values()) < INITIAL, scripts


@pytest.mark.long
@pytest.mark.parametrize(
    "command",
    [
        ("node_modules/vitest/vitest.mjs", "run"),
        ("node_modules/vue-tsc/bin/vue-tsc.js", "--noEmit"),
        ("node_modules/eslint/bin/eslint.js", "."),
    ],
    ids=["unit", "types", "lint"],
)
def test_the_sources_pass(command: tuple[str, ...]) -> None:
    if not (SOURCE / command[0]).is_file():
        pytest.skip("the Studio is not built: run python hatch_build.py")
    done = subprocess.run([str(NODE), *command], cwd=SOURCE, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
