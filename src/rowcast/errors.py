"""The one error tree: every failure that may leave the program, with its stable code, HTTP status, whose fault it is and
whether trying again can help. Knows nothing else of the program.

    RowcastError
    ├── RequestError                 the caller's fault; the same request fails again
    │   ├── InvalidPayload           400 INVALID_PAYLOAD
    │   ├── InvalidQuery             400 INVALID_QUERY
    │   ├── GraphQLInvalid           400 GRAPHQL_VALIDATION
    │   ├── FailedValidation         400 FAILED_VALIDATION
    │   ├── IllegalAssetTransformation 400 ILLEGAL_ASSET_TRANSFORMATION
    │   ├── Several                  more than one of these at once
    │   ├── ConstraintError          a rule of the database
    │   │   ├── NotUnique            400 RECORD_NOT_UNIQUE
    │   │   ├── NotNull              400 NOT_NULL_VIOLATION
    │   │   ├── ContainsNull         400 CONTAINS_NULL_VALUES
    │   │   ├── InvalidForeignKey    400 INVALID_FOREIGN_KEY
    │   │   ├── OutOfRange           400 VALUE_OUT_OF_RANGE
    │   │   └── TooLong              400 VALUE_TOO_LONG
    │   ├── Unauthenticated          401
    │   │   ├── InvalidCredentials, InvalidOtp, InvalidIp, TokenExpired, UserSuspended
    │   ├── Forbidden                403 FORBIDDEN
    │   ├── InvalidToken, InvalidProvider, LimitExceeded          403
    │   ├── RouteNotFound 404, MethodNotAllowed 405, ContentTooLarge 413, UnsupportedMediaType 415,
    │   │   RangeNotSatisfiable 416, Unprocessable 422, VersionHashMismatch 422, UpgradeRequired 426
    │   ├── InvalidCollection, AuthFailed, AuthTimeout, Disconnected   socket only
    │   └── SlowConsumer             client only
    └── ServiceError                 not the caller's fault
        ├── RequestsExceeded         429, retry
        ├── OutOfTime                408, retry
        ├── ServiceUnavailable       503, retry
        │   └── ConnectionLost       client only
        ├── InvalidConfiguration     the start is refused
        ├── Thrown                   500, or what a flow says
        └── InternalError            500
            └── HookFailed           500; HookTimeout 503, retry
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar


class RowcastError(Exception):
    """Root of the tree.

    Attributes: ``code`` is stable and documented; ``status`` is the HTTP status; ``retry`` says whether the same request
    may succeed later; ``extensions`` are further members of the error's ``extensions`` object on the wire.
    """

    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"
    status: ClassVar[int] = 500
    retry: ClassVar[bool] = False
    default: ClassVar[str] = "An unexpected error occurred."

    def __init__(self, message: str | None = None, /, **extensions: Any) -> None:
        self.message = message or self.default
        self.extensions: dict[str, Any] = extensions
        super().__init__(self.message)

    def as_wire(self) -> dict[str, Any]:
        """The error as one member of an ``errors`` list: ``{"message", "extensions": {..., "code"}}``."""
        return {"message": self.message, "extensions": {**self.extensions, "code": self.code}}

    def members(self) -> tuple[RowcastError, ...]:
        """The single errors to answer with; more than one only for ``Several``."""
        return (self,)


class RequestError(RowcastError):
    """The caller's fault: the same request fails again."""

    code = "INVALID_PAYLOAD"
    status = 400


class _Reasoned(RequestError):
    """An error whose sentence is a fixed opening and a reason: ``Invalid payload. <reason>.``"""

    opening: ClassVar[str] = "Invalid request"

    def __init__(self, reason: str, /, **extensions: Any) -> None:
        super().__init__(f"{self.opening}. {reason}.", reason=reason, **extensions)


class InvalidPayload(_Reasoned):
    code, opening = "INVALID_PAYLOAD", "Invalid payload"


class InvalidQuery(_Reasoned):
    code, opening = "INVALID_QUERY", "Invalid query"


class GraphQLInvalid(RequestError):
    """A document that is none, or none for the caller's schema. Extensions: ``errors``, each with ``message`` and ``locations``."""

    code, default = "GRAPHQL_VALIDATION", "GraphQL validation error."


class Unprocessable(_Reasoned):
    code, status, opening = "UNPROCESSABLE_CONTENT", 422, "Can't process content"


class VersionHashMismatch(Unprocessable):
    """The item has changed since the version was compared with it."""

    code = "VERSION_HASH_MISMATCH"


class IllegalAssetTransformation(_Reasoned):
    """The picture cannot be made, or would cost too much."""

    code, opening = "ILLEGAL_ASSET_TRANSFORMATION", "Illegal asset transformation"


class FailedValidation(RequestError):
    """One value breaks one rule. Extensions: ``field``, ``path``, ``type`` (the operator without ``_``), ``valid``/``invalid``…"""

    code = "FAILED_VALIDATION"


class Several(RequestError):
    """More than one thing is wrong with one request; status and code are those of the first member."""

    def __init__(self, errors: Sequence[RowcastError], /) -> None:
        super().__init__(errors[0].message)
        self.errors = tuple(errors)
        self.code, self.status = errors[0].code, errors[0].status  # type: ignore[misc]

    def __reduce__(self) -> tuple[type[Several], tuple[Sequence[RowcastError]]]:
        """As it is made, so that it gets from one process to another."""
        return type(self), (self.errors,)

    def members(self) -> tuple[RowcastError, ...]:
        return self.errors


