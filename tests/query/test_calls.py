"""Function calls in names."""

from __future__ import annotations

from rowcast.query.calls import Call, call, json_path, split


def test_calls_and_their_keys() -> None:
    assert call("name") == Call("name")
    assert call("year(built)") == Call("built", "year")
    assert call("json(extras, a.b[0])") == Call("extras", "json", "a.b[0]")
    assert call("year(built").function is None
    assert call("year(built)").key == "built_year"
    assert call("json(extras, cabins[1])").key == "extras_cabins_1_json"


def test_separators_inside_parentheses_do_not_count() -> None:
    assert list(split("a,json(b, c.d),e", ",")) == ["a", "json(b, c.d)", "e"]
    assert list(split("a.json(b, c.d).e", ".")) == ["a", "json(b, c.d)", "e"]


def test_json_paths() -> None:
    assert json_path("a.b[0].c") == ("a", "b", 0, "c")
    assert json_path("[2]") == (2,)
