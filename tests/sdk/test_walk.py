"""Every function of the official JavaScript SDK, called in 600 steps, gives what the reference gives; what differs is
named here, with its reason."""

from __future__ import annotations

import subprocess

import pytest

from tests.support.node import NODE, PROJECT, sdk
from tests.support.server import ADMIN_EMAIL, ADMIN_PASSWORD, Server

pytestmark = pytest.mark.sdk

OTHERWISE = {
    "items/createItem-unknown-field": "a field that does not exist is refused",
    "revisions/readRevisions": "a revision holds the whole row, of new items too",
    "revisions/readRevision": "concealed values never enter a revision",
    "specs/readOpenApiSpec": "a singleton is told without routes that do not work on it",
    "extensions/readExtensions": "extensions are Python modules of the server",
}


@pytest.mark.long
def test_the_walk(server: Server) -> None:
    sdk()
    command = [str(NODE), "walk.mjs", server.base, ADMIN_EMAIL, ADMIN_PASSWORD, "--compare", "walk.expected.json"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=540, check=False)
    lines = done.stdout.splitlines()
    failed = {line.split()[1]: lines[place + 1] for place, line in enumerate(lines) if line.startswith("FAIL")}
    unexpected = {step: told for step, told in failed.items() if step not in OTHERWISE}
    assert not unexpected, unexpected
    assert len([line for line in lines if line.startswith("pass")]) + len(failed) == 600, done.stdout + done.stderr
    assert "SDK functions used: 245 of 245" in done.stdout
