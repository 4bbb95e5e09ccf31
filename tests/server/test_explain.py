"""``rowcast explain`` as it is called."""

from __future__ import annotations

import json
from pathlib import Path

from tests.server.test_start import rowcast


def test_explain(tmp_path: Path) -> None:
    rowcast(tmp_path, "init", ADMIN_PASSWORD="pw")
    rowcast(tmp_path, "user", "create", "ann@example.com")
    asked = ("explain", "--collection", "directus_users", "--action", "delete")
    refused = rowcast(tmp_path, *asked, "--user", "ann@example.com")
    assert refused.returncode == 1
    assert refused.stdout.split(maxsplit=1)[0] == "Refused"
    assert "Public (by public)" in refused.stdout
    assert "$t:" not in refused.stdout
    allowed = rowcast(tmp_path, *asked, "--user", "admin@example.com", "--json")
    assert allowed.returncode == 0
    assert json.loads(allowed.stdout)["verdict"]["cause"] == "administrator"
    unknown = rowcast(tmp_path, *asked, "--user", "nobody")
    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)
