"""All that a client has over HTTP, side by side. Must not know how a request is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, overload

from rowcast.client.ask import Reply
from rowcast.client.http import Http
from rowcast.client.items import Items, Row, items_of
from rowcast.client.rest import executor
from rowcast.client.system import (
    Auth,
    Collections,
    Fields,
    Permissions,
    Policies,
    Relations,
    Roles,
    Server,
    System,
    Users,
)


class Rest:
    """Everything over HTTP; opens no WebSocket."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self.users, self.roles, self.policies = Users(http), Roles(http), Policies(http)
        self.permissions, self.access = Permissions(http), System(http, "access")
        self.collections, self.fields, self.relations = Collections(http), Fields(http), Relations(http)
        self.auth, self.server = Auth(http), Server(http)

    @overload
    def items(self, collection: str) -> Items: ...
    @overload
    def items(self, collection: str, model: type[Row]) -> Items[Row]: ...
    @overload
    def items(self, collection: type[Row]) -> Items[Row]: ...
    def items(self, collection: str | type[Any], model: type[Any] | None = None) -> Items[Any]:
        """The verbs of a collection, which may be a system one (``directus_…``). ``model``: see ``Client.items``."""
        return items_of(collection, model, executor(self._http))

    async def request(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Reply:
        """Any other request. ``path`` begins with a slash, below the address of the client. Raises the error that the server
        names, ConnectionLost, OutOfTime."""
        return await self._http.ask(method, path, params=params, body=body, plain=True)
