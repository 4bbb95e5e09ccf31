"""``/access`` has nothing beyond items: the links between policies and users or roles."""

from __future__ import annotations

from starlette.routing import Route

routes: list[Route] = []
