"""What the program may be told from outside, as plain typed values. Must not know where a value comes from (the environment,
a file, a test): ``server.config`` reads and checks them.

Rule of names: a setting is its environment variable in lower case. Times are seconds, sizes are bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

AuthMode = Literal["public", "handshake", "strict"]
SameSite = Literal["lax", "strict", "none"]
EmailTransport = Literal["console", "smtp", "none"]

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Cookie:
    """How one cookie is set."""

    name: str
    secure: bool = False
    same_site: SameSite = "lax"
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most ``points`` in ``duration`` seconds. Not enabled: no limit."""

    enabled: bool = False
    points: int = 50
    duration: float = 1.0


@dataclass(frozen=True, slots=True)
class Cors:
    """Whom the server answers across origins. ``origin``: True is everybody (the caller's origin is echoed), False nobody,
    else the exact origins; a text in slashes is a regular expression."""

    enabled: bool = False
    origin: bool | tuple[str, ...] = False
    methods: tuple[str, ...] = ("GET", "POST", "PATCH", "DELETE")
    allowed_headers: tuple[str, ...] = ("Content-Type", "Authorization")
    exposed_headers: tuple[str, ...] = ("Content-Range",)
    credentials: bool = True
    max_age: int = 18_000


@dataclass(frozen=True, slots=True)
class Sockets:
    """The WebSocket door (``WEBSOCKETS_*``). ``conn_limit`` None: any number."""

    enabled: bool = True
    rest_enabled: bool = True
    rest_path: str = "/websocket"
    rest_auth: AuthMode = "handshake"
    rest_auth_timeout: float = 10.0
    rest_conn_limit: int | None = None
    graphql_enabled: bool = True
    graphql_path: str = "/graphql"
    graphql_auth: AuthMode = "handshake"
    graphql_auth_timeout: float = 10.0
    graphql_conn_limit: int | None = None
    heartbeat_enabled: bool = True
    heartbeat_period: float = 30.0
    logs_enabled: bool = True
    logs_path: str = "/websocket/logs"
    logs_level: str = "info"
    logs_style: Literal["pretty", "raw"] = "pretty"
    logs_conn_limit: int | None = None
    collab_enabled: bool = True
    max_payload_size: int = 16 * 1024 * 1024
    """The longest message that is taken (``ROWCAST_WEBSOCKETS_MAX_PAYLOAD_SIZE``)."""
    outbox_size: int = 1024 * 1024
    """The bytes that may wait for one connection (``ROWCAST_OUTBOX_SIZE``)."""


@dataclass(frozen=True, slots=True)
class GraphQL:
    """The GraphQL door (``GRAPHQL_*``). ``query_token_limit``: words and signs in one document; the schemas of that
    many classes of callers are kept, and so many are made at a time."""

    introspection: bool = True
    query_token_limit: int = 5000
    schema_cache_capacity: int = 100
    schema_generation_max_concurrent: int = 5


@dataclass(frozen=True, slots=True)
class Email:
    """How mail leaves. ``console`` writes it to the log (for development)."""

    transport: EmailTransport = "console"
    sender: str = "no-reply@example.com"
    smtp_host: str = "localhost"
    smtp_port: int = 587
    smtp_user: str | None = None
    smtp_password: str | None = None
    smtp_secure: bool = False
    smtp_ignore_tls: bool = False


@dataclass(frozen=True, slots=True)
class Location:
    """One place where files are kept (``STORAGE_<NAME>_*``). ``driver``: its kind, ``root``: its folder."""

    name: str
    driver: str = "local"
    root: str = "./uploads"


