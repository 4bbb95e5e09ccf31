"""Whether a payload may be stored: rights first, then required fields, nulls and validation rules. Must not know how values are
stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rowcast.errors import FailedValidation, RowcastError, Several
from rowcast.policy import permit
from rowcast.policy.payload import fill
from rowcast.query.check import violations

if TYPE_CHECKING:
    from rowcast.engine.mutation.plan import WritePlan
    from rowcast.engine.mutation.scope import Scope
    from rowcast.engine.mutation.special import Verb

Rules = tuple[Mapping[str, Any], ...]


def permitted(scope: Scope, collection: str, verb: Verb, payload: Mapping[str, Any]) -> tuple[Mapping[str, Any], Rules]:
    """The payload completed with presets, and the rules that rights add for it. Raises Forbidden."""
    if scope.rights.admin:
        return payload, ()
    result = permit(scope.rights, collection, verb, payload, scope.variables)
    return result.payload, result.validations


def check(scope: Scope, plan: WritePlan, payload: Mapping[str, Any], rules: Rules) -> None:
    """Raise FailedValidation (``Several`` of them together) for everything that is wrong with the values."""
    own = scope.writing.validations(plan.collection)
    if not (plan.missing or plan.solid or own or rules):
        return
    faults = list(_faults(plan, payload))
    for rule in own + rules:
        faults += [violation.error() for violation in violations(fill(rule, scope.variables), payload)]
    tell(faults)


def tell(faults: Iterable[RowcastError]) -> None:
    """Raise what was found, if anything was."""
    found = list(faults)
    if found:
        raise found[0] if len(found) == 1 else Several(found)


def below(error: RowcastError, name: str) -> RowcastError:
    """The error as it is told from the row around: failed fields are found under ``name``."""
    for member in error.members():
        if isinstance(member, FailedValidation):
            path = member.extensions["path"] = [name, *member.extensions.get("path", ())]
            field = member.extensions.get("field")
            head, _, rest = member.message.partition(". ")
            if head.startswith("Validation failed for field"):
                member.message = f'Validation failed for field "{field}" at "{".".join(path)}". {rest}'.rstrip()
    return error


def _faults(plan: WritePlan, payload: Mapping[str, Any]) -> Iterator[FailedValidation]:
    for name in plan.missing:
        yield _failed(name, "required", "Value is required.")
    for name in plan.solid:
        if payload[name] is None:
            yield _failed(name, "nnull", "Value can't be null.")


def _failed(name: str, kind: str, sentence: str) -> FailedValidation:
    return FailedValidation(f'Validation failed for field "{name}". {sentence}', field=name, path=[], type=kind)
