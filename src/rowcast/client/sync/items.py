"""The verbs of one collection, waited for."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from typing_extensions import TypeVar as Defaulting

from rowcast.client.items import HasItems as AsyncHasItems
from rowcast.client.items import Items as AsyncItems
from rowcast.client.sync.thread import Call

P = ParamSpec("P")
Result = TypeVar("Result")
Row = Defaulting("Row", default=dict[str, Any])


def _blocking(
    method: Callable[Concatenate[AsyncItems[Row], P], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[Items[Row], P], Result]:
    """The verb of the same name, waited for."""

    def blocking(self: Items[Row], /, *args: P.args, **members: P.kwargs) -> Result:
        return self._call(method, self._inner, *args, **members)

    functools.update_wrapper(blocking, method)
    return blocking


class Items(Generic[Row]):
    """One collection; see the asynchronous ``Items``."""

    def __init__(self, call: Call, items: AsyncItems[Row]) -> None:
        self._call, self._inner = call, items

    @property
    def collection(self) -> str:
        """Its name."""
        return self._inner.collection

    def __repr__(self) -> str:
        return repr(self._inner)

    read = _blocking(AsyncItems.read)
    read_page = _blocking(AsyncItems.read_page)
    read_all = _blocking(AsyncItems.read_all)
    read_one = _blocking(AsyncItems.read_one)
    read_many = _blocking(AsyncItems.read_many)
    first = _blocking(AsyncItems.first)
    count = _blocking(AsyncItems.count)
    aggregate = _blocking(AsyncItems.aggregate)
    read_singleton = _blocking(AsyncItems.read_singleton)
    create = _blocking(AsyncItems.create)
    create_many = _blocking(AsyncItems.create_many)
    update = _blocking(AsyncItems.update)
    update_many = _blocking(AsyncItems.update_many)
    update_batch = _blocking(AsyncItems.update_batch)
    update_where = _blocking(AsyncItems.update_where)
    update_singleton = _blocking(AsyncItems.update_singleton)
    delete = _blocking(AsyncItems.delete)
    delete_many = _blocking(AsyncItems.delete_many)
    delete_where = _blocking(AsyncItems.delete_where)


class HasItems(ABC):
    """What has collections, as its asynchronous counterpart ``_inner`` has them."""

    _inner: AsyncHasItems

    @abstractmethod
    def _call(self, function: Callable[..., Coroutine[Any, Any, Result]], /, *args: Any, **members: Any) -> Result:
        """See Call."""

    @overload
    def items(self, collection: str) -> Items: ...
    @overload
    def items(self, collection: str, model: type[Row]) -> Items[Row]: ...
    @overload
    def items(self, collection: type[Row]) -> Items[Row]: ...
    def items(self, collection: str | type[Any], model: type[Any] | None = None) -> Items[Any]:
        """The verbs of a collection. Rows are dicts, or objects of the class."""
        inner: Any = self._inner.items
        return Items(self._call, inner(collection) if model is None else inner(collection, model))
