"""A data model as TypeScript interfaces, for the schema type of the JavaScript SDK. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from rowcast.client.types.model import Member, Model

_TYPES: Final = {
    "boolean": "boolean", "integer": "number", "bigInteger": "number | string", "float": "number", "decimal": "number",
    "timestamp": "string", "dateTime": "string", "date": "string", "time": "string", "string": "string", "text": "string",
    "uuid": "string", "hash": "string", "binary": "string", "csv": "string[]",
}  # fmt: skip

_CHOSEN: Final = {"string": None, "number": None, "string[]": "[]", "unknown": "[]"}
"""Types that choices can be for; several where the type is a list."""


def typescript(models: Sequence[Model]) -> str:
    """The text of a module: an interface for each collection, and ``Schema`` with all of them."""
    known = {model.collection: model for model in models}
    parts = ["// The collections of the project. Written by `rowcast types`; write it again rather than change it."]
    parts += [_interface(model, known) for model in models]
    members = [f"  {_name(model.collection)}: {model.name}{'' if model.singleton else '[]'};" for model in models]
    return "\n\n".join([*parts, "\n".join(["export interface Schema {", *members, "}"])]) + "\n"


def _interface(model: Model, known: dict[str, Model]) -> str:
    lines = [f"  {_name(member.name)}: {_type(member, known)};" for member in model.members]
    return "\n".join([f"export interface {model.name} {{", *lines, "}"])


def _type(member: Member, known: dict[str, Model]) -> str:
    if member.many is not None:
        return f"{_key(known.get(member.many))}[]" + _or(known, member.many, "[]")
    kind = _plain(member) + "".join(_or(known, each, "") for each in member.one)
    return f"{kind} | null" if member.nullable and kind != "unknown" else kind


def _plain(member: Member) -> str:
    """The type without what it leads to; of choices, what is offered."""
    kind = _TYPES.get(member.type, "unknown")
    offered = " | ".join(json.dumps(each, ensure_ascii=False) for each in member.choices)
    if not offered or kind not in _CHOSEN:
        return kind
    return offered if _CHOSEN[kind] is None else f"({offered})[]"


def _or(known: dict[str, Model], collection: str, many: str) -> str:
    """A related row may be read in place of its key."""
    return f" | {known[collection].name}{many}" if collection in known else ""


def _key(model: Model | None) -> str:
    key = model.key if model is not None else None
    kind = "number | string" if key is None else _TYPES.get(key.type, "number | string")
    return f"({kind})" if " " in kind else kind


def _name(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_$][\w$]*", name) else json.dumps(name)
