"""The routes of the server that are more than items: users and their rights, the data model, logins, the server itself. Must not
know how a request is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack
from urllib.parse import quote

import msgspec

from rowcast.client.ask import Key
from rowcast.client.http import Http, Login
from rowcast.client.items import Items
from rowcast.client.query import Query, wire
from rowcast.client.rest import executor, parameters

Json = dict[str, Any]


class Routes:
    """Routes of one kind; answers are plain JSON values."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def _get(self, *parts: Key, query: Mapping[str, Any] | None = None) -> Any:
        return await self._call("GET", *parts, query=query)

    async def _call(
        self, method: str, *parts: Key, body: Any = None, query: Mapping[str, Any] | None = None, known: bool = True
    ) -> Any:
        path = "".join("/" + quote(str(part), safe="") for part in parts)
        reply = await self._http.ask(method, path, params=parameters(wire(query or {})), body=body, known=known)
        return None if reply.data is None else msgspec.json.decode(reply.data)


class System(Items[Json], Routes):
    """A system collection: the verbs of items over HTTP."""

    def __init__(self, http: Http, name: str) -> None:
        Items.__init__(self, f"directus_{name}", executor(http))
        Routes.__init__(self, http)


class Users(System):
    """Users, and what a user does for himself."""

    def __init__(self, http: Http) -> None:
        super().__init__(http, "users")

    async def me(self, **query: Unpack[Query]) -> Json:
        """Who asks."""
        return await self._get("users", "me", query=query)  # type: ignore[no-any-return]

    async def update_me(self, data: Mapping[str, Any], **query: Unpack[Query]) -> Json:
        """Change who asks."""
        return await self._call("PATCH", "users", "me", body=data, query=query)  # type: ignore[no-any-return]

    async def invite(self, email: str | Sequence[str], role: str, *, invite_url: str | None = None) -> None:
        """Send an invitation."""
        body = {"email": email, "role": role} | ({} if invite_url is None else {"invite_url": invite_url})
        await self._call("POST", "users", "invite", body=body)

    async def accept_invite(self, token: str, password: str) -> None:
        """Take an invitation up."""
        await self._call("POST", "users", "invite", "accept", body={"token": token, "password": password}, known=False)

    async def register(self, /, email: str, password: str, **more: Any) -> None:
        """Become a user, where that is allowed."""
        await self._call("POST", "users", "register", body={"email": email, "password": password, **more}, known=False)

    async def generate_tfa(self, password: str) -> Json:
        """A new secret for one-time passwords: ``secret`` and ``otpauth_url``."""
        return await self._call("POST", "users", "me", "tfa", "generate", body={"password": password})  # type: ignore[no-any-return]

    async def enable_tfa(self, secret: str, otp: str) -> None:
        """From now on a login takes a one-time password."""
        await self._call("POST", "users", "me", "tfa", "enable", body={"secret": secret, "otp": otp})

    async def disable_tfa(self, otp: str) -> None:
        """From now on it does not."""
        await self._call("POST", "users", "me", "tfa", "disable", body={"otp": otp})


class Roles(System):
    """Roles."""

    def __init__(self, http: Http) -> None:
        super().__init__(http, "roles")

    async def mine(self, **query: Unpack[Query]) -> list[Json]:
        """The roles of who asks."""
        return await self._get("roles", "me", query=query)  # type: ignore[no-any-return]


class Policies(System):
    """Policies."""

    def __init__(self, http: Http) -> None:
        super().__init__(http, "policies")

    async def globals(self) -> Json:
        """What the policies of who asks say beyond single permissions."""
        return await self._get("policies", "me", "globals")  # type: ignore[no-any-return]


class Permissions(System):
    """Permissions."""

    def __init__(self, http: Http) -> None:
        super().__init__(http, "permissions")

    async def mine(self) -> Json:
        """What who asks may do: collection → action → access, fields …"""
        return await self._get("permissions", "me")  # type: ignore[no-any-return]

    async def of_item(self, collection: str, key: Key | None = None) -> Json:
        """What who asks may do with that item; the collection of a singleton needs no key. Raises Forbidden if there is none to be
        seen."""
        parts = () if key is None else (key,)
        return await self._get("permissions", "me", collection, *parts)  # type: ignore[no-any-return]


