"""The harbour for every test of this room."""

from __future__ import annotations

import pytest

from tests.query.harbour import Harbour


@pytest.fixture(scope="session")
def harbour() -> Harbour:
    return Harbour()
