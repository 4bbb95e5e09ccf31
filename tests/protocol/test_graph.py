"""Each state of the GraphQL sub-protocol, with each message that may or may not come in it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcast.protocol.graph import ACK, PING, PONG, Authenticate, Begin, GraphPhase, GraphRules, GraphSession, Stop
from rowcast.protocol.session import Close, Send

RULES = GraphRules()


def said(**message: Any) -> bytes:
    return msgspec.json.encode(message)


INIT = said(type="connection_init", payload={"access_token": "t"})
ASK = said(type="subscribe", id="1", payload={"query": "{ a }"})


def opened(rules: GraphRules = RULES, expires: float | None = None) -> GraphSession:
    session = GraphSession(rules, 0.0)
    session.receive(INIT, 0.0)
    assert session.accepted(expires) == (Send(ACK),)
    return session


def code(effects: Any) -> int | None:
    (close,) = effects
    assert isinstance(close, Close)
    return close.code


def test_a_greeting_has_to_bring_a_token() -> None:
    session = GraphSession(GraphRules(), 0.0)
    assert session.receive(INIT, 0.0) == (Authenticate("t"),)
    for payload in ({}, {"access_token": ""}, {"access_token": 1}, None):
        assert code(GraphSession(GraphRules(), 0.0).receive(said(type="connection_init", payload=payload), 0.0)) == 4403
    assert code(GraphSession(GraphRules(), 0.0).receive(said(type="connection_init"), 0.0)) == 4403
    session = GraphSession(GraphRules(), 0.0)
    session.receive(INIT, 0.0)
    assert code(session.rejected()) == 4403


def test_other_modes_take_who_came_with_the_upgrade() -> None:
    assert GraphSession(GraphRules("public"), 0.0).receive(INIT, 0.0) == (Authenticate(None),)
    assert GraphSession(GraphRules("strict"), 0.0, known=True).receive(INIT, 0.0) == (Authenticate(None),)
    bare = said(type="connection_init")
    assert GraphSession(GraphRules(), 0.0, known=True).receive(bare, 0.0) == (Authenticate(None),)


def test_what_does_not_belong_closes() -> None:
    assert code(GraphSession(GraphRules(), 0.0).receive(ASK, 0.0)) == 4401
    assert code(opened().receive(INIT, 0.0)) == 4429
    for text in (
        b"",
        b"[",
        b"[]",
        b"{}",
        said(type="x"),
        said(type="subscribe"),
        b"\xff",
        b'{"type":"subscribe","id":1}',
    ):
        assert code(opened().receive(text, 0.0)) == 4400, text
    for payload in ({}, {"query": 1}, None):
        assert code(opened().receive(said(type="subscribe", id="1", payload=payload), 0.0)) == 4400
    session = opened()
    assert session.receive(ASK, 0.0) == (Begin("1", {"query": "{ a }"}),)
    assert code(session.receive(ASK, 0.0)) == 4409
    assert session.receive(ASK, 0.0) == ()


def test_operations_end_once() -> None:
    session = opened()
    session.receive(ASK, 0.0)
    assert session.receive(said(type="complete", id="1"), 0.0) == (Stop("1"),)
    assert session.receive(said(type="complete", id="1"), 0.0) == ()
    assert session.receive(ASK, 0.0) == (Begin("1", {"query": "{ a }"}),)


def test_pings_both_ways() -> None:
    session = opened()
    assert session.receive(said(type="ping"), 0.0) == (Send(PONG),)
    assert session.beat() == (Send(PING),)
    assert session.receive(said(type="pong"), 0.0) == ()
    assert session.beat() == (Send(PING),)
    assert code(session.beat()) is None


def test_time() -> None:
    session = GraphSession(GraphRules(auth_timeout=5.0), 10.0)
    assert session.deadline == 15.0
    assert session.tick(14.0) == ()
    assert code(session.tick(15.0)) == 4408
    session = opened(expires=20.0)
    assert session.tick(19.0) == ()
    assert code(session.tick(20.0)) == 4403
    assert opened().deadline is None


def test_too_many_operations() -> None:
    session = opened(GraphRules(limit=(2, 1.0)))
    for number in range(2):
        session.receive(said(type="subscribe", id=str(number), payload={"query": "q"}), 0.0)
    assert code(session.receive(said(type="subscribe", id="x", payload={"query": "q"}), 0.0)) == 4429


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda below: st.lists(below, max_size=2)
)
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["connection_init", "subscribe", "complete", "ping", "pong", "next", ""]) | VALUES,
        "id": st.sampled_from(["1", "2", ""]) | VALUES,
        "payload": st.fixed_dictionaries({}, optional={"query": VALUES, "access_token": VALUES}) | VALUES,
    },
)


@given(st.lists(MESSAGES.map(msgspec.json.encode) | st.binary(max_size=20), max_size=8), st.booleans())
def test_no_message_breaks_a_session(texts: list[bytes], known: bool) -> None:
    session = GraphSession(GraphRules("public" if known else "handshake"), 0.0, known=known)
    for text in texts:
        for effect in session.receive(text, 0.0):
            if isinstance(effect, Authenticate):
                session.accepted()
            elif isinstance(effect, Begin):
                assert effect.id in session.open
            elif isinstance(effect, Close):
                assert session.phase is GraphPhase.CLOSED
    if session.phase is GraphPhase.CLOSED:
        assert session.receive(INIT, 0.0) == () == session.tick(99.0) == session.beat()


@pytest.mark.parametrize("name", ["1", 'a"b', "\n"])
def test_names_are_kept_as_they_are(name: str) -> None:
    from rowcast.protocol import graph

    assert msgspec.json.decode(graph.following(name, b"{}")) == {"id": name, "type": "next", "payload": {}}
    assert msgspec.json.decode(graph.finished(name)) == {"id": name, "type": "complete"}
    assert msgspec.json.decode(graph.failed(name, [])) == {"id": name, "type": "error", "payload": []}
