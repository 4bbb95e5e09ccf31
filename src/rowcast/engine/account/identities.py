"""What is known of those who ask: a user's standing (status, roles, policies), shares, checked tokens; read
when needed, kept until a commit makes it stale. Must not know how a token reached us or what a policy allows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Hashable, Iterable
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from rowcast.auth import Actor, addresses, tokens
from rowcast.auth.tokens import Claims
from rowcast.engine.moments import seconds
from rowcast.feed import Change, Commit
from rowcast.query.sql import accounts

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

T = TypeVar("T")
_MOST = 20_000
_SHARED = frozenset({"directus_roles", "directus_access", "directus_policies"})
_HEEDED = _SHARED | {"directus_shares", "directus_users"}


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy as far as it matters for identity. ``ips`` empty: from everywhere."""

    id: str
    admin: bool
    app: bool
    enforce_tfa: bool
    ips: tuple[str, ...]

    def holds_at(self, ip: str | None) -> bool:
        """Whether the policy is in force for a caller from there."""
        return not self.ips or addresses.allowed(ip, self.ips)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the database says of a user (or, with ``user`` None, of a role or the public). ``roles``: own role first,
    then its parents."""

    user: str | None
    role: str | None
    active: bool
    has_tfa: bool
    roles: tuple[str, ...]
    policies: tuple[Policy, ...]

    def policies_at(self, ip: str | None) -> tuple[Policy, ...]:
        """The policies in force for a caller from there."""
        return tuple(policy for policy in self.policies if policy.holds_at(ip))


@dataclass(frozen=True, slots=True)
class Session:
    """An open session. ``expires`` is in seconds since the epoch; ``next`` the token that has replaced it."""

    token: str
    user: str | None
    share: str | None
    expires: float
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A share: a link that lets somebody without an account see one item. Times are as stored."""

    id: str
    collection: str
    item: str
    role: str | None
    password: str | None
    date_start: Any
    date_end: Any
    times_used: int | None
    max_uses: int | None

    def is_open(self, now: float) -> bool:
        """Whether ``now`` (seconds since the epoch) lies within its dates."""
        started = self.date_start is None or seconds(self.date_start) <= now
        return started and (self.date_end is None or now < seconds(self.date_end))

    def ends(self, latest: int) -> int:
        """The first whole second (since the epoch) in which it has ended, but ``latest`` then."""
        return latest if self.date_end is None else min(latest, ceil(seconds(self.date_end)))

    @property
    def is_used_up(self) -> bool:
        """Whether nobody else may come in."""
        return self.max_uses is not None and (self.times_used or 0) >= self.max_uses


