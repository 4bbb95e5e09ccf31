"""Variables and the arithmetic of ``$NOW``."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rowcast.errors import InvalidQuery
from rowcast.query.variables import is_list, is_now, is_variable, moment

NOW = datetime(2024, 2, 29, 12, 0, 0, 5000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("$NOW", "2024-02-29T12:00:00.005Z"),
        ("$NOW(-1 day)", "2024-02-28T12:00:00.005Z"),
        ("$NOW(+2 days)", "2024-03-02T12:00:00.005Z"),
        ("$NOW(2 hours)", "2024-02-29T14:00:00.005Z"),
        ("$NOW(-1 year)", "2023-02-28T12:00:00.005Z"),
        ("$NOW(-400 years)", "1624-02-29T12:00:00.005Z"),
        ("$NOW(+1 month)", "2024-03-29T12:00:00.005Z"),
        ("$NOW(-2 weeks)", "2024-02-15T12:00:00.005Z"),
        ("$NOW(-30s)", "2024-02-29T11:59:30.005Z"),
    ],
)
def test_now_is_moved(name: str, text: str) -> None:
    assert moment(name, NOW) == text


@pytest.mark.parametrize("name", ["$NOW(soon)", "$NOW(-1 moon)", "$NOW(+999999 years)", "$NOW()"])
def test_a_bad_shift_is_refused(name: str) -> None:
    with pytest.raises(InvalidQuery):
        moment(name, NOW)


def test_names_are_known() -> None:
    assert all(map(is_variable, ["$NOW", "$CURRENT_USER.role.name", "$CURRENT_ROLES", "$CURRENT_POLICIES"]))
    assert not any(map(is_variable, ["$5", "$NOWHERE", "NOW", 5, "$CURRENT_USERS"]))
    assert is_list("$CURRENT_ROLES")
    assert not is_list("$CURRENT_ROLE")
    assert is_now("$NOW(-1 day)")
