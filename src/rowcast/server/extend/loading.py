"""Finds extensions: an application by its name, modules in a folder. Must not know what they register."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from rowcast.errors import InvalidConfiguration

if TYPE_CHECKING:
    from rowcast.server.extend.app import Rowcast

PACKAGE = "rowcast_extensions"
"""The modules of a folder are known under this name, so that they cannot hide others."""
_OTHERS = (Path(__file__).parents[2], *(Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")))
"""Where code lies that is not the extension's: this program, Python, libraries."""


def load_app(target: str) -> Rowcast:
    """The application that ``module:name`` stands for. Raises InvalidConfiguration with what is wrong."""
    from rowcast.server.extend.app import Rowcast

    module, mark, name = target.partition(":")
    if not mark or not module or not name:
        raise InvalidConfiguration(f'--app is "{target}", but must be module:name, for example main:app.')
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    found: Any = _imported(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    if not isinstance(found, Rowcast):
        raise InvalidConfiguration(f'--app is "{target}", but {name} in {module} is no Rowcast application.')
    return found


def load_folder(app: Rowcast, folder: Path, *, required: bool) -> list[str]:
    """Have every module and package in the folder register itself with its function ``register(app)``, in the order of their
    names; those that begin with ``_`` or ``.`` are left out. Returns the names. A module that cannot be loaded stops the start:
    the server would go on without the checks that it adds. Raises InvalidConfiguration."""
    if not folder.is_dir():
        if required:
            raise InvalidConfiguration(f'EXTENSIONS_PATH is "{folder}", but must be a folder.')
        return []
    names = []
    for name, file in _sources(folder):
        _register(app, file, _executed(name, file))
        names.append(name)
    return names


def _sources(folder: Path) -> Iterator[tuple[str, Path]]:
    for entry in sorted(folder.iterdir()):
        if entry.name[0] in "_.":
            continue
        if entry.is_dir() and (entry / "__init__.py").is_file():
            yield entry.name, entry / "__init__.py"
        elif entry.suffix == ".py":
            yield entry.stem, entry


def _imported(module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except Exception as error:
        raise InvalidConfiguration(f"{module} cannot be imported{_told(error)}") from error


def _executed(name: str, file: Path) -> ModuleType:
    full = f"{PACKAGE}.{name}"
    places = [str(file.parent)] if file.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(full, file, submodule_search_locations=places)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(PACKAGE, ModuleType(PACKAGE))
    sys.modules[full] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[full]
        raise InvalidConfiguration(f"The extension {file} cannot be loaded{_told(error)}") from error
    return module


def _register(app: Rowcast, file: Path, module: ModuleType) -> None:
    register = getattr(module, "register", None)
    if not callable(register):
        raise InvalidConfiguration(f"The extension {file} has no function register(app).")
    try:
        register(app)
    except Exception as error:
        raise InvalidConfiguration(f"The extension {file} cannot be registered{_told(error)}") from error


def _told(error: Exception) -> str:
    """Where it went wrong, as far as that is not in a library or in this program, and what it is."""
    what = str(error) if isinstance(error, InvalidConfiguration) else f"{type(error).__name__}: {error}"
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_theirs(frame.filename)]
    return f" ({Path(lines[-1].filename).name}, line {lines[-1].lineno}): {what}" if lines else f": {what}"


def _is_theirs(file: str) -> bool:
    return not file.startswith("<") and not any(Path(file).is_relative_to(place) for place in _OTHERS)
