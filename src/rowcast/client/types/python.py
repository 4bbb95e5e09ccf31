"""A data model as Python classes. Pure."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Sequence
from typing import Final

from rowcast.client.types.model import Member, Model

_TYPES: Final = {
    "boolean": "bool", "integer": "int", "bigInteger": "int | str", "float": "float", "decimal": "float", "string": "str",
    "text": "str", "uuid": "str", "hash": "str", "binary": "str", "timestamp": "DateTime", "dateTime": "DateTime",
    "date": "Date", "time": "Time", "csv": "list[str]",
}  # fmt: skip
_EMPTY: Final = {"int": "0", "str": '""', "int | str": "0", "float": "0.0", "bool": "False"}
_TIMES: Final = {"Date": "date as Date", "DateTime": "datetime as DateTime", "Time": "time as Time"}
_CHOSEN: Final = {"string": None, "text": None, "integer": None, "csv": "list", "json": "list"}
"""Types that choices can be for; several where the type is a list."""
_HEAD: Final = '''"""The collections of the project as classes. Written by `rowcast types`; write it again rather than change it."""

from __future__ import annotations

'''


def python(models: Sequence[Model]) -> str:
    """The text of a module."""
    known = {model.collection: model for model in models}
    names = _choice_names(models)
    classes = "".join(_class(model, known, names) for model in models)
    return _HEAD + _imports(classes, bool(names)) + _choices(models, names) + classes


def _imports(classes: str, has_choices: bool) -> str:
    """What the classes use. Times have names of their own, since a field may be called ``date``."""
    words = set(re.findall(r"[A-Za-z]+", classes))
    times = [_TIMES[name] for name in _TIMES if name in words]
    lines = [f"from datetime import {', '.join(times)}"] if times else []
    typing = [*(["TYPE_CHECKING"] if has_choices else []), *(["Any"] if "Any" in words else []), "ClassVar"]
    lines.append(f"from typing import {', '.join([*typing, 'Literal'] if has_choices else typing)}")
    lines += ["", "from msgspec import Struct" + (", field" if "= field(" in classes else "")]
    return "\n".join(lines) + "\n"


# ---- choices ----------------------------------------------------------------------------------------------------------


def _choice_names(models: Sequence[Model]) -> dict[tuple[str, str], str]:
    """A name of its own for what each field with choices may be."""
    taken, names = {model.name for model in models}, {}
    for model in models:
        for member in model.members:
            if member.choices and member.type in _CHOSEN:
                words = re.findall(r"[A-Za-z0-9]+", member.name)
                name = model.name + "".join(word[:1].upper() + word[1:] for word in words)
                while name in taken:
                    name += "_"
                taken.add(name)
                names[model.collection, member.name] = name
    return names


def _choices(models: Sequence[Model], names: dict[tuple[str, str], str]) -> str:
    """For the type checker they are what is offered; at run time what the database may hold besides is taken, too."""
    checked, run = [], []
    for model in models:
        for member in model.members:
            if name := names.get((model.collection, member.name)):
                checked.append(f"    {name} = Literal[{', '.join(map(_literal, member.choices))}]")
                run.append(f"    {name} = {' | '.join(sorted({type(each).__name__ for each in member.choices}))}")
    return "\n".join(["", "if TYPE_CHECKING:", *checked, "else:", *run, ""]) if names else ""


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


# ---- classes ----------------------------------------------------------------------------------------------------------


def _class(model: Model, known: dict[str, Model], names: dict[tuple[str, str], str]) -> str:
    lines = ["", "", f"class {model.name}(Struct, kw_only=True):"]
    lines += [
        f'    """A row of `{model.collection}`."""',
        "",
        f"    __collection__: ClassVar[str] = {_literal(model.collection)}",
        "",
    ]
    lines += [_line(member, known, names.get((model.collection, member.name))) for member in model.members]
    return "\n".join(lines) + "\n"


def _line(member: Member, known: dict[str, Model], chosen: str | None) -> str:
    kind, name = _type(member, known), _identifier(member.name)
    default = _default(member, kind)
    if chosen is not None:
        kind = chosen if _CHOSEN[member.type] is None else f"list[{chosen}]"
    if member.nullable and kind != "Any":
        kind += " | None"
    if name == member.name:
        return f"    {name}: {kind}" + (f" = {default}" if default is not None else "")
    given = f"default={default}, " if default is not None else ""
    return f"    {name}: {kind} = field({given}name={_literal(member.name)})"


def _default(member: Member, kind: str) -> str | None:
    """What need not be said of a new row: what the database fills in, and null."""
    if member.primary:
        return _EMPTY.get(kind, "None")
    if member.nullable:
        return "None"
    if type(member.default).__name__ != kind or (member.choices and member.default not in member.choices):
        return None
    return _literal(member.default) if isinstance(member.default, str) else repr(member.default)


def _type(member: Member, known: dict[str, Model]) -> str:
    """Of a relation, the key of the related row."""
    if member.many is not None:
        return f"list[{_key(known.get(member.many))}]"
    if member.type.startswith("geometry"):
        return "dict[str, Any]"
    return _TYPES.get(member.type, "Any")


def _key(model: Model | None) -> str:
    key = model.key if model is not None else None
    return "int | str" if key is None else _TYPES.get(key.type, "int | str")


def _identifier(name: str) -> str:
    plain = "".join(letter if letter.isalnum() or letter == "_" else "_" for letter in name)
    plain = f"_{plain}" if plain[:1].isdigit() else plain
    return f"{plain}_" if keyword.iskeyword(plain) else plain
