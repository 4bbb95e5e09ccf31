"""Checks a payload against a filter: which rules does it break? Validations of fields and of permissions are such filters.

Knows the operators' meaning for decoded values and the sentences of failures. Must not know the database: what a payload leaves out
is not checked. Variables were replaced before.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from rowcast.errors import FailedValidation
from rowcast.query.operators import KNOWN, TEXT, split_text
from rowcast.query.sentences import sentence

_ABSENT: Final = object()
_NUMBER: Final = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*")
_BOUNDS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule. ``operator`` is the ``type`` on the wire; ``details`` are its further members (``valid``, ``invalid``,
    ``substring``); ``path`` leads into a nested value."""

    field: str
    operator: str
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    path: tuple[str, ...] = ()

    def error(self) -> FailedValidation:
        """The violation as an error, with its sentence."""
        where = f'"{self.field}" at "{".".join(self.path)}"' if self.path else f'"{self.field}"'
        told = f"Validation failed for field {where}. {sentence(self.operator, self.details)}".rstrip()
        return FailedValidation(told, field=self.field, path=list(self.path), type=self.operator, **self.details)


def violations(
    filter_json: Mapping[str, Any] | None, payload: Mapping[str, Any], *, all_required: bool = False
) -> list[Violation]:
    """Every rule of the filter that the payload breaks; empty: it is good. A rule about a field that the payload does not have is
    not broken, but ``_submitted`` and the branches of ``_or`` (``all_required``) are."""
    found: list[Violation] = []
    for name, rule in (filter_json or {}).items():
        if name == "_and":
            found += [
                violation for part in _parts(rule) for violation in violations(part, payload, all_required=all_required)
            ]
        elif name == "_or":
            found += _either([violations(part, payload, all_required=True) for part in _parts(rule)])
        else:
            found += _field(name, rule, payload.get(name, _ABSENT), all_required)
    return found


def _either(branches: list[list[Violation]]) -> list[Violation]:
    return [] if not all(branches) else [violation for branch in branches for violation in branch]


def _field(name: str, rule: Any, value: Any, is_required: bool) -> list[Violation]:
    if not isinstance(rule, Mapping):
        rule = {"_eq": rule}
    if any(not operator.startswith("_") or operator in ("_some", "_none") for operator in rule):
        return _nested(name, rule, value, is_required)
    found: list[Violation] = []
    for operator, wanted in rule.items():
        if operator in ("_and", "_or"):
            branches = [_field(name, part, value, is_required) for part in _parts(wanted)]
            found += (
                _either(branches) if operator == "_or" else [violation for branch in branches for violation in branch]
            )
        elif operator == "_submitted" or value is not _ABSENT or is_required:
            broken = _test(operator[1:] or operator, None if value is _ABSENT else value, wanted, value is _ABSENT)
            found += [replace(violation, field=name) for violation in broken]
    return found


def _parts(rule: Any) -> list[Any]:
    """The branches of ``_and`` and ``_or``; one filter is a list of it."""
    parts = rule if isinstance(rule, (list, tuple)) else [rule]
    return [part for part in parts if isinstance(part, Mapping)]


def _nested(name: str, rule: Mapping[str, Any], value: Any, is_required: bool) -> list[Violation]:
    """A rule about a related item, which the payload may hold as an object, or as a list of them of which one has to be good."""
    if value is _ABSENT and not is_required:
        return []
    if isinstance(value, list) or "_some" in rule or "_none" in rule:
        return _related(name, rule, value if isinstance(value, list) else [])
    if not isinstance(value, Mapping):
        return [Violation(name, "required")]
    return [Violation(name, v.operator, v.details, (v.field, *v.path)) for v in violations(rule, value)]


def _related(name: str, rule: Mapping[str, Any], items: list[Any]) -> list[Violation]:
    objects = [item for item in items if isinstance(item, Mapping)]
    if "_none" in rule:
        good = not any(not violations(_filter(rule["_none"]), item, all_required=True) for item in objects)
    else:
        good = any(not violations(_filter(rule.get("_some", rule)), item, all_required=True) for item in objects)
    return [] if good else [Violation(name, "none" if "_none" in rule else "some")]


def _filter(rule: Any) -> Mapping[str, Any]:
    return rule if isinstance(rule, Mapping) else {}


