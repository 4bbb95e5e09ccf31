"""Why something is allowed or refused: judges one action of one user by the same rules that narrow its questions, and tells what it
saw. Must not know where rules are stored, or how it was found out which rows they match.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rowcast.errors import RequestError
from rowcast.policy.rights import Action, Rights
from rowcast.query import resolve
from rowcast.schema import Schema

Cause = Literal[
    "administrator", "granted", "some_rows", "some_fields",
    "inactive", "second_factor", "no_collection", "no_item", "no_rule", "no_row", "no_field", "field", "field_on_row",
]  # fmt: skip
"""What decided. The first line allows, the second refuses."""

Via = Literal["user", "role", "parent role", "public"]


@dataclass(frozen=True, slots=True)
class Source:
    """By what a policy has come to a user: the user itself, its role, a parent of that, or the public."""

    via: Via
    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A policy that is attached to the user. ``in_force`` is false where the user's address is none of ``ip_access``."""

    id: str
    name: str
    sources: tuple[Source, ...]
    admin_access: bool = False
    app_access: bool = False
    enforce_tfa: bool = False
    ip_access: tuple[str, ...] = ()
    in_force: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """A rule as it stands, and what became of it. ``policy`` and ``permission`` None: a rule that comes with access to the Studio.
    ``matches``: whether its condition holds for the item; None where none was asked about. ``fields`` None: all. ``fault``: why the
    rule is void (it names what is no longer there)."""

    policy: str | None
    permission: int | None
    condition: Any
    matches: bool | None
    fields: tuple[str, ...] | None
    presets: Mapping[str, Any] | None
    validation: Mapping[str, Any] | None
    fault: str | None = None

    def grants(self, name: str) -> bool:
        """Whether the rule is about that field."""
        return self.fields is None or name in self.fields


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision, what decided, and a sentence for people."""

    allowed: bool
    cause: Cause
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be judged. ``exists``: whether the item is there; None when the question names none."""

    collection: str
    action: Action
    fields: tuple[str, ...] = ()
    exists: bool | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the user besides rules. ``status`` None: the public, a role, a policy."""

    status: str | None
    has_tfa: bool
    policies: tuple[Held, ...]

    @property
    def lacks_second_factor(self) -> bool:
        """Whether a policy in force asks for one that is not set up."""
        return not self.has_tfa and any(policy.enforce_tfa and policy.in_force for policy in self.policies)


def readings(rights: Rights, collection: str, action: Action, matches: Sequence[bool | None]) -> tuple[Reading, ...]:
    """The rules for an action, in the order in which ``Rights.rules`` has them; ``matches`` likewise."""
    rows = rights.granted(collection, action) if collection in rights.schema.collections else ()
    return tuple(_reading(rights.schema, collection, row, match) for row, match in zip(rows, matches, strict=True))


def judge(rights: Rights, asked: Asked, user: Standing, rules: Sequence[Reading]) -> Verdict:
    """The verdict. The first thing that refuses is told; what the database itself refuses (a taken value, a needed row) and what a
    payload's values break is not foreseen."""
    refused = _of_user(user) or _of_place(rights, asked)
    if refused is not None:
        return refused
    if rights.admin:
        return _unknown_field(rights.schema, asked) or Verdict(
            True, "administrator", "A policy with admin access is in force: no rule is asked."
        )
    return (
        _no_rule(asked, user, rules)
        or _no_row(asked, rules)
        or _no_field(rights, asked, rules)
        or _granted(asked, rules)
    )


def _of_user(user: Standing) -> Verdict | None:
    if user.status not in (None, "active"):
        return Verdict(False, "inactive", f"The user's status is {user.status}: only active users may ask.")
    if user.lacks_second_factor:
        names = _listed(policy.name for policy in user.policies if policy.enforce_tfa and policy.in_force)
        return Verdict(
            False,
            "second_factor",
            f"{names} demands a second factor, which the user has not set up: who signs in with the password may only set one "
            "up. Static tokens are not concerned.",
        )
    return None


