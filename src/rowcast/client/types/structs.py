"""A collection as a msgspec Struct. Pure."""

from __future__ import annotations

import json
import keyword
from collections.abc import Sequence
from typing import Final

from rowcast.client.types.model import Member, Model

_EMPTY: Final = {"int": "0", "str": '""', "int | str": "0", "float": "0.0", "bool": "False"}


def imports(classes: str) -> tuple[str, str]:
    """What is needed of ``typing``, and the line for the rest."""
    return "ClassVar", "from msgspec import Struct" + (", field" if "= field(" in classes else "")


def text(model: Model, members: Sequence[tuple[Member, str, str]]) -> str:
    """The class. Of each member the type that it is in the database, and the one to write."""
    lines = ["", "", f"class {model.name}(Struct, kw_only=True):"]
    lines += [f'    """A row of `{model.collection}`."""', ""]
    lines += [f"    __collection__: ClassVar[str] = {literal(model.collection)}", ""]
    lines += [_line(member, plain, kind) for member, plain, kind in members]
    return "\n".join(lines) + "\n"


def _line(member: Member, plain: str, kind: str) -> str:
    name, default = _identifier(member.name), _default(member, plain)
    if name == member.name:
        return f"    {name}: {kind}" + (f" = {default}" if default is not None else "")
    given = f"default={default}, " if default is not None else ""
    return f"    {name}: {kind} = field({given}name={literal(member.name)})"


def _default(member: Member, kind: str) -> str | None:
    """What need not be said of a new row: what the database fills in, and null."""
    if member.primary:
        return _EMPTY.get(kind, "None")
    if member.nullable:
        return "None"
    if type(member.default).__name__ != kind or (member.choices and member.default not in member.choices):
        return None
    return literal(member.default) if isinstance(member.default, str) else repr(member.default)


def _identifier(name: str) -> str:
    plain = "".join(letter if letter.isalnum() or letter == "_" else "_" for letter in name)
    plain = f"_{plain}" if plain[:1].isdigit() else plain
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def literal(value: object) -> str:
    """A value as it stands in a program."""
    return json.dumps(value, ensure_ascii=False)
