"""What may be written: the field list and the presets of the rules, and which validations a payload must pass. Must not know how
a payload is stored or its relations are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rowcast.errors import Forbidden
from rowcast.policy.rights import Action, Rights, field_refusal

Variables = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Permitted:
    """A payload that may be written: completed with presets; ``validations`` are the filters it still has to satisfy."""

    payload: dict[str, Any]
    validations: tuple[Mapping[str, Any], ...] = ()


def permit(
    rights: Rights, collection: str, action: Action, payload: Mapping[str, Any], variables: Variables
) -> Permitted:
    """Check the field list and complete the payload.

    ``variables`` gives the value of a variable in a preset (``$CURRENT_USER``, ``$NOW``). Raises Forbidden, naming the first
    field that no rule grants, or the collection. Administrators get their payload back.
    """
    if rights.admin:
        return Permitted(dict(payload))
    rights.require(collection, action)
    granted = rights.fields(collection, action)
    if granted is not None:
        for name in payload:
            if name not in granted:
                raise Forbidden(field_refusal(collection, name))
    rules = rights.rules(collection, action)
    completed: dict[str, Any] = {}
    for rule in rules:
        completed.update({name: fill(value, variables) for name, value in rule.presets.items()})
    completed.update(payload)
    return Permitted(completed, tuple(rule.validation for rule in rules if rule.validation))


def fill(value: Any, variables: Variables) -> Any:
    """A preset with its variables replaced, at any depth."""
    if isinstance(value, str) and value.startswith(("$CURRENT_", "$NOW")):
        return variables(value)
    if isinstance(value, Mapping):
        return {name: fill(part, variables) for name, part in value.items()}
    if isinstance(value, list):
        return [fill(part, variables) for part in value]
    return value
