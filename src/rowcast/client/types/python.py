"""A data model as Python classes. Pure."""

from __future__ import annotations

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
_HEAD: Final = '''"""The collections of the project as classes. Written by `rowcast types`; write it again rather than change it."""

from __future__ import annotations

'''


def python(models: Sequence[Model]) -> str:
    """The text of a module."""
    known = {model.collection: model for model in models}
    classes = "".join(_class(model, known) for model in models)
    return _HEAD + _imports(classes) + classes


def _imports(classes: str) -> str:
    """What the classes use. Times have names of their own, since a field may be called ``date``."""
    words = set(re.findall(r"[A-Za-z]+", classes))
    times = [_TIMES[name] for name in _TIMES if name in words]
    lines = [f"from datetime import {', '.join(times)}"] if times else []
    lines.append("from typing import " + ("Any, ClassVar" if "Any" in words else "ClassVar"))
    lines += ["", "from msgspec import Struct" + (", field" if "= field(" in classes else "")]
    return "\n".join(lines) + "\n"


def _class(model: Model, known: dict[str, Model]) -> str:
    lines = ["", "", f"class {model.name}(Struct, kw_only=True):"]
    lines += [
        f'    """A row of `{model.collection}`."""',
        "",
        f'    __collection__: ClassVar[str] = "{model.collection}"',
        "",
    ]
    lines += [_line(member, known) for member in model.members]
    return "\n".join(lines) + "\n"


def _line(member: Member, known: dict[str, Model]) -> str:
    kind, name = _type(member, known), _identifier(member.name)
    default = _EMPTY.get(kind, "None") if member.primary else "None" if member.nullable else None
    if member.nullable and kind != "Any":
        kind += " | None"
    if name == member.name:
        return f"    {name}: {kind}" + (f" = {default}" if default is not None else "")
    given = f"default={default}, " if default is not None else ""
    return f'    {name}: {kind} = field({given}name="{member.name}")'


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
