"""From texts to settings. Knows what is put in when none is given, and where the secret is kept; must not know what a setting is
for."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import quote, unquote

from rowcast.engine.settings import Files, Location, Settings
from rowcast.errors import InvalidConfiguration
from rowcast.server.texts import doubts, read_file, with_value
from rowcast.server.variables import VARIABLES
from rowcast.storage import DRIVERS

T = TypeVar("T")
_SQLITE = "sqlite:///"
SHORTEST_SECRET = 32
"""Bytes that a key of HS256 has to have (RFC 7518 section 3.2)."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What the listener and the first start need besides the engine's settings. The database is given in one of three ways;
    the chosen one is ``Settings.database``."""

    host: str = "127.0.0.1"
    port: int = 8055
    shutdown_timeout: float = 1.0
    admin_email: str = "admin@example.com"
    admin_password: str | None = field(default=None, repr=False)
    admin_token: str | None = field(default=None, repr=False)
    setup: Literal["generate", "page"] | None = None
    """Who makes the first administrator (``ROWCAST_SETUP``). None: the server; where nobody sees its output, the set-up page."""
    log_level: Literal["trace", "debug", "info", "warn", "error", "fatal", "silent"] = "info"
    log_style: Literal["pretty", "raw"] = "pretty"
    extensions_path: str = "./extensions"
    hook_timeout: float = 5.0
    database_url: str | None = field(default=None, repr=False)
    db_client: str | None = None
    db_filename: str | None = None
    db_connection_string: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of one process. ``secret_file`` is where the secret was generated just now, None when it was known. ``doubts``
    are sentences about what is probably not meant so."""

    engine: Settings
    server: ServerSettings
    secret_file: Path | None = None
    doubts: tuple[str, ...] = ()


def load(environment: Mapping[str, str] | None = None, *, existing: bool = False, **given: Any) -> Config:
    """Read the settings: defaults, then ``.env`` (or the file named by CONFIG_PATH), then the environment, then ``given``
    (fields of ServerSettings, None for not given). ``existing``: the database must be there. Raises InvalidConfiguration for the
    first value that is not allowed."""
    environment = os.environ if environment is None else environment
    written = read_file(environment.get("CONFIG_PATH") or None)
    texts = with_value(written, environment)
    groups = _grouped(_read(texts))
    files = groups.setdefault("files", {})
    files["locations"] = _locations(files.get("locations"), texts)
    server = _filled(
        ServerSettings(), {**groups.pop("server", {}), **{k: v for k, v in given.items() if v is not None}}
    )
    database = _database(server)
    if existing:
        _require(database_file(database))
    top = {"secret": None, **groups.pop("", {}), "database": database}
    top["flows_env"] = tuple((name, texts[name]) for name in top.get("flows_env_allow_list", ()) if name in texts)
    known, made = _secret(top["secret"], database)
    blank = Settings(known)
    nested = {name: _filled(getattr(blank, name), values) for name, values in _shared(groups).items()}
    found = (*doubts(written, environment), *_weakness(known))
    return Config(_filled(blank, {**top, "secret": known, **nested}), server, made, found)


def _read(texts: Mapping[str, str]) -> dict[str, Any]:
    """The checked values by target."""
    result: dict[str, Any] = {}
    for variable in VARIABLES:
        value = texts.get(variable.name)
        if value is None:
            continue
        try:
            result[variable.target] = variable.form.read(value)
        except ValueError:
            raise InvalidConfiguration(f'{variable.name} is "{value}", but must be {variable.form.allowed}.') from None
    return result


def _locations(names: Sequence[str] | None, texts: Mapping[str, str]) -> tuple[Location, ...]:
    """The storages of these names, each with the variables that bear its name."""
    if names is None:
        names = [each.name for each in Files().locations]
    return tuple(_location(name, f"STORAGE_{name.upper()}_", texts) for name in names)


def _location(name: str, prefix: str, texts: Mapping[str, str]) -> Location:
    driver = texts.get(prefix + "DRIVER", "local")
    if driver not in DRIVERS:
        raise InvalidConfiguration(f'{prefix}DRIVER is "{driver}", but must be {" or ".join(DRIVERS)}.')
    root = texts.get(prefix + "ROOT", Location(name).root if name == "local" else None)
    if root is None:
        raise InvalidConfiguration(f"{prefix}ROOT is not set, but must be the folder of the storage location {name}.")
    return Location(name, driver, root)


def _grouped(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = {}
    for target, value in values.items():
        group, _, name = target.rpartition(".")
        groups.setdefault(group, {})[name] = value
    return groups


def _shared(groups: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The socket's rate limit is that of the requests unless it is given itself."""
    requests, sockets = groups.get("rate_limiter"), groups.get("rate_limiter_websockets", {})
    return {**groups, "rate_limiter_websockets": {**requests, **sockets}} if requests else groups


def _filled(default: T, values: Mapping[str, Any]) -> T:
    return replace(default, **values)  # type: ignore[type-var]


def _database(server: ServerSettings) -> str:
    """The database as one URL."""
    url = server.database_url or server.db_connection_string
    if url is None:
        return _SQLITE + quote(server.db_filename or "data/rowcast.db")
    name = "DATABASE_URL" if server.database_url else "DB_CONNECTION_STRING"
    if not url.startswith(_SQLITE) or len(url) == len(_SQLITE):
        raise InvalidConfiguration(f'{name} is "{_masked(url)}", but must be sqlite:/// and the path of a file.')
    return url


def _masked(url: str) -> str:
    """The URL without what stands before the host: it may hold a password."""
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}" if "@" in rest else url


def database_file(url: str) -> Path:
    """The file of an embedded database."""
    return Path(unquote(url.removeprefix(_SQLITE)))


def _secret(given: str | None, database: str) -> tuple[str, Path | None]:
    """The secret: the given one, the one kept beside the database, or a new one that is kept there."""
    if given is not None:
        return given, None
    file = database_file(database).with_suffix(".secret")
    new = secrets.token_urlsafe(48)
    try:
        if file.is_file() and (kept := file.read_text().strip()):
            return kept, None
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            stream.write(new + "\n")
    except OSError as error:
        raise InvalidConfiguration(f"{error.filename or file} cannot be read or made: {error.strerror}.") from None
    return new, file


def _weakness(secret: str) -> Iterator[str]:
    if (size := len(secret.encode())) < SHORTEST_SECRET:
        yield f"SECRET has {size} bytes; use at least {SHORTEST_SECRET} (openssl rand -hex 32)."


def _require(file: Path) -> None:
    if not file.is_file():
        raise InvalidConfiguration(
            f'There is no database {file}. Make one with "rowcast init", or name another with --database.'
        )
