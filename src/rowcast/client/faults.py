"""From the code of an error on the wire to the member of the one error tree. Must not know which transport brought it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from rowcast import errors
from rowcast.errors import RowcastError


class Fault(Struct):
    """An error as servers write it: in a frame (code beside message) or in an HTTP answer (code among the extensions)."""

    message: str = ""
    code: str | None = None
    extensions: dict[str, Any] | None = None


def _members(base: type[RowcastError]) -> Iterator[type[RowcastError]]:
    for each in base.__subclasses__():
        yield each
        yield from _members(each)


def _by_code() -> dict[str, type[RowcastError]]:
    """Of members with one code the most special that names it counts: ``ConnectionLost`` and the like inherit theirs."""
    known = {str(member.code): member for member in _members(RowcastError) if "code" in member.__dict__}
    return known | {"INTERNAL_SERVER_ERROR": errors.InternalError, "INVALID_CREDENTIALS": errors.InvalidCredentials}


_KNOWN = _by_code()


def error_of(fault: Fault, status: int | None = None) -> RowcastError:
    """The error to raise. A code that we do not know becomes a RequestError or a ServiceError, after its HTTP ``status``, that
    carries the code."""
    extensions = dict(fault.extensions or {})
    code = fault.code or str(extensions.pop("code", "INTERNAL_SERVER_ERROR"))
    extensions.pop("code", None)
    kind = _KNOWN.get(code)
    blamed = errors.RequestError if status is not None and 400 <= status < 500 else errors.ServiceError
    error = _made(kind or blamed, fault.message or None, extensions)
    if kind is None:
        error.code = code  # type: ignore[misc]
    if status is not None:
        error.status = status  # type: ignore[misc]
    return error


def errors_of(faults: Sequence[Fault], status: int, said: str | None = None) -> RowcastError:
    """The error to raise for an HTTP answer with that many; several become one ``Several``. Without any, as what stands before a
    server answers, it is told by the status and ``said``."""
    found = [error_of(each, status) for each in faults] or [_bare(status, said)]
    return found[0] if len(found) == 1 else errors.Several(found)


_BARE: dict[int, type[RowcastError]] = {
    401: errors.InvalidCredentials,
    403: errors.Forbidden,
    404: errors.RouteNotFound,
    408: errors.OutOfTime,
    413: errors.ContentTooLarge,
    429: errors.RequestsExceeded,
    502: errors.ServiceUnavailable,
    503: errors.ServiceUnavailable,
    504: errors.ServiceUnavailable,
}


def _bare(status: int, said: str | None) -> RowcastError:
    error = _made(_BARE.get(status) or (errors.RequestError if status < 500 else errors.InternalError), said, {})
    error.status = status  # type: ignore[misc]
    return error


def _made(kind: type[RowcastError], message: str | None, extensions: dict[str, Any]) -> RowcastError:
    """Whatever arguments its members take."""
    error = kind.__new__(kind)
    RowcastError.__init__(error, message, **extensions)
    return error
