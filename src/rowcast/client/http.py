"""HTTP to the server over ``httpx``: who asks, which error an answer is. Must not know what is asked."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import anyio
import msgspec
from msgspec import Raw, Struct

from rowcast.client.ask import Reply
from rowcast.client.credentials import Credentials
from rowcast.client.faults import Fault, errors_of
from rowcast.client.frames import Meta, encode
from rowcast.client.proxy import Proxy
from rowcast.errors import ConnectionLost, InvalidCredentials, OutOfTime

if TYPE_CHECKING:
    import httpx

_EARLY = 30.0
"""Seconds before its end at which an access token is renewed."""


class Envelope(Struct):
    """What an answer holds."""

    data: Raw = Raw(b"")
    meta: Meta = Meta()
    errors: list[Fault] = []


class Login(Struct, frozen=True):
    """What a login gives. ``expires`` is in milliseconds from then on."""

    access_token: str | None = None
    expires: int | None = None
    refresh_token: str | None = None


_envelope = msgspec.json.Decoder(Envelope).decode


class Transport(Protocol):
    """How requests travel."""

    @property
    def headers(self) -> Mapping[str, str]:
        """More headers."""

    @property
    def tls(self) -> ssl.SSLContext | None:
        """Whom to trust, if not whom everybody does."""

    @property
    def proxy(self) -> Proxy:
        """See ``Proxy``."""


class Http:
    """Asks in the name of the credentials: logs in when the first question is asked, and again when the login ends."""

    def __init__(self, base: str, credentials: Credentials, options: Transport, timeout: float) -> None:
        self._base, self._options, self._timeout = base, options, timeout
        self._given = credentials
        self._client: httpx.AsyncClient | None = None
        self._lock = anyio.Lock()
        self._login = Login(refresh_token=credentials.refresh_token)
        self._ends = 0.0

    async def aclose(self) -> None:
        """Close its connections; it may be used again."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    # ---- who asks -----------------------------------------------------------------------------------------------------

    async def token(self, fresh: bool = False) -> str | None:
        """An access token. ``fresh``: not one that was given before, if there is a choice."""
        if not self._given.given and not self.is_logged_in:
            return None
        fixed = await self._given.fixed()
        return fixed if fixed is not None else await self.session_token(fresh)

    async def session_token(self, fresh: bool = False) -> str:
        """The access token of this client's own login. Raises InvalidCredentials if there is none to be had."""
        async with self._lock:
            if fresh or self._login.access_token is None or time.monotonic() > self._ends:
                await self._renew()
        if self._login.access_token is None:
            raise InvalidCredentials
        return self._login.access_token

    async def _renew(self) -> None:
        refresh, given = self._login.refresh_token, self._given
        if refresh is not None:
            self._login = Login()
            try:
                return await self.log_in("/auth/refresh", {"refresh_token": refresh, "mode": "json"})
            except InvalidCredentials:
                if given.email is None:
                    raise
        if given.email is None:
            raise InvalidCredentials("There is no login, or its refresh token is spent.")
        said = {"email": given.email, "password": given.password, "otp": given.otp, "mode": "json"}
        return await self.log_in("/auth/login", {name: value for name, value in said.items() if value is not None})

    async def log_in(self, path: str, body: Mapping[str, Any]) -> None:
        """Ask for a login; from then on its token is used."""
        reply = await self.ask("POST", path, body=body, known=False)
        self.accept(msgspec.json.decode(reply.data or b"{}", type=Login))

    def accept(self, login: Login) -> None:
        """From now on that login's token is used."""
        self._login = login
        lasts = float("inf") if login.expires is None else login.expires / 1000
        self._ends = time.monotonic() + max(lasts - _EARLY, lasts / 2)

    @property
    def is_logged_in(self) -> bool:
        """Whether there is a login that lasts or can be renewed."""
        return self._login.access_token is not None or self._login.refresh_token is not None

    @property
    def login(self) -> Login:
        """The present login, all None without one."""
        return self._login

    # ---- what is asked ------------------------------------------------------------------------------------------------

    async def ask(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: Any = None, known: bool = True
    ) -> Reply:
        """One request. ``known``: in the name of the credentials, not of the public. Raises the error that the server names, or
        ConnectionLost and OutOfTime if it does not answer."""
        response = await self._send(method, path, params, body, await self.token() if known else None)
        if response.status_code == 401 and known and self._renewable(response):
            response = await self._send(method, path, params, body, await self.token(fresh=True))
        return _reply(response)

    def _renewable(self, response: httpx.Response) -> bool:
        return b"TOKEN_EXPIRED" in response.content and not isinstance(self._given.token, str)

    async def _send(
        self, method: str, path: str, params: Mapping[str, Any] | None, body: Any, token: str | None
    ) -> httpx.Response:
        import httpx

        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        content = None
        if body is not None:
            content, headers["Content-Type"] = encode(body), "application/json"
        try:
            return await self._open().request(method, path, params=params, content=content, headers=headers)
        except httpx.TimeoutException as error:
            raise OutOfTime from error
        except httpx.TransportError as error:
            sent = not isinstance(error, httpx.ConnectError)
            raise ConnectionLost(f"No answer from {self._base}: {error}.", sent=sent) from error

    def _open(self) -> httpx.AsyncClient:
        import httpx

        if self._client is None:
            self._client = httpx.AsyncClient(
                base_url=self._base,
                timeout=self._timeout,
                headers=dict(self._options.headers),
                verify=self._options.tls or self._base.startswith("https:"),
                proxy=given if isinstance(given := self._options.proxy, str) else None,
                trust_env=given is True,
            )
        return self._client


def _reply(response: httpx.Response) -> Reply:
    """What is in no envelope is an answer too."""
    try:
        envelope = _envelope(response.content) if response.content else Envelope()
    except msgspec.MsgspecError:
        envelope = Envelope()
    if response.status_code >= 400:
        raise errors_of(envelope.errors, response.status_code)
    data = bytes(envelope.data) or response.content
    return Reply(Raw(data) if data else None, envelope.meta)
