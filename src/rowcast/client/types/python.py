"""A data model as Python classes, in the style that is wanted. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from rowcast.client.types import structs, typeddicts
from rowcast.client.types.model import Member, Model
from rowcast.client.types.structs import literal

_TYPES: Final = {
    "boolean": "bool", "integer": "int", "bigInteger": "int | str", "float": "float", "decimal": "float", "string": "str",
    "text": "str", "uuid": "str", "hash": "str", "binary": "str", "timestamp": "DateTime", "dateTime": "DateTime",
    "date": "Date", "time": "Time", "csv": "list[str]",
}  # fmt: skip
_TIMES: Final = {"Date": "date as Date", "DateTime": "datetime as DateTime", "Time": "time as Time"}
_CHOSEN: Final = {"string": None, "text": None, "integer": None, "csv": "list", "json": "list"}
"""Types that choices can be for; several where the type is a list."""
_HEAD: Final = '''"""The collections of the project as classes. Written by `rowcast types`; write it again rather than change it."""

from __future__ import annotations

'''


Style = Literal["struct", "typeddict"]
"""Classes of msgspec, or dicts whose members are known."""
_STYLES: Final = {"struct": structs, "typeddict": typeddicts}


def python(models: Sequence[Model], style: Style = "struct") -> str:
    """The text of a module."""
    known = {model.collection: model for model in models}
    names = _choice_names(models)
    written = _STYLES[style]
    classes = "".join(
        written.text(
            model, [(each, *_kinds(each, known, names.get((model.collection, each.name)))) for each in model.members]
        )
        for model in models
    )
    return _HEAD + _imports(classes, bool(names), style) + _choices(models, names) + classes


def _imports(classes: str, has_choices: bool, style: Style) -> str:
    """What the classes use. Times have names of their own, since a field may be called ``date``."""
    words = set(re.findall(r"[A-Za-z]+", classes))
    times = [_TIMES[name] for name in _TIMES if name in words]
    lines = [f"from datetime import {', '.join(times)}"] if times else []
    typing = [*(["TYPE_CHECKING", "Literal"] if has_choices else []), *(["Any"] if "Any" in words else [])]
    own, others = _STYLES[style].imports(classes)
    lines.append(f"from typing import {', '.join(sorted([*typing, own], key=_as_ruff))}")
    return "\n".join([*lines, "", others]) + "\n"


def _as_ruff(name: str) -> tuple[bool, str]:
    """Constants come first."""
    return (not name.isupper() and "_" not in name, name)


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
                checked.append(f"    {name} = Literal[{', '.join(map(literal, member.choices))}]")
                run.append(f"    {name} = {' | '.join(sorted({type(each).__name__ for each in member.choices}))}")
    return "\n".join(["", "if TYPE_CHECKING:", *checked, "else:", *run, ""]) if names else ""


# ---- types ------------------------------------------------------------------------------------------------------------


def _kinds(member: Member, known: dict[str, Model], chosen: str | None) -> tuple[str, str]:
    """The type that it is in the database, and the one that is written: of choices, those; or null."""
    plain = kind = _type(member, known)
    if chosen is not None:
        kind = chosen if _CHOSEN[member.type] is None else f"list[{chosen}]"
    return plain, f"{kind} | None" if member.nullable and kind != "Any" else kind


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
