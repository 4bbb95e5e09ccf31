"""The one who asks. Must not know how it was found out or what it may do in detail."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, and from where. ``user`` None is the public. ``policies`` are the ids of all policies in force (through user,
    role and parent roles, already reduced by IP rules), sorted; ``admin`` bypasses every rule; ``app`` adds the minimal rules
    of the Studio. ``expires`` is in seconds since the epoch, None for a static token. Nothing here changes during a request."""

    user: str | None = None
    role: str | None = None
    roles: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    admin: bool = False
    app: bool = False
    share: str | None = None
    session: str | None = None
    expires: int | None = None
    ip: str | None = None
    user_agent: str | None = None
    origin: str | None = None
    known: int | None = field(default=None, compare=False, repr=False)
    """At which state of what is known of users, roles and policies that was found out; None: it holds for good."""

    def at(self, ip: str | None, user_agent: str | None, origin: str | None) -> Actor:
        """The same actor, asking from there."""
        return replace(self, ip=ip, user_agent=user_agent, origin=origin)


PUBLIC = Actor()
"""Nobody in particular. Its policies are filled in by the engine."""

SYSTEM = Actor(admin=True)
"""The program itself."""
