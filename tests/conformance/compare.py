"""When two answers are the same: generated values are replaced by tokens, the wording of errors is free. Must not do I/O."""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Callable, Iterable
from typing import Any

Case = dict[str, Any]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\b20[2-9]\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?")
OPAQUE = re.compile(r"[\w.\-=+/$,]{61,}")


def walk(value: Any, change: Callable[[Any], Any]) -> Any:
    """The value with every leaf changed."""
    if isinstance(value, dict):
        return {name: walk(member, change) for name, member in value.items()}
    if isinstance(value, list):
        return [walk(member, change) for member in value]
    return change(value)


def without(value: Any, names: Iterable[str]) -> Any:
    """The value without the members of these names, at any depth."""
    if isinstance(value, dict):
        return {name: without(member, names) for name, member in value.items() if name not in names}
    return [without(member, names) for member in value] if isinstance(value, list) else value


def dig(value: Any, path: str) -> Any:
    """The member at a dotted path."""
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


class Tokens:
    """Replaces what a server generates (keys, times, tokens) by what it stands for. Values that the cases themselves write
    stay as they are."""

    def __init__(self, cases: list[Case]) -> None:
        self.saved: dict[str, Any] = {}
        self._literal: set[str] = set()
        for case in cases:
            walk({name: member for name, member in case.items() if name != "expect"}, self._note)

    def _note(self, value: Any) -> None:
        if isinstance(value, str):
            self._literal.update(UUID.findall(value))
            self._literal.update(_minute(each[0]) for each in TIME.finditer(urllib.parse.unquote(value)))

    def normal(self, value: Any) -> Any:
        """The value as a recording has it."""
        names = {str(saved): name for name, saved in self.saved.items() if _distinct(saved)}

        def leaf(text: Any) -> Any:
            if not isinstance(text, str):
                return text
            for literal, name in names.items():
                text = text.replace(literal, f"<{name}>")
            text = UUID.sub(lambda found: found[0] if found[0] in self._literal else "<uuid>", text)
            text = TIME.sub(lambda found: found[0] if _minute(found[0]) in self._literal else "<time>", text)
            return "<opaque>" if OPAQUE.fullmatch(text) else text

        return walk(value, leaf)

    def filled(self, value: Any) -> Any:
        """The value with ``{{name}}`` replaced by what was saved under that name."""

        def leaf(text: Any) -> Any:
            if not isinstance(text, str):
                return text
            whole = re.fullmatch(r"\{\{(\w+)\}\}", text)
            if whole:
                return self.saved[whole[1]]
            return re.sub(r"\{\{(\w+)\}\}", lambda found: str(self.saved[found[1]]), text)

        return walk(value, leaf)


def _minute(text: str) -> str:
    return text[:16].replace(" ", "T")


def _distinct(saved: Any) -> bool:
    return not isinstance(saved, bool | None) and len(str(saved)) > 7


def same(case: Case, got: Any) -> bool:
    """Whether an answer (normalised) is what the recording expects, as strictly as the case says."""
    want, mode = case["expect"], case.get("compare", "exact")
    if "steps" in want:
        return bool(_frames(want["steps"]) == _frames(got["steps"]))
    if want["status"] != got["status"] or codes(want["body"]) != codes(got["body"]):
        return False
    if mode == "status" or codes(want["body"]) is not None:
        return True
    view = {"shape": shape, "unordered": bag}.get(mode, lambda value: value)
    return bool(view(want["body"]) == view(got["body"]))


def codes(body: Any) -> list[str] | None:
    """The error codes of an answer, sorted; None for a good one."""
    if not isinstance(body, dict) or "errors" not in body:
        return None
    return sorted((error.get("extensions") or {}).get("code", "?") for error in body["errors"])


def shape(value: Any) -> Any:
    """Members and kinds, without the values."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in sorted(value.items())}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def bag(value: Any) -> Any:
    """The value with the order of its lists forgotten."""
    if isinstance(value, dict):
        return {name: bag(member) for name, member in value.items()}
    if isinstance(value, list):
        return sorted((bag(member) for member in value), key=lambda member: json.dumps(member, sort_keys=True))
    return value


def _frames(steps: list[dict[str, Any]]) -> list[Any]:
    """Per step and connection the bag of its frames: no order is promised between an event and a reply."""
    return [{name: bag(_worded(frames)) for name, frames in step.items()} for step in steps]


def _worded(value: Any) -> Any:
    """The frames without the wording of their errors."""
    if isinstance(value, list):
        return [_worded(member) for member in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "error" and isinstance(value.get("payload"), list):
        return {**value, "payload": "errors"}
    return {
        name: {"code": member.get("code")} if name == "error" and isinstance(member, dict) else _worded(member)
        for name, member in value.items()
    }
