"""From a token to the one who asks. Must not know where the token came from (header, query, cookie, frame)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from rowcast.auth import Actor
from rowcast.auth.tokens import Claims
from rowcast.engine.account.identities import Session, Standing
from rowcast.errors import Forbidden, InvalidCredentials

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine


async def identify(
    engine: Engine, token: str | None, *, ip: str | None, user_agent: str | None, origin: str | None
) -> Actor:
    """Who asks with that token; without one, the public.

    Policies are those of the user, its role and all parent roles (of the public, too, for a user without role), as
    far as their IP rules let them hold for ``ip``. Raises InvalidCredentials (unknown token, ended session, user not
    active), InvalidToken (a signed token that is not ours or was changed), TokenExpired, Forbidden (the share has
    ended).
    """
    place = Actor(ip=ip, user_agent=user_agent, origin=origin, known=engine.identities.epoch)
    if token is None:
        return stand(place, await engine.identities.role(None), own=True)
    if not is_text(token):
        raise InvalidCredentials
    claims = engine.identities.claims(token)
    if claims is not None:
        return await _by_claims(engine, claims, place)
    user = await engine.identities.user_of_token(token)
    return stand(place, await _active(engine, user), own=True)


def is_text(token: str) -> bool:
    """Whether the token can be written down: JSON can carry half of a character."""
    try:
        token.encode()
    except UnicodeEncodeError:
        return False
    return True


async def identify_again(engine: Engine, actor: Actor, sessions: Mapping[str, Session] | None = None) -> Actor:
    """The same actor with what holds now. Raises InvalidCredentials or Forbidden when it may not ask any more (user
    or share gone, not active, session ended). The end of its token is not looked at. ``sessions``: those that are open, if that
    is known."""
    known = engine.identities.epoch
    if actor.user is None and actor.share is None:
        return stand(actor, await engine.identities.role(None), own=True, known=known)
    if actor.expires is None:
        return stand(actor, await _active(engine, actor.user), own=True, known=known)
    claims = Claims(actor.user, actor.role, actor.expires, session=actor.session, share=actor.share)
    return await _by_claims(engine, claims, replace(actor, known=known), sessions)


async def _by_claims(
    engine: Engine, claims: Claims, place: Actor, sessions: Mapping[str, Session] | None = None
) -> Actor:
    if claims.session is not None:
        await _require_session(engine, claims.session, sessions)
    place = replace(place, expires=claims.expires, session=claims.session, share=claims.share)
    if claims.user is not None:
        return stand(place, await _active(engine, claims.user), own=False)
    share = await engine.identities.share(claims.share or "")
    if share is None or not share.is_open(engine.clock.time()):
        raise Forbidden
    place = replace(place, expires=share.ends(claims.expires))
    return replace(stand(place, await engine.identities.role(share.role), own=True), admin=False, app=False)


async def _require_session(engine: Engine, token: str, sessions: Mapping[str, Session] | None) -> None:
    session = await engine.identities.session(token) if sessions is None else sessions.get(token)
    if session is None or session.expires <= engine.clock.time():
        raise InvalidCredentials


async def _active(engine: Engine, user: str | None) -> Standing:
    standing = await engine.identities.user(user) if user is not None else None
    if standing is None or not standing.active:
        raise InvalidCredentials
    return standing


def stand(place: Actor, standing: Standing, *, own: bool, known: int | None = None) -> Actor:
    """The actor of that standing. ``own`` tokens (static ones, shares) need no second factor; who signed in with a
    password under a policy that enforces one, and has none yet, is left with what it takes to set one up. ``known``: at which state
    of the identities that was found out, if not at that of the place."""
    policies = standing.policies_at(place.ip)
    bare = not own and not standing.has_tfa and any(policy.enforce_tfa for policy in policies)
    return Actor(  # written out: each listener is stood again when rights change, and ``replace`` looks at every field
        standing.user,
        standing.role,
        standing.roles,
        () if bare else tuple(sorted([policy.id for policy in policies])),
        not bare and any(policy.admin for policy in policies),
        any(policy.app or policy.admin for policy in policies),
        place.share,
        place.session,
        place.expires,
        place.ip,
        place.user_agent,
        place.origin,
        place.known if known is None else known,
    )
