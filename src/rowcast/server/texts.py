"""The settings as they are written: lines of the file, then the environment. Knows which names there are, so that a typing error is
not taken for somebody else's variable; must not know what a setting is for."""

from __future__ import annotations

import difflib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rowcast.errors import InvalidConfiguration
from rowcast.server.variables import VARIABLES

NAMES = frozenset({variable.name for variable in VARIABLES} | {"SECRET", "CONFIG_PATH"})
_OTHERS = frozenset({"ROWCAST_URL", "ROWCAST_TOKEN", "ROWCAST_EMAIL", "ROWCAST_PASSWORD"})
"""Those of the client."""
_OURS = ("ROWCAST_", "WEBSOCKETS_")
"""Nobody else's names begin like this."""
_NEAR = 0.85
"""How much alike two names are of which one is meant."""
_STORAGE = re.compile(r"STORAGE_\w+_(DRIVER|ROOT)")
_DELICATE = re.compile("secret|password|token|key", re.IGNORECASE)


def read_file(named: str | None) -> dict[str, str | None]:
    """What the file of settings says: the one that is ``named``, else ``.env``, if it is there. Raises InvalidConfiguration."""
    file = Path(named or ".env")
    if named is None and not file.is_file():
        return {}
    text = _text(file)
    from dotenv import dotenv_values
    from dotenv.parser import parse_stream

    for line in parse_stream(io.StringIO(text)):
        if line.error or (line.value is None and line.key in NAMES):
            written = line.original.string
            number = line.original.line + len(written) - len(written.lstrip("\n"))
            raise InvalidConfiguration(f'{file} line {number}: "{_harmless(written.strip())}" is no NAME=value.')
    return dotenv_values(stream=io.StringIO(text))


def doubts(written: Iterable[str], environment: Iterable[str]) -> Iterator[str]:
    """A sentence for each name in the file and in the environment that is probably meant for us and is none of ours. The file may
    be shared with other programs, and the environment always is."""
    given = {*written, *environment}
    for name in sorted(given - NAMES - _OTHERS):
        near = [each for each in _meant(name) if each not in given]
        if _STORAGE.fullmatch(name) or not (name.startswith(_OURS) or (near and name in written)):
            continue
        yield f"{name} is no setting" + (f": did you mean {near[0]}?" if near else ".")


def _meant(name: str) -> list[str]:
    """Our names that are nearly the same, the best first."""
    turned = [each for each in sorted(NAMES) if sorted(each) == sorted(name)]
    return turned or difflib.get_close_matches(name, sorted(NAMES), 1, _NEAR)


def with_value(*sources: Mapping[str, str | None]) -> dict[str, str]:
    """All variables, the later source winning: an empty one counts as not given."""
    texts = {name: value for source in sources for name, value in source.items()}
    return {name: value.strip() for name, value in texts.items() if value and value.strip()}


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidConfiguration(f"{file} is no text in UTF-8.") from None
    except OSError as error:
        raise InvalidConfiguration(f"The settings in {file} cannot be read: {error.strerror}.") from None


def _harmless(line: str) -> str:
    """A line that may hold a secret is told by its first word alone."""
    return f"{line.split()[0]} …" if _DELICATE.search(line) and " " in line else line[:60]
