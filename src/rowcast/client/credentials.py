"""Who the client is, and what to say to the server to prove it, now and after a cut. Must not know how it is said."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from rowcast.errors import InvalidConfiguration, ServiceUnavailable

Token = str | Callable[[], str | Awaitable[str]]
"""A token, or a function that gives one; it is asked again whenever a new one is needed."""


class Credentials(Struct, frozen=True, kw_only=True):
    """What the user has given: a token, or e-mail and password (with ``otp`` where needed), or a refresh token, or nothing."""

    token: Token | None = None
    email: str | None = None
    password: str | None = None
    otp: str | None = None
    refresh_token: str | None = None

    def __post_init__(self) -> None:
        """Raises InvalidConfiguration for what nobody can log in with."""
        if (self.email is None) is not (self.password is None):
            raise InvalidConfiguration("A login has both, email and password.")
        if self.token is not None and (self.email is not None or self.refresh_token is not None):
            raise InvalidConfiguration("There is a token and a login besides: give one of them.")
        if self.token == "":
            raise InvalidConfiguration("The token is empty; without one the client asks as the public.")

    @property
    def given(self) -> bool:
        """Whether there are any."""
        return self != Credentials()

    async def fixed(self) -> str | None:
        """The token, if it is one that the user keeps. Raises ServiceUnavailable if his function gives none: it may later."""
        if self.token is None or isinstance(self.token, str):
            return self.token
        try:
            given = self.token()
            token = await given if inspect.isawaitable(given) else given
        except Exception as error:
            reason = f"The function that gives the token has failed: {type(error).__name__}: {error}"
            raise ServiceUnavailable(reason, service="token") from error
        if not isinstance(token, str):
            raise ServiceUnavailable(f"The function that gives the token gave {token!r}.", service="token")
        return token

    @property
    def words(self) -> str:
        """What it means that the server refuses: a sentence that holds no secret."""
        if self.token is not None:
            return "The token was refused."
        if self.email is not None:
            return f"The e-mail address {self.email} and its password were refused."
        if self.refresh_token is not None:
            return "The refresh token was refused."
        return "The client has no credentials: give create_client a token, or email and password."


class Keeper:
    """What the socket says. E-mail and password open a login of the socket's own, which lives on by its refresh tokens; a refresh
    token that the user has given is spent by HTTP alone (``login``), as each can be used but once."""

    __slots__ = ("_given", "_is_logged_in", "_login", "_refresh")

    def __init__(
        self, given: Credentials, login: Callable[[bool], Awaitable[str]], is_logged_in: Callable[[], bool]
    ) -> None:
        """``login(fresh)`` gives an access token from an HTTP login; ``fresh``: not one that it has given before. ``is_logged_in``:
        whether there is such a login, be it that the user has made it himself (``client.auth.login``)."""
        self._given, self._login, self._is_logged_in = given, login, is_logged_in
        self._refresh: str | None = None

    @property
    def words(self) -> str:
        """See ``Credentials``."""
        is_own = not self._given.given and self._is_logged_in()
        return "The login over HTTP was refused." if is_own else self._given.words

    async def token(self, fresh: bool = False) -> str | None:
        """A token for the address, where no message is early enough."""
        if not self._given.given and not self._is_logged_in():
            return None
        return await self._given.fixed() or await self._login(fresh)

    async def message(self, fresh: bool = False) -> dict[str, Any] | None:
        """The members of the auth message; None if there is nothing to say."""
        given = self._given
        if given.token is None and given.email is not None and given.otp is None:
            if self._refresh is not None:
                return {"refresh_token": self._refresh}
            return {"email": given.email, "password": given.password or ""}
        token = await self.token(fresh)
        return None if token is None else {"access_token": token}

    def granted(self, refresh_token: str | None) -> None:
        """The server has taken the message and given this for the next time."""
        if refresh_token is not None:
            self._refresh = refresh_token

    def refused(self) -> bool:
        """The server has not taken it. Whether something else may be tried."""
        again = self._refresh is not None or callable(self._given.token)
        self._refresh = None
        has_login = self._given.given or self._is_logged_in()
        return again or (self._given.token is None and self._given.email is None and has_login)
