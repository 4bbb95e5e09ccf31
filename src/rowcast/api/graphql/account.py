"""``auth_*``, ``users_me``, ``users_*`` and what else is about the caller. Must not know how any of it is decided."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFieldMap,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
)

from rowcast.api.graphql.inputs import Inputs
from rowcast.api.graphql.outputs import Outputs
from rowcast.api.graphql.roots import ROOT, Ask, Call, Run
from rowcast.api.graphql.scalars import JSON, BigInt
from rowcast.api.graphql.sight import Sight
from rowcast.api.graphql.verbs import NEEDED, Arguments, done, once, plain, verb
from rowcast.api.rest import forms
from rowcast.api.rest.auth import token_of
from rowcast.api.rest.grants import MODES, forget, members, remember
from rowcast.api.rest.policies import globals_of
from rowcast.engine.account import tfa
from rowcast.engine.account.invite import accept, invite
from rowcast.engine.account.login import login
from rowcast.engine.account.passwords import request_reset, reset
from rowcast.engine.account.register import Applicant, register, verify_registration
from rowcast.engine.account.sessions import Grant, Mode, end, refresh
from rowcast.engine.permissions import summary
from rowcast.engine.read import read_keys, read_one
from rowcast.engine.update import update
from rowcast.errors import Forbidden, InvalidCredentials, InvalidProvider

USERS, ROLES = "directus_users", "directus_roles"
TOKENS = plain("auth_tokens", access_token=GraphQLString, expires=BigInt, refresh_token=GraphQLString)
MODE = GraphQLEnumType("auth_mode", {str(mode): mode for mode in MODES})
SECRET = plain("users_me_tfa_generate_data", secret=GraphQLString, otpauth_url=GraphQLString)


def queries(sight: Sight, outputs: Outputs) -> GraphQLFieldMap:
    """What callers can ask about themselves."""
    found: GraphQLFieldMap = {"permissions_me": verb(JSON, _permissions), "policies_me_globals": verb(JSON, _globals)}
    if sight.fields(USERS):
        found["users_me"] = GraphQLField(outputs.row(USERS), extensions={ROOT: _me})
    if sight.fields(ROLES):
        roles = GraphQLList(outputs.row(ROLES))
        found["roles_me"] = GraphQLField(roles, extensions={ROOT: _my_roles})
    return found


def mutations(sight: Sight, outputs: Outputs, inputs: Inputs) -> GraphQLFieldMap:
    """What callers can do about themselves, and with other users."""
    text, truth = GraphQLString, GraphQLBoolean
    found: GraphQLFieldMap = {
        "auth_login": once(verb(TOKENS, _login, email=NEEDED, password=NEEDED, mode=MODE, otp=text)),
        "auth_refresh": once(verb(TOKENS, _refresh, refresh_token=text, mode=MODE)),
        "auth_logout": once(done(truth, _logout, refresh_token=text, mode=MODE)),
        "auth_password_request": once(done(truth, _request, email=NEEDED, reset_url=text)),
        "auth_password_reset": once(done(truth, _reset, token=NEEDED, password=NEEDED)),
        "users_me_tfa_generate": once(verb(SECRET, _generate, password=NEEDED)),
        "users_me_tfa_enable": once(done(truth, _enable, otp=NEEDED, secret=NEEDED)),
        "users_me_tfa_disable": once(done(truth, _disable, otp=NEEDED)),
        "users_invite_accept": once(done(truth, _accept, token=NEEDED, password=NEEDED)),
        "users_register": once(
            done(
                truth, _register, email=NEEDED, password=NEEDED, verification_url=text, first_name=text, last_name=text
            )
        ),
        "users_register_verify": once(done(truth, _verify, token=NEEDED)),
    }
    if sight.fields(USERS, "create"):
        found["users_invite"] = done(truth, _invite, email=NEEDED, role=NEEDED, invite_url=text)
    if sight.fields(USERS, "update"):
        row: Any = outputs.row(USERS) if sight.fields(USERS) else truth
        payload = GraphQLNonNull(inputs.payload(USERS, "update"))
        found["update_users_me"] = GraphQLField(row, {"data": GraphQLArgument(payload)}, extensions={ROOT: _update_me})
    return found


# ---- rows -------------------------------------------------------------------------------------------------------------


def _me(call: Call) -> Run:
    query = call.question()

    async def run(ask: Ask) -> bytes:
        return (await read_one(ask.engine, ask.actor, USERS, _user(ask), query)).data

    return run


def _my_roles(call: Call) -> Run:
    query = call.question()

    async def run(ask: Ask) -> bytes:
        return (await read_keys(ask.engine, ask.actor, ROLES, ask.actor.roles, query)).data

    return run


def _update_me(call: Call) -> Run:
    query = call.question()

    async def run(ask: Ask) -> bytes:
        key = _user(ask)
        if not await update(ask.engine, ask.actor, USERS, call.arguments["data"], keys=[key]):
            raise Forbidden
        return (await read_one(ask.engine, ask.actor, USERS, key, query)).data if call.shows_rows else b"true"

    return run


def _user(ask: Ask) -> str:
    if ask.actor.user is None:
        raise InvalidCredentials
    return ask.actor.user


# ---- signing in -------------------------------------------------------------------------------------------------------


async def _login(ask: Ask, given: Arguments) -> Any:
    if ask.engine.settings.auth_disable_default:
        raise InvalidProvider
    mode: Mode = given.get("mode") or "json"
    email, password, otp = forms.email(given), forms.required(given, "password"), given.get("otp")
    return _granted(ask, await login(ask.engine, ask.actor, email, password, otp=otp, mode=mode), mode)


async def _refresh(ask: Ask, given: Arguments) -> Any:
    token, mode = _session(ask, given)
    return _granted(ask, await refresh(ask.engine, ask.actor, token, mode), mode)


async def _logout(ask: Ask, given: Arguments) -> None:
    token, mode = _session(ask, given)
    await end(ask.engine, token)
    ask.cookies.calls.append(lambda response: forget(response, ask.engine.settings, mode))


def _session(ask: Ask, given: Arguments) -> tuple[str, Mode]:
    """The token of the session to renew or end, and the mode: the one named, else by where the token is. Raises InvalidPayload."""
    in_body: str | None = given.get("refresh_token")
    mode: Mode = given.get("mode") or ("json" if in_body else "cookie")
    return token_of(ask.engine, mode, in_body, ask.cookies.sent), mode


def _granted(ask: Ask, grant: Grant, mode: Mode) -> Any:
    ask.cookies.calls.append(lambda response: remember(response, ask.engine.settings, grant, mode))
    told = members(grant, mode)
    return {**told, "expires": str(told["expires"])}


async def _request(ask: Ask, given: Arguments) -> None:
    await request_reset(ask.engine, given["email"], given.get("reset_url"))


async def _reset(ask: Ask, given: Arguments) -> None:
    await reset(ask.engine, ask.actor, given["token"], given["password"])


# ---- the second factor, invitations, registration ---------------------------------------------------------------------


async def _generate(ask: Ask, given: Arguments) -> Any:
    _user(ask)
    secret, link = await tfa.generate(ask.engine, ask.actor, given["password"])
    return {"secret": secret, "otpauth_url": link}


async def _enable(ask: Ask, given: Arguments) -> None:
    _user(ask)
    await tfa.enable(ask.engine, ask.actor, given["secret"], given["otp"])


async def _disable(ask: Ask, given: Arguments) -> None:
    _user(ask)
    await tfa.disable(ask.engine, ask.actor, given["otp"])


async def _invite(ask: Ask, given: Arguments) -> None:
    await invite(ask.engine, ask.actor, [forms.email(given)], given["role"], given.get("invite_url"))


async def _accept(ask: Ask, given: Arguments) -> None:
    await accept(ask.engine, ask.actor, given["token"], given["password"])


async def _register(ask: Ask, given: Arguments) -> None:
    address, password = forms.email(given), forms.required(given, "password")
    applicant = Applicant(address, password, given.get("first_name"), given.get("last_name"))
    await register(ask.engine, ask.actor, applicant, given.get("verification_url"))


async def _verify(ask: Ask, given: Arguments) -> None:
    await verify_registration(ask.engine, ask.actor, given["token"])


async def _permissions(ask: Ask, given: Arguments) -> Any:
    return await summary(ask.engine, ask.actor)


async def _globals(ask: Ask, given: Arguments) -> Any:
    return await globals_of(ask.engine, ask.actor)
