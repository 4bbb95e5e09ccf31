"""The environment variables: name, the setting it sets, and the form of its value. Must not know the environment.

``docs/configuration.md`` describes each of them; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass

from rowcast.server import values as form
from rowcast.server.values import Form


@dataclass(frozen=True, slots=True)
class Variable:
    """``target`` is the dotted place of the setting: ``server.*`` in ServerSettings, everything else in Settings."""

    name: str
    target: str
    form: Form


_LEVEL = form.choice("trace", "debug", "info", "warn", "error", "fatal", "silent")
_MODE = form.choice("public", "handshake", "strict")
_SAME_SITE = form.choice("lax", "strict", "none")


def _group(prefix: str, target: str, **forms: Form) -> tuple[Variable, ...]:
    """Variables that are ``prefix`` and the setting's name in capitals."""
    return tuple(Variable(f"{prefix}{name.upper()}", f"{target}.{name}", each) for name, each in forms.items())


def _plain(**forms: Form) -> tuple[Variable, ...]:
    return tuple(Variable(name.upper(), name, each) for name, each in forms.items())


def _cookie(prefix: str, target: str) -> tuple[Variable, ...]:
    return _group(prefix, target, name=form.text, secure=form.boolean, same_site=_SAME_SITE, domain=form.text)


def _door(kind: str) -> tuple[Variable, ...]:
    """One of the two WebSocket doors that take the same settings."""
    forms = {
        "enabled": form.boolean,
        "path": form.path,
        "auth": _MODE,
        "auth_timeout": form.seconds,
        "conn_limit": form.unlimited(0),
    }
    return _group("WEBSOCKETS_", "websockets", **{f"{kind}_{name}": each for name, each in forms.items()})


_LIMIT = {"enabled": form.boolean, "points": form.integer(1), "duration": form.seconds}

SERVER = (
    *_group("", "server", host=form.text, port=form.integer(0, 65535)),
    *_group("", "server", admin_email=form.email, admin_password=form.text, admin_token=form.text),
    Variable("ROWCAST_SETUP", "server.setup", form.choice("generate", "page")),
    *_group("", "server", log_level=_LEVEL, log_style=form.choice("pretty", "raw")),
    Variable("SERVER_SHUTDOWN_TIMEOUT", "server.shutdown_timeout", form.span),
    Variable("ROWCAST_STUDIO_DIR", "studio_dir", form.text),
)

DATABASE = (
    Variable("DATABASE_URL", "server.database_url", form.text),
    Variable("DB_CLIENT", "server.db_client", form.choice("sqlite3", "sqlite")),
    Variable("DB_FILENAME", "server.db_filename", form.text),
    Variable("DB_CONNECTION_STRING", "server.db_connection_string", form.text),
)

GENERAL = (
    *_plain(secret=form.text, public_url=form.address),
    *_plain(query_limit_default=form.integer(-1), query_limit_max=form.unlimited(1)),
    *_plain(max_relational_depth=form.integer(1), max_batch_mutation=form.unlimited(1), max_payload_size=form.size),
    *_plain(query_timeout=form.span, ip_trust_proxy=form.proxy, ip_custom_header=form.header),
)

AUTH = (
    *_plain(access_token_ttl=form.whole_span, refresh_token_ttl=form.whole_span, session_cookie_ttl=form.whole_span),
    *_cookie("REFRESH_TOKEN_COOKIE_", "refresh_cookie"),
    *_cookie("SESSION_COOKIE_", "session_cookie"),
    *_plain(auth_disable_default=form.boolean, login_stall_time=form.span, register_stall_time=form.span),
    *_plain(user_invite_token_ttl=form.whole_span, email_verification_token_ttl=form.whole_span),
    *_plain(password_reset_token_ttl=form.whole_span, password_reset_url_allow_list=form.names),
    *_plain(user_invite_url_allow_list=form.names, user_register_url_allow_list=form.names),
)

