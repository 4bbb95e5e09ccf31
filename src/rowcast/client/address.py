"""Where the server is: from the address that a user has to the addresses of HTTP and WebSocket. Pure."""

from __future__ import annotations

from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from msgspec import Struct

from rowcast.errors import InvalidConfiguration

_HTTP = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
_SOCKET = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
PATH = "/websocket"


class Address(Struct, frozen=True):
    """``http`` has no slash at its end; ``socket`` is the whole address of the WebSocket."""

    http: str
    socket: str

    def with_token(self, token: str) -> str:
        """The WebSocket's address with a token in its query."""
        parts = urlsplit(self.socket)
        query = [(name, value) for name, value in parse_qsl(parts.query) if name != "access_token"]
        return urlunsplit(parts._replace(query=urlencode([*query, ("access_token", token)])))


def address(url: str, socket: str | None = None) -> Address:
    """Where the server of ``url`` is. A ``ws:`` address is used as it is for the WebSocket, and HTTP is what lies above its
    ``/websocket``; below an ``http:`` address the WebSocket is at ``/websocket``. ``socket`` says another.

    Raises InvalidConfiguration for an address of any other kind.
    """
    parts = _parts(url)
    if socket is not None:
        given = _parts(socket)
        socket = urlunsplit(given._replace(scheme=_SOCKET[given.scheme]))
    above = parts.path.rstrip("/").removesuffix(PATH)
    http = urlunsplit((_HTTP[parts.scheme], parts.netloc, above, "", ""))
    path = parts.path if parts.scheme in ("ws", "wss") and parts.path.strip("/") else above + PATH
    return Address(http, socket or urlunsplit((_SOCKET[parts.scheme], parts.netloc, path, parts.query, "")))


def _parts(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in _HTTP or not parts.hostname:
        raise InvalidConfiguration(f"{url!r} is no address of a server: it must begin with http, https, ws or wss.")
    if parts.username is not None:
        raise InvalidConfiguration("An address holds no user: give create_client a token, or email and password.")
    try:
        _ = parts.port
    except ValueError as error:
        raise InvalidConfiguration(f"{url!r} is no address of a server: {error}.") from error
    return parts
