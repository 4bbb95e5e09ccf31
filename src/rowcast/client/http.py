"""HTTP to the server over ``httpx``: who asks, which error an answer is. Must not know what is asked."""

from __future__ import annotations

import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

import anyio
import msgspec
from anyio.lowlevel import RunVar, RunvarToken
from msgspec import Raw, Struct

from rowcast.client.ask import Reply
from rowcast.client.credentials import Credentials
from rowcast.client.faults import Fault, errors_of
from rowcast.client.frames import Meta, encode
from rowcast.client.proxy import Proxy
from rowcast.errors import ConnectionLost, InvalidCredentials, OutOfTime, RequestError

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


class _Kept:
    """What there is in the event loop of the block."""

    def __init__(self) -> None:
        self.client: httpx.AsyncClient | None = None
        self.lock = anyio.Lock()


class Http:
    """Asks in the name of the credentials: logs in when the first question is asked, and again when the login ends."""

    def __init__(self, base: str, credentials: Credentials, options: Transport, timeout: float) -> None:
        self._base, self._options, self._timeout = base, options, timeout
        self._given = credentials
        self._kept: RunVar[_Kept | None] = RunVar("rowcast.client.kept", None)
        self._token: RunvarToken[_Kept | None] | None = None
        self._lock: RunVar[anyio.Lock | None] = RunVar("rowcast.client.lock", None)
        self._login = Login(refresh_token=credentials.refresh_token)
        self._ends = 0.0

    def keep(self) -> None:
        """Keep connections from now on, in this event loop; before that, each request has one of its own."""
        self._token = self._kept.set(_Kept())

    async def aclose(self) -> None:
        """Close them; it may be used again."""
        kept, token, self._token = self._kept.get(), self._token, None
        if token is not None:
            self._kept.reset(token)  # nothing stays in the event loop
        if kept is not None and kept.client is not None:
            await kept.client.aclose()

    # ---- who asks -----------------------------------------------------------------------------------------------------

    async def token(self, fresh: bool = False) -> str | None:
        """An access token. ``fresh``: not one that was given before, if there is a choice."""
        if not self._given.given and not self.is_logged_in:
            return None
        fixed = await self._given.fixed()
        return fixed if fixed is not None else await self.session_token(fresh)

    async def session_token(self, fresh: bool = False) -> str:
        """The access token of this client's own login. Raises InvalidCredentials if there is none to be had."""
        async with self._locked():
            if fresh or self._login.access_token is None or time.monotonic() > self._ends:
                await self._renew()
        if self._login.access_token is None:
            raise InvalidCredentials
        return self._login.access_token

    def _locked(self) -> anyio.Lock:
        kept = self._kept.get()
        lock = self._lock.get() if kept is None else kept.lock
        if lock is None:
            self._lock.set(lock := anyio.Lock())
        return lock

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
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        known: bool = True,
        plain: bool = False,
    ) -> Reply:
        """One request. ``known``: in the name of the credentials, not of the public; ``plain``: the answer need not be JSON. Raises
        the error that the server names, ConnectionLost and OutOfTime if it does not answer, RequestError if it is no server."""
        response = await self._send(method, path, params, body, await self.token() if known else None)
        if response.status_code == 401 and known and self._renewable(response):
            response = await self._send(method, path, params, body, await self.token(fresh=True))
        return _reply(response, plain)

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
            async with self._open() as client:
                return await client.request(method, path, params=params, content=content, headers=headers)
        except httpx.TimeoutException as error:
            raise OutOfTime from error
        except httpx.TransportError as error:
            sent, said = not isinstance(error, httpx.ConnectError), str(error).rstrip(".")
            hint = " See the argument tls." if "CERTIFICATE_VERIFY_FAILED" in said else ""
            raise ConnectionLost(f"No answer from {self._base}: {said}.{hint}", sent=sent) from error

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[httpx.AsyncClient]:
        kept = self._kept.get()
        if kept is None:
            async with self._made() as client:
                yield client
        else:
            if kept.client is None:
                kept.client = self._made()
            yield kept.client

    def _made(self) -> httpx.AsyncClient:
        import httpx

        return httpx.AsyncClient(
            base_url=self._base,
            timeout=self._timeout,
            headers=dict(self._options.headers),
            verify=self._options.tls or self._base.startswith("https:"),
            proxy=given if isinstance(given := self._options.proxy, str) else None,
            trust_env=given is True,
        )


def _reply(response: httpx.Response, plain: bool) -> Reply:
    """What is in no envelope is an answer too."""
    content, is_json = response.content, True
    try:
        envelope = _envelope(content) if content else Envelope()
    except msgspec.ValidationError:
        envelope = Envelope()
    except (msgspec.MsgspecError, UnicodeDecodeError):
        envelope, is_json = Envelope(), False
    asked = f"{response.request.method} {response.url.copy_with(query=None)}"
    if response.status_code >= 400:
        said = f"The answer to {asked} is {response.status_code} {response.reason_phrase}".rstrip()
        raise errors_of(envelope.errors, response.status_code, f"{said}.")
    if not is_json and not plain:
        kind = response.headers.get("Content-Type", "of no type")
        raise RequestError(f"The answer to {asked} is no JSON ({kind}): is this the address of the server?")
    data = bytes(envelope.data) or content
    return Reply(Raw(data) if data else None, envelope.meta)
