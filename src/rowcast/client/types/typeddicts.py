"""A collection as a TypedDict: rows stay the dicts that they are. Pure."""

from __future__ import annotations

import keyword
from collections.abc import Sequence

from rowcast.client.types.model import Member, Model
from rowcast.client.types.structs import literal


def imports(classes: str) -> tuple[str, str]:
    """What is needed of ``typing``, and the line for the rest."""
    return "TypedDict", "from rowcast.client import collection"


def text(model: Model, members: Sequence[tuple[Member, str, str]]) -> str:
    """The class; by a call, where a field has a name that no member of a class can have."""
    plain = all(member.name.isidentifier() and not keyword.iskeyword(member.name) for member, _, _ in members)
    return "\n".join(["", "", *(_class if plain else _call)(model, members)]) + "\n"


def _class(model: Model, members: Sequence[tuple[Member, str, str]]) -> list[str]:
    lines = [f"@collection({literal(model.collection)})", f"class {model.name}(TypedDict):"]
    lines += [f'    """A row of `{model.collection}`."""', ""]
    return lines + [f"    {member.name}: {kind}" for member, _, kind in members]


def _call(model: Model, members: Sequence[tuple[Member, str, str]]) -> list[str]:
    lines = [f"{model.name} = TypedDict(", f"    {literal(model.name)},", "    {"]
    lines += [f"        {literal(member.name)}: {kind}," for member, _, kind in members]
    return [*lines, "    },", ")", f"collection({literal(model.collection)})({model.name})"]
