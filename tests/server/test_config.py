"""Settings from variables: defaults, forms, precedence."""

from __future__ import annotations

from pathlib import Path

import pytest

from rowcast.engine.settings import Cookie, RateLimit
from rowcast.errors import InvalidConfiguration
from rowcast.server.config import database_file, load
from rowcast.server.texts import doubts
from rowcast.server.values import proxy, size, span, unlimited
from rowcast.server.variables import VARIABLES

KNOWN = {"SECRET": "s" * 32, "CONFIG_PATH": "/dev/null"}


def test_defaults() -> None:
    config = load(KNOWN)
    assert (config.server.host, config.server.port) == ("127.0.0.1", 8055)
    assert config.engine.websockets.enabled
    assert config.engine.websockets.rest_auth == "handshake"
    assert config.engine.access_token_ttl == 900
    assert config.engine.session_cookie == Cookie("directus_session_token")
    assert config.secret_file is None


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("DATABASE_URL", "sqlite:///a/b.db", Path("a/b.db")),
        ("DATABASE_URL", "sqlite:////srv/b%20c.db", Path("/srv/b c.db")),
        ("DB_CONNECTION_STRING", "sqlite:///c.db", Path("c.db")),
        ("DB_FILENAME", "/srv/50%.db", Path("/srv/50%.db")),
    ],
)
def test_the_database_is_given_in_three_ways(name: str, text: str, expected: Path) -> None:
    assert database_file(load({**KNOWN, name: text}).engine.database) == expected


def test_arguments_win_and_empty_values_count_as_not_given() -> None:
    config = load({**KNOWN, "PORT": "9000", "HOST": " "}, port=0, host=None)
    assert (config.server.port, config.server.host) == (0, "127.0.0.1")


def test_the_limit_of_requests_holds_for_sockets_unless_they_have_their_own() -> None:
    limits = {**KNOWN, "RATE_LIMITER_ENABLED": "true", "RATE_LIMITER_POINTS": "7"}
    assert load(limits).engine.rate_limiter_websockets == RateLimit(True, 7, 1.0)
    own = load({**limits, "RATE_LIMITER_WEBSOCKETS_POINTS": "9"}).engine
    assert (own.rate_limiter.points, own.rate_limiter_websockets.points) == (7, 9)


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    variables = {"DB_FILENAME": str(tmp_path / "rows.db"), "CONFIG_PATH": "/dev/null"}
    first = load(variables)
    assert first.secret_file == tmp_path / "rows.secret"
    second = load(variables)
    assert second.secret_file is None
    assert second.engine.secret == first.engine.secret


def test_a_foreign_database_is_refused_without_telling_its_password() -> None:
    with pytest.raises(InvalidConfiguration) as refused:
        load({**KNOWN, "DATABASE_URL": "postgres://joe:hidden@host/db"})
    assert "hidden" not in refused.value.message


def test_secrets_are_not_shown() -> None:
    config = load({**KNOWN, "ADMIN_PASSWORD": "hidden-1", "ADMIN_TOKEN": "hidden-2", "EMAIL_SMTP_PASSWORD": "hidden-3"})
    assert "hidden" not in repr(config)
    assert KNOWN["SECRET"] not in repr(config)


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration, match="cannot be read"):
        load({**KNOWN, "CONFIG_PATH": str(tmp_path / "none")})


@pytest.mark.parametrize(
    ("written", "environment", "told"),
    [
        (["PROT"], [], ["PROT is no setting: did you mean PORT?"]),
        (["DATABASE_URI"], ["DATABASE_URL"], []),
        (["DB_HOST", "CACHE_ENABLED", "REDIS_HOST", "POSTGRES_PORT", "APP_PORT"], ["PROT"], []),
        ([], ["WEBSOCKETS_FOO", "ROWCAST_TOKEN"], ["WEBSOCKETS_FOO is no setting."]),
        (
            ["STORAGE_S3_ROOT"],
            ["WEBSOCKETS_REST_PATHS"],
            ["WEBSOCKETS_REST_PATHS is no setting: did you mean WEBSOCKETS_REST_PATH?"],
        ),
    ],
)
def test_names_that_are_none(written: list[str], environment: list[str], told: list[str]) -> None:
    assert list(doubts(written, environment)) == told


def test_each_variable_has_one_place() -> None:
    assert len({each.name for each in VARIABLES}) == len(VARIABLES)
    assert len({each.target for each in VARIABLES}) == len(VARIABLES)


def test_forms() -> None:
    assert [span.read(text) for text in ("15m", "7 days", "500", "1.5s")] == [900, 604_800, 0.5, 1.5]
    assert [size.read(text) for text in ("1mb", "500kb", "77")] == [1_048_576, 512_000, 77]
    assert unlimited(1).read("-1") is None
    assert proxy.read("2") == 2
    assert proxy.read("loopback,10.1.0.0/16") == ("127.0.0.0/8", "::1/128", "10.1.0.0/16")
    with pytest.raises(ValueError, match="nowhere"):
        proxy.read("nowhere")


def test_storages(tmp_path: Path) -> None:
    def locations(**variables: str) -> list[tuple[str, str]]:
        config = load({"SECRET": "s", "CONFIG_PATH": "/dev/null", **variables})
        return [(each.name, each.root) for each in config.engine.files.locations]

    assert locations() == [("local", "./uploads")]
    assert locations(STORAGE_LOCAL_ROOT="/srv/files") == [("local", "/srv/files")]
    two = {"STORAGE_LOCATIONS": "local, archive", "STORAGE_ARCHIVE_ROOT": "/srv/old", "STORAGE_ARCHIVE_DRIVER": "local"}
    assert locations(**two) == [("local", "./uploads"), ("archive", "/srv/old")]
    for wrong, told in (
        ({"STORAGE_LOCATIONS": "../x"}, "STORAGE_LOCATIONS is"),
        ({"STORAGE_LOCATIONS": "archive"}, "STORAGE_ARCHIVE_ROOT is not set"),
        ({"STORAGE_LOCAL_DRIVER": "s3"}, 'STORAGE_LOCAL_DRIVER is "s3"'),
        ({"IMPORT_IP_DENY_LIST": "localhost"}, "IMPORT_IP_DENY_LIST is"),
    ):
        with pytest.raises(InvalidConfiguration, match=told):
            locations(**wrong)