def _of_place(rights: Rights, asked: Asked) -> Verdict | None:
    if asked.collection not in rights.schema.collections:
        return Verdict(False, "no_collection", f'There is no collection "{asked.collection}".')
    if asked.exists is False:
        return Verdict(False, "no_item", f'There is no item with that key in "{asked.collection}".')
    return None


def _no_rule(asked: Asked, user: Standing, rules: Sequence[Reading]) -> Verdict | None:
    if rules:
        return None
    away = [policy.name for policy in user.policies if not policy.in_force]
    hint = f" Not in force from this address: {_listed(away)}." if away else ""
    what = f'"{asked.action}" on "{asked.collection}"'
    return Verdict(False, "no_rule", f"No policy in force has a rule for {what}.{hint}")


def _no_row(asked: Asked, rules: Sequence[Reading]) -> Verdict | None:
    if all(rule.fault for rule in rules):
        return Verdict(False, "no_row", f"Every rule names something that does not exist: {rules[0].fault}")
    if asked.exists and not any(rule.matches for rule in rules):
        return Verdict(False, "no_row", "No rule's condition holds for the item.")
    return None


def _no_field(rights: Rights, asked: Asked, rules: Sequence[Reading]) -> Verdict | None:
    if asked.action not in ("create", "read", "update"):
        return None
    unknown = _unknown_field(rights.schema, asked)
    if unknown is not None:
        return unknown
    for name in asked.fields:
        granting = [rule for rule in rules if rule.grants(name)]
        if not granting:
            return Verdict(False, "field", f'No rule grants the field "{name}".')
        if asked.action == "update" and asked.exists and not any(rule.matches for rule in granting):
            return Verdict(False, "field_on_row", f'No rule that holds for the item grants the field "{name}".')
    return None


def _unknown_field(schema: Schema, asked: Asked) -> Verdict | None:
    known = schema.collections[asked.collection].fields
    missing = [name for name in asked.fields if name not in known]
    if not missing:
        return None
    return Verdict(False, "no_field", f'There is no field {_listed(missing)} in "{asked.collection}".')


def _granted(asked: Asked, rules: Sequence[Reading]) -> Verdict:
    if asked.action == "create":
        return Verdict(True, "granted", "A rule grants it, if the item passes every validation.")
    if asked.exists is None:
        whole = any(not rule.condition for rule in rules)
        where = "every item" if whole else f"items for which {_either(len(rules))} holds"
        return Verdict(True, "granted" if whole else "some_rows", f"Granted on {where}.")
    if asked.action == "read":
        hidden = [n for n in asked.fields if not any(rule.matches and rule.grants(n) for rule in rules)]
        if hidden:
            return Verdict(True, "some_fields", f"The item may be read; {_listed(hidden)} is shown as null on it.")
    return Verdict(True, "granted", "A rule whose condition holds for the item grants it.")


def _reading(schema: Schema, collection: str, row: Mapping[str, Any], matches: bool | None) -> Reading:
    names = row.get("fields") or ()
    return Reading(
        row.get("policy"),
        row.get("id"),
        row.get("permissions") or None,
        matches,
        None if "*" in names else tuple(names),
        row.get("presets") or None,
        row.get("validation") or None,
        _fault(schema, collection, row.get("permissions")),
    )


def _fault(schema: Schema, collection: str, rule: Any) -> str | None:
    try:
        resolve.condition(schema, collection, rule)
    except RequestError as error:
        return error.message
    return None


def _either(count: int) -> str:
    return "the rule's condition" if count == 1 else f"one of {count} conditions"


def _listed(names: Any) -> str:
    return ", ".join(f'"{name}"' for name in names)


__all__ = ["Asked", "Held", "Reading", "Source", "Standing", "Verdict", "judge", "readings"]