class Collections(Routes):
    """Collections: tables and what is known of them."""

    async def read(self) -> list[Json]:
        """All that may be seen."""
        return await self._get("collections")  # type: ignore[no-any-return]

    async def read_one(self, name: str) -> Json:
        """One. Raises Forbidden if there is none to be seen."""
        return await self._get("collections", name)  # type: ignore[no-any-return]

    async def create(
        self, name: str, fields: Sequence[Mapping[str, Any]] = (), *, meta: Mapping[str, Any] | None = None
    ) -> Json:
        """A new table. Without a primary key among ``fields`` it gets an integer ``id``."""
        body: Json = {"collection": name, "schema": {}, "meta": meta or {}}
        if fields:
            body["fields"] = list(fields)
        return await self._call("POST", "collections", body=body)  # type: ignore[no-any-return]

    async def update(self, name: str, meta: Mapping[str, Any]) -> Json:
        """Change what is known of it."""
        return await self._call("PATCH", "collections", name, body={"meta": meta})  # type: ignore[no-any-return]

    async def delete(self, name: str) -> None:
        """Drop the table with all its rows."""
        await self._call("DELETE", "collections", name)


class _Parts(Routes):
    """What belongs to a collection and has a name there."""

    _path = ""

    async def read(self, collection: str | None = None) -> list[Json]:
        """Those of a collection, or all."""
        return await self._get(self._path, *(() if collection is None else (collection,)))  # type: ignore[no-any-return]

    async def read_one(self, collection: str, field: str) -> Json:
        """One. Raises Forbidden if there is none to be seen."""
        return await self._get(self._path, collection, field)  # type: ignore[no-any-return]

    async def update(self, collection: str, field: str, data: Mapping[str, Any]) -> Json:
        """Change it."""
        return await self._call("PATCH", self._path, collection, field, body=data)  # type: ignore[no-any-return]

    async def delete(self, collection: str, field: str) -> None:
        """Remove it, with what it holds."""
        await self._call("DELETE", self._path, collection, field)


class Fields(_Parts):
    """Fields: columns, and names for related rows."""

    _path = "fields"

    async def create(self, collection: str, data: Mapping[str, Any]) -> Json:
        """A new one: ``{"field", "type", "schema", "meta"}``."""
        return await self._call("POST", "fields", collection, body={"schema": {}, "meta": {}, **data})  # type: ignore[no-any-return]


class Relations(_Parts):
    """Relations: foreign keys and what is known of them."""

    _path = "relations"

    async def create(self, data: Mapping[str, Any]) -> Json:
        """A new one: ``{"collection", "field", "related_collection", "schema", "meta"}``."""
        return await self._call("POST", "relations", body=data)  # type: ignore[no-any-return]


class Auth(Routes):
    """Logins of this client. What follows over HTTP is asked in the name of who has logged in; a client that was given no
    credentials opens its WebSocket in that name, too."""

    async def login(self, email: str, password: str, *, otp: str | None = None) -> Login:
        """Log in. Raises InvalidCredentials, InvalidOtp, UserSuspended."""
        body = {"email": email, "password": password, "mode": "json"} | ({} if otp is None else {"otp": otp})
        await self._http.log_in("/auth/login", body)
        return self._http.login

    async def refresh(self) -> Login:
        """A new access token. Raises InvalidCredentials."""
        await self._http.session_token(fresh=True)
        return self._http.login

    async def logout(self) -> None:
        """End the login."""
        token = self._http.login.refresh_token
        self._http.accept(Login())
        if token is not None:
            await self._call("POST", "auth", "logout", body={"refresh_token": token, "mode": "json"}, known=False)

    async def request_password_reset(self, email: str) -> None:
        """Have a letter sent; says nothing about whether there is such a user."""
        await self._call("POST", "auth", "password", "request", body={"email": email}, known=False)

    async def reset_password(self, token: str, password: str) -> None:
        """Set a new password by the token of the letter."""
        await self._call("POST", "auth", "password", "reset", body={"token": token, "password": password}, known=False)


class Server(Routes):
    """The server itself."""

    async def ping(self) -> str:
        """``pong``."""
        reply = await self._http.ask("GET", "/server/ping", plain=True)
        return bytes(reply.data or b"").decode()

    async def info(self) -> Json:
        """What it tells about itself; more to those who are logged in."""
        return await self._get("server", "info")  # type: ignore[no-any-return]

    async def health(self) -> Json:
        """How it is."""
        reply = await self._http.ask("GET", "/server/health")
        health: Json = msgspec.json.decode(reply.data or b"{}")
        return health
