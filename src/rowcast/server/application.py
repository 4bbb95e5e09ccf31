"""The ASGI application of one engine: the doors behind the limits. Must not know who listens."""

from __future__ import annotations

from starlette.types import ASGIApp

from rowcast.api.rest.app import Rest
from rowcast.engine.engine import Engine
from rowcast.server.cors import CorsHeaders
from rowcast.server.limits import RateLimiter


def application(engine: Engine) -> ASGIApp:
    """Everything that is asked over HTTP."""
    settings = engine.settings
    app: ASGIApp = Rest(engine)
    if settings.rate_limiter.enabled:
        app = RateLimiter(app, settings, settings.rate_limiter)
    if settings.rate_limiter_global.enabled:
        app = RateLimiter(app, settings, settings.rate_limiter_global, together=True)
    if settings.cors.enabled:
        app = CorsHeaders(app, settings.cors)
    return app
