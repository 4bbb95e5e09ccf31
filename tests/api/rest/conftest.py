"""A client of the REST application, without a listener."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from rowcast.api.rest.app import Rest
from tests.engine.conftest import _cheap_hashes, people
from tests.engine.people import People

__all__ = ["_cheap_hashes", "people"]


@pytest.fixture
async def http(people: People) -> AsyncIterator[httpx.AsyncClient]:
    """A client that keeps cookies."""
    transport = httpx.ASGITransport(Rest(people.engine))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client
