"""All that a client has over HTTP, side by side. Must not know how a request is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rowcast.client.ask import Ask, Reply
from rowcast.client.http import Http
from rowcast.client.items import HasItems
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


class Rest(HasItems):
    """Everything over HTTP; opens no WebSocket."""

    def __init__(self, http: Http) -> None:
        self._http, self._ask = http, executor(http)
        self.users, self.roles, self.policies = Users(http), Roles(http), Policies(http)
        self.permissions, self.access = Permissions(http), System(http, "access")
        self.collections, self.fields, self.relations = Collections(http), Fields(http), Relations(http)
        self.auth, self.server = Auth(http), Server(http)

    async def _execute(self, ask: Ask) -> Reply:
        return await self._ask(ask)

    async def request(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Reply:
        """Any other request. ``path`` begins with a slash, below the address of the client. Raises the error that the server
        names, ConnectionLost, OutOfTime."""
        return await self._http.ask(method, path, params=params, body=body, plain=True)
