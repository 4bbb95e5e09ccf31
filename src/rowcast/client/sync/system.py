"""Users, roles, fields …: the routes that are more than items, waited for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from rowcast.client import system
from rowcast.client.sync.items import Items
from rowcast.client.sync.thread import Call

P = ParamSpec("P")
Result = TypeVar("Result")


def _blocking(
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[Any, P], Result]:
    """The route of the same name, waited for."""

    def blocking(self: Any, /, *args: P.args, **members: P.kwargs) -> Result:
        result: Result = self._call(method, self._inner, *args, **members)
        return result

    functools.update_wrapper(blocking, method)
    return blocking


class Routes:
    """See the asynchronous object of that name."""

    def __init__(self, call: Call, inner: Any) -> None:
        self._call, self._inner = call, inner


class System(Items[dict[str, Any]]):
    """A system collection."""


class Users(System):
    """Users, and what a user does for himself."""

    me = _blocking(system.Users.me)
    update_me = _blocking(system.Users.update_me)
    invite = _blocking(system.Users.invite)
    accept_invite = _blocking(system.Users.accept_invite)
    register = _blocking(system.Users.register)
    generate_tfa = _blocking(system.Users.generate_tfa)
    enable_tfa = _blocking(system.Users.enable_tfa)
    disable_tfa = _blocking(system.Users.disable_tfa)


class Roles(System):
    """Roles."""

    mine = _blocking(system.Roles.mine)


class Policies(System):
    """Policies."""

    globals = _blocking(system.Policies.globals)


class Permissions(System):
    """Permissions."""

    mine = _blocking(system.Permissions.mine)
    of_item = _blocking(system.Permissions.of_item)


class Collections(Routes):
    """Collections: tables and what is known of them."""

    read = _blocking(system.Collections.read)
    read_one = _blocking(system.Collections.read_one)
    create = _blocking(system.Collections.create)
    update = _blocking(system.Collections.update)
    delete = _blocking(system.Collections.delete)


class Fields(Routes):
    """Fields: columns, and names for related rows."""

    read = _blocking(system.Fields.read)
    read_one = _blocking(system.Fields.read_one)
    create = _blocking(system.Fields.create)
    update = _blocking(system.Fields.update)
    delete = _blocking(system.Fields.delete)


class Relations(Routes):
    """Relations: foreign keys and what is known of them."""

    read = _blocking(system.Relations.read)
    read_one = _blocking(system.Relations.read_one)
    create = _blocking(system.Relations.create)
    update = _blocking(system.Relations.update)
    delete = _blocking(system.Relations.delete)


class Auth(Routes):
    """Logins of this client over HTTP."""

    login = _blocking(system.Auth.login)
    refresh = _blocking(system.Auth.refresh)
    logout = _blocking(system.Auth.logout)
    request_password_reset = _blocking(system.Auth.request_password_reset)
    reset_password = _blocking(system.Auth.reset_password)


class Server(Routes):
    """The server itself."""

    ping = _blocking(system.Server.ping)
    info = _blocking(system.Server.info)
    health = _blocking(system.Server.health)