SOCKETS = (
    Variable("WEBSOCKETS_ENABLED", "websockets.enabled", form.boolean),
    *_door("rest"),
    *_door("graphql"),
    *_group("WEBSOCKETS_", "websockets", heartbeat_enabled=form.boolean, heartbeat_period=form.seconds),
    *_group("WEBSOCKETS_", "websockets", logs_enabled=form.boolean, logs_path=form.path, logs_level=_LEVEL),
    *_group("WEBSOCKETS_", "websockets", logs_style=form.choice("pretty", "raw"), logs_conn_limit=form.unlimited(0)),
    Variable("WEBSOCKETS_COLLAB_ENABLED", "websockets.collab_enabled", form.boolean),
    Variable("ROWCAST_WEBSOCKETS_MAX_PAYLOAD_SIZE", "websockets.max_payload_size", form.size),
    Variable("ROWCAST_OUTBOX_SIZE", "websockets.outbox_size", form.size),
    Variable("ROWCAST_CHANNELS_ENABLED", "channels_enabled", form.boolean),
)

LIMITS = (
    *_group("RATE_LIMITER_", "rate_limiter", **_LIMIT),
    *_group("RATE_LIMITER_GLOBAL_", "rate_limiter_global", **_LIMIT),
    *_group("RATE_LIMITER_WEBSOCKETS_", "rate_limiter_websockets", **_LIMIT),
)

CORS = _group(
    "CORS_",
    "cors",
    enabled=form.boolean,
    origin=form.origins,
    methods=form.names,
    allowed_headers=form.names,
    exposed_headers=form.names,
    credentials=form.boolean,
    max_age=form.integer(0),
)

EMAIL = (
    Variable("EMAIL_FROM", "email.sender", form.email),
    Variable("EMAIL_TRANSPORT", "email.transport", form.choice("console", "smtp", "none")),
    *_group("EMAIL_", "email", smtp_host=form.text, smtp_port=form.integer(1, 65535), smtp_user=form.text),
    *_group("EMAIL_", "email", smtp_password=form.text, smtp_secure=form.boolean, smtp_ignore_tls=form.boolean),
)

FILES = (
    Variable("STORAGE_LOCATIONS", "files.locations", form.locations),
    *_group("FILES_", "files", max_upload_size=form.size, mime_type_allow_list=form.names),
    Variable("FILE_METADATA_ALLOW_LIST", "files.metadata_allow_list", form.names),
    Variable("IMPORT_IP_DENY_LIST", "files.import_ip_deny_list", form.addresses),
    Variable("ROWCAST_IMPORT_IP_ALLOW_LIST", "files.import_ip_allow_list", form.addresses),
    Variable("IMPORT_TIMEOUT", "files.import_timeout", form.span),
    Variable("IMPORT_MAX_FILE_SIZE", "files.import_max_file_size", form.size),
    Variable("ASSETS_CACHE_TTL", "assets.cache_ttl", form.whole_span),
    *_group("ASSETS_", "assets", transform_max_concurrent=form.integer(1)),
    *_group("ASSETS_", "assets", transform_image_max_dimension=form.integer(1, 30_000)),
    *_group("ASSETS_", "assets", transform_max_operations=form.integer(0), transform_timeout=form.span),
)
"""Besides, for each of the ``STORAGE_LOCATIONS``: ``STORAGE_<LOCATION>_DRIVER`` and ``STORAGE_<LOCATION>_ROOT``."""

GRAPHQL = _group(
    "GRAPHQL_",
    "graphql",
    introspection=form.boolean,
    query_token_limit=form.integer(1),
    schema_cache_capacity=form.integer(1),
    schema_generation_max_concurrent=form.integer(1),
)

METRICS = _group("METRICS_", "metrics", enabled=form.boolean, tokens=form.names)

EXTENSIONS = (
    Variable("EXTENSIONS_PATH", "server.extensions_path", form.text),
    Variable("ROWCAST_HOOK_TIMEOUT", "server.hook_timeout", form.seconds),
)

FLOWS = (Variable("FLOWS_ENV_ALLOW_LIST", "flows_env_allow_list", form.names),)

LOG = (
    Variable("ROWCAST_SYNCHRONOUS", "synchronous", form.choice("normal", "full")),
    Variable("ROWCAST_LOG_RETENTION", "log_retention", form.span),
    Variable("ROWCAST_LOG_SIZE", "log_size", form.integer(1)),
)

VARIABLES = (
    *SERVER,
    *DATABASE,
    *GENERAL,
    *AUTH,
    *SOCKETS,
    *LIMITS,
    *CORS,
    *GRAPHQL,
    *METRICS,
    *EMAIL,
    *FILES,
    *EXTENSIONS,
    *FLOWS,
    *LOG,
)