def _test(operator: str, value: Any, wanted: Any, is_absent: bool) -> Iterable[Violation]:
    """The violation of one operator, if any; its field is filled in later."""
    if operator == "submitted":
        return [Violation("", "required")] if is_absent and wanted is not False else []
    if operator in ("between", "nbetween"):
        return _range(operator, value, wanted)
    if operator in ("null", "nnull", "empty", "nempty"):
        return _nullness(operator, value, wanted)
    if operator in _BOUNDS:
        return _bound(operator, value, wanted, is_absent)
    if operator in TEXT:
        return _words(operator, value, wanted)
    return _equality(operator, value, wanted)


def _equality(operator: str, value: Any, wanted: Any) -> Iterable[Violation]:
    if operator == "regex":
        good, details = isinstance(value, str) and matches(str(wanted), value), {"invalid": value}
    elif operator in ("eq", "neq"):
        good, details = _same(value, wanted) is (operator == "eq"), {"valid" if operator == "eq" else "invalid": wanted}
    elif operator in ("in", "nin"):
        items = _items(wanted)
        good = any(_same(value, item) for item in items) is (operator == "in")
        details = {"valid" if operator == "in" else "invalid": list(items)}
    else:
        good, details = operator in KNOWN, {}  # operators about shapes and JSON are for questions only
    return [] if good else [Violation("", operator, details)]


def _items(wanted: Any) -> list[Any]:
    """A list, a comma list, or one value."""
    if isinstance(wanted, str):
        return [part.strip() for part in wanted.split(",")]
    return list(wanted) if isinstance(wanted, (list, tuple)) else [wanted]


def _nullness(operator: str, value: Any, wanted: Any) -> Iterable[Violation]:
    if wanted in (False, "false"):
        operator = operator[1:] if operator in ("nnull", "nempty") else f"n{operator}"
    empties: tuple[Any, ...] = (None,) if operator.endswith("null") else (None, "", [], {})
    is_empty = any(value is empty if empty is None else value == empty for empty in empties)
    return [] if is_empty is (operator in ("null", "empty")) else [Violation("", operator)]


def _bound(operator: str, value: Any, wanted: Any, is_absent: bool) -> Iterable[Violation]:
    if value is None and not is_absent:
        return [Violation("", "required")]
    pair = _comparable(value, wanted)
    return [] if pair is not None and _BOUNDS[operator](*pair) else [Violation("", operator, {"valid": wanted})]


def _range(operator: str, value: Any, wanted: Any) -> Iterable[Violation]:
    items = _items(wanted)
    if len(items) != 2:
        return [Violation("", operator)]
    broken = [*_bound("gte", value, items[0], False), *_bound("lte", value, items[1], False)]
    if operator == "between":
        return broken
    return [] if broken else [Violation("", "nbetween", {"invalid": items})]


def _words(operator: str, value: Any, wanted: Any) -> Iterable[Violation]:
    negated, folds, word = split_text(operator)
    text, part = _text(value), _text(wanted)
    if folds:
        text, part = text.lower(), part.lower()
    holds = {"contains": part in text, "starts_with": text.startswith(part), "ends_with": text.endswith(part)}[word]
    good = holds is not negated and (value is not None or negated)
    return [] if good else [Violation("", ("n" if negated else "") + word, {"substring": wanted})]


def _text(value: Any) -> str:
    """Lists (``csv``) are their items."""
    return ",".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _same(value: Any, wanted: Any) -> bool:
    """Equal, and not only because a boolean is a number."""
    return isinstance(value, bool) is isinstance(wanted, bool) and bool(value == wanted)


def _comparable(value: Any, wanted: Any) -> tuple[Any, Any] | None:
    """Both as numbers, or else both as moments."""
    for read in (_number, _moment):
        pair = read(value), read(wanted)
        if None not in pair:
            return pair
    return None


def _number(value: Any) -> int | float | None:
    if isinstance(value, str) and value.isascii() and _NUMBER.fullmatch(value):
        return float(value)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return None
    if not isinstance(moment, datetime):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern, as JavaScript writes it (with slashes or without), is found in the text. A broken pattern is not."""
    compiled = _compiled(pattern)
    return compiled is not None and compiled.search(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    found = re.fullmatch(r"/(.*)/([dgimsuvy]*)", pattern, re.DOTALL)
    body, letters = (found[1], found[2]) if found else (pattern, "")
    flags = sum(
        ({"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}.get(letter, 0) for letter in letters), re.ASCII
    )
    try:
        return re.compile(re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", body), flags)
    except (re.error, OverflowError):
        return None
