"""Who may call from another origin: CORS as pure ASGI. Must not know what is called."""

from __future__ import annotations

import re
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rowcast.engine.settings import Cors

Pairs = list[tuple[bytes, bytes]]
_VARY = (b"vary", b"Origin")
"""On every answer: one that was kept for a picture in a page must not be given to a script that asks across origins."""


def allows(setting: bool | tuple[str, ...]) -> Callable[[str], bool]:
    """Whether an origin is one of CORS_ORIGIN: ``True`` any, else the exact ones; a text in slashes is a regular expression."""
    if isinstance(setting, bool):
        return lambda _origin: setting
    patterns = [re.compile(text[1:-1]) for text in setting if len(text) > 1 and text[0] == text[-1] == "/"]
    return lambda origin: "*" in setting or origin in setting or any(each.search(origin) for each in patterns)


class CorsHeaders:
    """ASGI: answers preflight requests and marks every answer for the origins that are allowed. The origin is always echoed,
    since browsers refuse ``*`` together with credentials."""

    def __init__(self, app: ASGIApp, settings: Cors) -> None:
        self.app, self.allowed = app, allows(settings.origin)
        always: Pairs = [(b"access-control-allow-credentials", b"true")] if settings.credentials else []
        self.simple = [*always, (b"access-control-expose-headers", _joined(settings.exposed_headers))]
        self.preflight = [
            *always,
            (b"access-control-allow-methods", _joined(settings.methods)),
            (b"access-control-allow-headers", _joined(settings.allowed_headers)),
            (b"access-control-max-age", str(settings.max_age).encode()),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = dict(scope["headers"])
        own = self._own(headers.get(b"origin", b""))
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            start = {
                "type": "http.response.start",
                "status": 204,
                "headers": [_VARY, *own, *(self.preflight if own else [])],
            }
            await send(start)
            return await send({"type": "http.response.body", "body": b""})

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), _VARY, *own, *(self.simple if own else [])]
            await send(message)

        return await self.app(scope, receive, marked)

    def _own(self, origin: bytes) -> Pairs:
        if not origin or not self.allowed(origin.decode("latin-1")):
            return []
        return [(b"access-control-allow-origin", origin)]


def _joined(names: tuple[str, ...]) -> bytes:
    return ",".join(names).encode("latin-1")
