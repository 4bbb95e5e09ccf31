"""One text for each key and language."""

from __future__ import annotations

import pytest

from rowcast.auth import SYSTEM
from rowcast.engine.create import create
from rowcast.engine.update import update
from rowcast.errors import InvalidPayload
from tests.engine.people import People

TEXTS = "directus_translations"


async def test_a_second_text_for_the_same_is_refused(people: People) -> None:
    first = {"key": "hello", "language": "en-US", "value": "Hello"}
    (key,) = await create(people.engine, SYSTEM, TEXTS, first)
    (other,) = await create(people.engine, SYSTEM, TEXTS, {**first, "language": "nl-NL"})
    for again in (first, [{**first, "language": "fr-FR"}, {**first, "language": "fr-FR"}]):
        with pytest.raises(InvalidPayload):
            await create(people.engine, SYSTEM, TEXTS, again)
    with pytest.raises(InvalidPayload):
        await update(people.engine, SYSTEM, TEXTS, {"language": "en-US"}, keys=[other])
    await update(people.engine, SYSTEM, TEXTS, {"value": "Hi", "language": "en-US"}, keys=[key])
    assert await people.rows("SELECT count(*) FROM directus_translations") == [(2,)]
