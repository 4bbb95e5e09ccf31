"""Places in texts, filled."""

from __future__ import annotations

from typing import Any

import pytest

from rowcast.engine.flows.template import fill

CHAIN = {
    "$trigger": {"body": {"rows": [{"name": "Ann"}, {"name": "Ben"}], "n": 3, "ok": True, "none": None}},
    "$last": [1, 2],
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("{{$trigger.body.n}}", 3),
        ("{{ $trigger.body.rows[1].name }}", "Ben"),
        ("{{$trigger.body.rows.0.name}} and {{$last}}", "Ann and [1,2]"),
        ("{{$last}}", [1, 2]),
        ("{{$trigger.body.ok}}!", "true!"),
        ("{{nothing.here}}", None),
        ("<{{nothing.here}}{{$trigger.body.none}}{{$trigger.body.rows[9].name}}>", "<>"),
        ("{{$trigger.body.n.__class__}}", None),
        ("{{}} {{ {{$last}}", "{{}} {{ [1,2]"),
        ({"a": ["{{$trigger.body.n}}", 1]}, {"a": [3, 1]}),
    ],
)
def test_filling(text: Any, value: Any) -> None:
    assert fill(text, CHAIN) == value