@dataclass(frozen=True, slots=True)
class Files:
    """What may be uploaded and where it goes: to the first of the ``locations`` unless the upload names another.
    ``max_upload_size`` None: of any size."""

    locations: tuple[Location, ...] = (Location("local"),)
    max_upload_size: int | None = None
    mime_type_allow_list: tuple[str, ...] = ("*/*",)
    metadata_allow_list: tuple[str, ...] = (
        "ifd0.Make",
        "ifd0.Model",
        "exif.FNumber",
        "exif.ExposureTime",
        "exif.FocalLength",
        "exif.ISOSpeedRatings",
    )
    import_ip_deny_list: tuple[str, ...] = ()
    import_ip_allow_list: tuple[str, ...] = ()
    """Addresses inside from which files may be fetched all the same (``ROWCAST_IMPORT_IP_ALLOW_LIST``)."""
    import_timeout: float = 600.0
    import_max_file_size: int = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Assets:
    """How files are shown. ``cache_ttl``: seconds that others may keep them; ``transform_max_concurrent``: pictures
    that are made or wait for it, at a time."""

    cache_ttl: int = 30 * _DAY
    transform_max_concurrent: int = 25
    transform_image_max_dimension: int = 6000
    transform_max_operations: int = 5
    transform_timeout: float = 7.5


@dataclass(frozen=True, slots=True)
class Metrics:
    """Whether ``/metrics`` is there, and the tokens that open it besides those of administrators."""

    enabled: bool = False
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that shapes behaviour behind the listener. ``secret`` signs tokens; there is no safe default for it."""

    secret: str
    database: str = "sqlite:///data/rowcast.db"
    public_url: str = "/"

    query_limit_default: int = 100
    query_limit_max: int | None = None
    max_relational_depth: int = 10
    max_batch_mutation: int | None = None
    max_payload_size: int = 1024 * 1024
    query_timeout: float = 30.0

    access_token_ttl: int = 15 * 60
    refresh_token_ttl: int = 7 * _DAY
    session_cookie_ttl: int = _DAY
    refresh_cookie: Cookie = Cookie("directus_refresh_token")
    session_cookie: Cookie = Cookie("directus_session_token")

    auth_disable_default: bool = False
    login_stall_time: float = 0.5
    register_stall_time: float = 0.75
    user_invite_token_ttl: int = 7 * _DAY
    email_verification_token_ttl: int = 7 * _DAY
    password_reset_token_ttl: int = _DAY
    user_invite_url_allow_list: tuple[str, ...] = ()
    user_register_url_allow_list: tuple[str, ...] = ()
    password_reset_url_allow_list: tuple[str, ...] = ()

    ip_trust_proxy: bool | int | tuple[str, ...] = False
    ip_custom_header: str | None = None
    synchronous: Literal["normal", "full"] = "normal"
    """``full`` survives the death of the machine, ``normal`` that of the process (``ROWCAST_SYNCHRONOUS``)."""
    log_retention: float = _DAY
    log_size: int = 200_000
    """Age in seconds and number of changes that the change log keeps (``ROWCAST_LOG_RETENTION``, ``ROWCAST_LOG_SIZE``)."""

    studio_dir: str | None = None
    """Where the Studio's built files are; None: those of the package (``ROWCAST_STUDIO_DIR``)."""
    channels_enabled: bool = True
    """Whether connections may meet on channels (``ROWCAST_CHANNELS_ENABLED``)."""
    flows_env_allow_list: tuple[str, ...] = ()
    flows_env: tuple[tuple[str, str], ...] = ()
    """The variables of the environment that flows may read, and their values (``FLOWS_ENV_ALLOW_LIST``)."""

    email: Email = Email()
    files: Files = Files()
    assets: Assets = Assets()
    websockets: Sockets = Sockets()
    graphql: GraphQL = GraphQL()
    cors: Cors = Cors()
    metrics: Metrics = Metrics()
    rate_limiter: RateLimit = RateLimit()
    rate_limiter_global: RateLimit = RateLimit(points=1000)
    rate_limiter_websockets: RateLimit = RateLimit()

    def __repr__(self) -> str:
        return f"Settings(database={self.database!r}, public_url={self.public_url!r})"