class Identities:
    """The cache. Owned by the engine, which calls ``committed`` with every commit; changed on the event loop only."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._epoch = 0
        self._known: dict[Hashable, Any] = {}
        self._claims: dict[bytes, Claims] = {}
        self._replaced: dict[object, int] = {}

    @property
    def epoch(self) -> int:
        """Counts whatever may have changed what is known of users, roles and policies."""
        return self._epoch

    def is_outdated(self, actor: Actor) -> bool:
        """Whether something may have changed since the actor was found out."""
        return actor.known is not None and actor.known != self._epoch

    def is_replaced(self, actor: Actor) -> bool:
        """Whether the static token that the actor came with was replaced since then."""
        is_static = actor.user is not None and actor.expires is None
        return is_static and actor.known is not None and self._replaced.get(actor.user, -1) > actor.known

    def clear(self) -> None:
        """Forget everything that came from the database."""
        self._known.clear()
        self._epoch += 1

    def committed(self, commit: Commit) -> None:
        """Forget what the commit has made stale."""
        if commit.decisive.isdisjoint(_HEEDED):
            return
        if commit.beyond & _HEEDED:
            self.clear()
        for change in commit.changes:
            if change.collection in _SHARED:
                self.clear()
            if change.collection == "directus_shares":
                self._forget(("share", change.key))
            elif change.collection == "directus_users":
                self._forget(("user", change.key))
                self._forget_tokens(change.key)
                if change.before is not None and change.before.values.get("token"):
                    self._note_token(change)

    def _note_token(self, change: Change) -> None:
        before, after = change.before, change.after
        if before is not None and (after is None or before.values.get("token") != after.values.get("token")):
            self._replaced[change.key] = self._epoch

    async def prime(self, actors: Iterable[Actor]) -> dict[str, Session]:
        """Have the standings of all these at hand, in a few statements; returns the sessions that they are in."""
        actors = list(actors)
        users = {actor.user for actor in actors if actor.user is not None and ("user", actor.user) not in self._known}
        if len(users) > 1:
            await self._load_users(sorted(users))
        tokens_ = sorted({actor.session for actor in actors if actor.session is not None})
        rows = await self._engine.store.read(accounts.SESSIONS, (_list(tokens_),)) if tokens_ else []
        return {row[0]: session_of(row) for row in rows}

    async def _load_users(self, users: list[str]) -> None:
        epoch, read = self._epoch, self._engine.store.read
        rows = await read(accounts.USERS_BY_ID, (_list(users),))
        own: dict[str, list[Policy]] = {}
        for user, *policy in await read(accounts.POLICIES_OF_USERS, (_list(users),)):
            own.setdefault(user, []).append(_policy(tuple(policy)))
        for user, status, role, secret in rows:
            by_role = await self.role(role)
            policies = {policy.id: policy for policy in (*by_role.policies, *own.get(user, ()))}
            ordered = tuple(policies[key] for key in sorted(policies))
            if epoch == self._epoch:
                standing = Standing(user, role, status == "active", bool(secret), by_role.roles, ordered)
                self._keep(("user", user), standing)

    async def user_of_token(self, token: str) -> str | None:
        """The id of the user with that static token, active or not; None when there is none."""

        async def load() -> str | None:
            rows = await self._engine.store.read(accounts.USER_BY_TOKEN, (token,))
            return rows[0][0] if rows else None

        return await self._get(("token", _digest(token)), load)

    async def user(self, key: str) -> Standing | None:
        """The standing of a user, or None when there is no such user."""

        async def load() -> Standing | None:
            rows = await self._engine.store.read(accounts.USER_BY_ID, (key,))
            if not rows:
                return None
            _, _, _, status, role, secret, _ = rows[0]
            return await self._standing(key, role, status == "active", bool(secret))

        return await self._get(("user", key), load)

    async def role(self, role: str | None) -> Standing:
        """The standing of a role that no user stands behind (a share); None: the public's."""

        async def load() -> Standing:
            return await self._standing(None, role, True, False)

        found = await self._get(("role", role), load)
        assert found is not None
        return found

    async def session(self, token: str) -> Session | None:
        """The session with that token, expired or not. Read each time: sessions are not in the change log."""
        rows = await self._engine.store.read(accounts.SESSION, (token,))
        return session_of(rows[0]) if rows else None

    async def share(self, key: str) -> Share | None:
        """The share with that id, open or not."""

        async def load() -> Share | None:
            rows = await self._engine.store.read(accounts.SHARE, (key,))
            return Share(*rows[0]) if rows else None

        return await self._get(("share", key), load)

    def claims(self, token: str) -> Claims | None:
        """What an access token says; None for what is no signed token. Raises InvalidToken, TokenExpired."""
        key, now = _digest(token), self._engine.clock.time()
        found = self._claims.get(key)
        if found is not None and found.expires > now:
            return found
        if not tokens.is_signed(token):
            return None
        found = tokens.read_access(token, self._engine.settings.secret, now)
        if len(self._claims) >= _MOST:
            self._claims.clear()
        self._claims[key] = found
        return found

    async def _standing(self, user: str | None, role: str | None, active: bool, has_tfa: bool) -> Standing:
        read = self._engine.store.read
        roles = tuple(row[0] for row in await read(accounts.ROLES, (role,))) if role is not None else ()
        policies = tuple(_policy(row) for row in await read(accounts.POLICIES, (role, user)))
        return Standing(user, role, active, has_tfa, roles, policies)

    async def _get(self, key: Hashable, load: Callable[[], Awaitable[T | None]]) -> T | None:
        """The value if it is known; else it is read, and read again when a commit came between. What does not exist
        is not remembered, so that guesses fill no memory."""
        found: T | None = self._known.get(key)
        while found is None:
            epoch = self._epoch
            value = await load()
            if epoch != self._epoch:
                continue
            if value is not None:
                self._keep(key, value)
            return value
        return found

    def _keep(self, key: Hashable, value: object) -> None:
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = value

    def _forget(self, key: Hashable) -> None:
        self._known.pop(key, None)
        self._epoch += 1

    def _forget_tokens(self, user: object) -> None:
        for key in [
            key for key, value in self._known.items() if isinstance(key, tuple) and key[0] == "token" and value == user
        ]:
            del self._known[key]


def session_of(row: tuple[Any, ...]) -> Session:
    """A session from the first five columns of its statement."""
    token, user, share, expires, following = row[:5]
    return Session(token, user, share, seconds(expires), following)


def _policy(row: tuple[Any, ...]) -> Policy:
    key, admin, app, enforce_tfa, ips = row
    rules = tuple(part.strip() for part in (ips or "").split(",") if part.strip())
    return Policy(key, bool(admin), bool(app), bool(enforce_tfa), rules)


def _digest(token: str) -> bytes:
    """Tokens are looked up by their digest: how long that takes tells nothing about a known token."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def _list(values: list[str]) -> str:
    return msgspec.json.encode(values).decode()