class ConstraintError(RequestError):
    """A rule of the database is broken. Extensions: ``collection``, ``field``."""


class NotUnique(ConstraintError):
    code = "RECORD_NOT_UNIQUE"


class NotNull(ConstraintError):
    code = "NOT_NULL_VIOLATION"


class ContainsNull(ConstraintError):
    code = "CONTAINS_NULL_VALUES"


class InvalidForeignKey(ConstraintError):
    code = "INVALID_FOREIGN_KEY"


class OutOfRange(ConstraintError):
    code = "VALUE_OUT_OF_RANGE"


class TooLong(ConstraintError):
    code = "VALUE_TOO_LONG"


class Unauthenticated(RequestError):
    code, status, default = "INVALID_CREDENTIALS", 401, "Invalid user credentials."


class InvalidCredentials(Unauthenticated):
    pass


class InvalidOtp(Unauthenticated):
    code, default = "INVALID_OTP", "Invalid user OTP."


class InvalidIp(Unauthenticated):
    code, default = "INVALID_IP", "Invalid IP address."


class TokenExpired(Unauthenticated):
    code, default = "TOKEN_EXPIRED", "Token expired."


class UserSuspended(Unauthenticated):
    code, default = "USER_SUSPENDED", "User suspended."


class Forbidden(RequestError):
    """Refused, or does not exist: the answer does not tell which. ``reason`` replaces the sentence and is an extension."""

    code, status, default = "FORBIDDEN", 403, "You don't have permission to access this."

    def __init__(self, reason: str | None = None, /, **extensions: Any) -> None:
        super().__init__(reason, **({"reason": reason} if reason else {}), **extensions)


class InvalidToken(RequestError):
    code, status, default = "INVALID_TOKEN", 403, "Invalid token."


class InvalidProvider(RequestError):
    code, status, default = "INVALID_PROVIDER", 403, "Invalid provider."


class LimitExceeded(RequestError):
    code, status, default = "LIMIT_EXCEEDED", 403, "Limit exceeded."


class RouteNotFound(RequestError):
    code, status, default = "ROUTE_NOT_FOUND", 404, "Route doesn't exist."


class MethodNotAllowed(RequestError):
    """Extensions: ``allowed`` (the methods), ``current``."""

    code, status, default = "METHOD_NOT_ALLOWED", 405, "Method not allowed."


class ContentTooLarge(RequestError):
    code, status, default = "CONTENT_TOO_LARGE", 413, "Content is too large."


class UnsupportedMediaType(RequestError):
    code, status, default = "UNSUPPORTED_MEDIA_TYPE", 415, "Unsupported media type."


class RangeNotSatisfiable(RequestError):
    code, status, default = "RANGE_NOT_SATISFIABLE", 416, "Range is invalid."


class UpgradeRequired(RequestError):
    """A request for a page where there is a WebSocket."""

    code, status, default = "UPGRADE_REQUIRED", 426, "This is a WebSocket."


class InvalidCollection(RequestError):
    """Socket only: the collection of a message does not exist or is not to be had."""

    code, default = "INVALID_COLLECTION", "The provided collection does not exist or is not accessible."


class AuthFailed(RequestError):
    """Socket only."""

    code, status, default = "AUTH_FAILED", 401, "Authentication failed."


class AuthTimeout(RequestError):
    """Socket only."""

    code, status, default = "AUTH_TIMEOUT", 401, "Authentication timed out."


class Disconnected(RequestError):
    """Socket and event stream only: an administrator has closed the connection."""

    code, status, default = "DISCONNECTED", 403, "An administrator has closed the connection."


class SlowConsumer(LimitExceeded):
    """Client only: a subscription's events were not taken as fast as they came, and its buffer is full."""

    default = "The events of the subscription were not taken in time."


class ServiceError(RowcastError):
    """Not the caller's fault."""


class InternalError(ServiceError):
    """A fault of the program; its message never tells a caller more than that."""


class Thrown(ServiceError):
    """What a flow says by an operation that throws an error: with code, status and words of its own."""

    code, default = "FLOW_FAILED", "The flow has failed."

    def __init__(self, message: str | None, code: str | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code or self.code  # type: ignore[misc]
        self.status = status or self.status  # type: ignore[misc]


class HookFailed(InternalError):
    """An extension failed on the way of this request; the log names it, the caller is told no more than that."""

    code, default = "HOOK_FAILED", "An extension of the server failed."


class HookTimeout(HookFailed):
    """An extension took longer than it may; nothing was stored."""

    code, status, retry, default = "HOOK_TIMEOUT", 503, True, "An extension of the server took too long."


class RequestsExceeded(ServiceError):
    code, status, retry, default = "REQUESTS_EXCEEDED", 429, True, "Too many requests."


class OutOfTime(ServiceError):
    code, status, retry, default = "OUT_OF_TIME", 408, True, "The request took too long."


class ServiceUnavailable(ServiceError):
    """Extensions: ``service``."""

    code, status, retry, default = "SERVICE_UNAVAILABLE", 503, True, "Service is unavailable."


class ConnectionLost(ServiceUnavailable):
    """Client only: the connection to the server is gone. ``sent`` (extension) says whether the request may have reached it: then
    nobody knows whether it was carried out."""

    default = "The connection to the server is lost."


class InvalidConfiguration(ServiceError):
    """A setting has a value that is not allowed; the message names variable, value and what is allowed."""

    code = "INVALID_CONFIGURATION"
