"""The command that tells why a user may or may not do something. Must not judge: the engine does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from rowcast.engine.explain import Question
from rowcast.engine.explain import explain as trace_of
from rowcast.server import greeting
from rowcast.server.config import Config
from rowcast.server.greeting import Line
from rowcast.server.lifespan import running

Trace = Mapping[str, Any]
LABELS = {"$t:public_label": "Public"}
"""Names that the Studio translates."""


async def explain(config: Config, question: Question, *, as_json: bool) -> bool:
    """Print the trace, for people or as JSON; return whether it is allowed. Raises InvalidQuery for an unknown user or action."""
    async with running(config) as platform:
        trace = await trace_of(platform.engine, question)
    if as_json:
        greeting.write(msgspec.json.format(msgspec.json.encode(trace), indent=2).decode())
    else:
        greeting.tell(list(lines(trace)))
    allowed: bool = trace["verdict"]["allowed"]
    return allowed


def lines(trace: Trace) -> Iterator[Line]:
    """The trace for people: the verdict first, then what led to it."""
    verdict, user = trace["verdict"], trace["user"]
    yield "Allowed" if verdict["allowed"] else "Refused", verdict["reason"]
    yield "User", f"{user['email'] or user['id']} ({user['status']})" if user else "the public"
    policies = [{**policy, "name": LABELS.get(policy["name"], policy["name"])} for policy in trace["policies"]]
    names = {policy["id"]: policy["name"] for policy in policies}
    for policy in policies:
        yield "Policy", _policy(policy)
    for rule in trace["rules"]:
        yield "Rule", _rule(rule, names)
    for name, value in trace["variables"].items():
        yield name, _json(value)


def _policy(policy: Trace) -> str:
    flags = [name for name in ("admin_access", "app_access", "enforce_tfa") if policy[name]]
    notes = [", ".join(_source(source) for source in policy["sources"]), *flags]
    if not policy["in_force"]:
        notes.append(f"not in force: only from {', '.join(policy['ip_access'])}")
    return f"{policy['name']} ({'; '.join(notes)})"


def _source(source: Trace) -> str:
    name = source["name"]
    return f'by {source["via"]} "{name}"' if name else f"by {source['via']}"


def _rule(rule: Trace, names: Mapping[str, str]) -> str:
    origin = names.get(rule["policy"], "access to the Studio") if rule["policy"] else "access to the Studio"
    holds = {None: "", True: ", holds for the item", False: ", does not hold for the item"}[rule["matches"]]
    parts = [f"{origin}: {_json(rule['condition']) if rule['condition'] else 'every item'}{holds}"]
    parts.append("all fields" if rule["fields"] is None else f"fields {', '.join(rule['fields']) or 'none'}")
    parts += [f"{name} {_json(rule[name])}" for name in ("presets", "validation") if rule[name]]
    parts += [f"void: {rule['fault']}"] if rule["fault"] else []
    return "; ".join(parts)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
