"""The session as a table: what goes in, what comes out. No socket, no clock."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rowcast.protocol import (
    Check,
    Close,
    Demote,
    Effects,
    Items,
    Phase,
    Rules,
    Run,
    Send,
    Session,
    Subscribe,
    Unsubscribe,
)
from rowcast.protocol.backlog import Backlog
from rowcast.protocol.codec import decode
from rowcast.protocol.messages import Invalid

HANDSHAKE_FAILED = {
    "type": "auth",
    "status": "error",
    "error": {"code": "AUTH_FAILED", "message": "Authentication handshake failed."},
}
AUTH = b'{"type":"auth","access_token":"t","uid":"a"}'
READ = b'{"type":"items","collection":"posts","action":"read","uid":1}'


def session(mode: Any = "handshake", *, known: bool = False, expires: float | None = None, **rules: Any) -> Session:
    return Session(Rules(mode=mode, auth_timeout=10, **rules), 0.0, known=known, expires=expires)


def told(effects: Effects) -> list[Any]:
    """Frames decoded, other effects by their name."""
    return [json.loads(e.frame) if isinstance(e, Send) else type(e).__name__ for e in effects]


def opened(mode: Any = "handshake", **rules: Any) -> Session:
    made = session(mode, **rules)
    if mode != "public":
        made.receive(AUTH, 1.0)
        made.accepted(None, None, 1.0)
    return made


@pytest.mark.parametrize(
    "first",
    [
        READ,
        b'{"type":"ping"}',
        b"[1,2]",
        b"",
        b"{nope",
        b'{"type":"auth","access_token":5}',
        b'{"type":"auth","email":"ann","password":"x"}',
        b'{"type":"shout"}',
    ],
)
def test_first_frame_must_be_a_valid_auth(first: bytes) -> None:
    made = session()
    assert told(made.receive(first, 1.0)) == [HANDSHAKE_FAILED, "Close"]
    assert made.phase is Phase.CLOSED
    assert made.receive(AUTH, 2.0) == ()


def test_handshake_succeeds_and_requests_run() -> None:
    made = session()
    (check,) = made.receive(AUTH, 1.0)
    assert isinstance(check, Check)
    assert check.message.access_token == "t"
    assert told(made.accepted(None, None, 2.0)) == [{"type": "auth", "status": "ok", "uid": "a"}]
    (run,) = made.receive(READ, 3.0)
    assert isinstance(run, Run)
    assert isinstance(run.message, Items)
    assert made.deadline is None


def test_refresh_token_follows_the_uid() -> None:
    made = session()
    made.receive(AUTH, 1.0)
    (sent,) = made.accepted(None, "next", 2.0)
    assert isinstance(sent, Send)
    assert sent.frame == b'{"type":"auth","status":"ok","uid":"a","refresh_token":"next"}'


def test_bad_credentials_end_the_handshake_without_uid() -> None:
    made = session()
    made.receive(AUTH, 1.0)
    assert told(made.rejected()) == [HANDSHAKE_FAILED, "Close"]


def test_handshake_times_out() -> None:
    made = session()
    assert made.deadline == 10.0
    assert made.tick(9.9) == ()
    assert told(made.tick(10.0)) == [HANDSHAKE_FAILED, "Close"]


def test_time_does_not_run_out_while_credentials_are_checked() -> None:
    made = session()
    made.receive(AUTH, 9.0)
    made.suspend()
    assert made.tick(11.0) == ()
    assert made.deadline is None  # nobody asks again and again meanwhile
    assert told(made.accepted(None, None, 12.0))[0]["status"] == "ok"


def test_frames_behind_auth_are_kept_in_order() -> None:
    made = session()
    made.receive(AUTH, 1.0)
    made.suspend()
    for text in (READ, b'{"type":"subscribe","collection":"posts"}', b'{"type":"unsubscribe"}'):
        assert made.receive(text, 1.0) == ()
    assert made.following(1.0) is None
    made.accepted(None, None, 2.0)
    made.resume()
    kinds = []
    while (effects := made.following(2.0)) is not None:
        kinds += [type(e.message) for e in effects if isinstance(e, Run)]
    assert kinds == [Items, Subscribe, Unsubscribe]


def test_frames_wait_for_a_verb_that_is_suspended() -> None:
    made = opened("public")
    made.receive(READ, 1.0)
    made.suspend()
    made.receive(b'{"type":"ping","uid":2}', 1.0)
    assert made.waiting == 1
    made.resume()
    assert told(made.following(2.0) or ()) == [{"type": "pong", "uid": 2}]


def actions(effects: Effects | None) -> list[str]:
    return [e.message.action for e in effects or () if isinstance(e, Run) and isinstance(e.message, Items)]


def write(action: str) -> bytes:
    return json.dumps({"type": "items", "collection": "posts", "action": action, "id": 1, "data": {}}).encode()


def test_writes_follow_a_write_that_is_queued_already() -> None:
    made = opened("public")
    for action in ("create", "update", "delete"):
        assert actions(made.receive(write(action), 1.0)) == [action]
        made.suspend(queued=True)
    assert made.receive(READ, 1.0) == ()
    assert made.receive(write("create"), 1.0) == ()  # it may not overtake the read
    for _ in range(2):
        made.resume()
        assert made.following(2.0) is None  # the read must see all three
    made.resume()
    assert actions(made.following(2.0)) == ["read"]
    assert actions(made.following(2.0)) == ["create"]


def test_nothing_follows_a_write_that_is_not_queued_yet() -> None:
    made = opened("public")
    made.receive(write("create"), 1.0)
    made.suspend(queued=False)
    assert made.receive(write("create"), 1.0) == ()
    made.resume()
    assert actions(made.following(2.0)) == ["create"]
    made.suspend(queued=True)
    assert actions(made.receive(write("create"), 2.0)) == ["create"]
    made.suspend(queued=False)
    assert made.receive(write("create"), 2.0) == ()


@pytest.mark.parametrize(("mode", "ends"), [("public", []), ("handshake", ["Close"]), ("strict", ["Close"])])
def test_failed_later_auth_falls_back_to_public(mode: Any, ends: list[str]) -> None:
    made = session(mode, known=mode == "strict") if mode == "strict" else opened(mode)
    made.receive(AUTH, 2.0)
    error = {
        "type": "auth",
        "status": "error",
        "error": {"code": "AUTH_FAILED", "message": "Authentication failed."},
        "uid": "a",
    }
    assert told(made.rejected()) == ["Demote", error, *ends]


@pytest.mark.parametrize(("mode", "ends"), [("public", []), ("handshake", ["Close"]), ("strict", ["Close"])])
def test_expiry(mode: Any, ends: list[str]) -> None:
    made = session(mode, known=True, expires=100.0)
    assert made.tick(99.0) == ()
    expired, demote = told(made.tick(100.0))
    assert demote == "Demote", "first why, then what comes of it"
    assert expired == {
        "type": "auth",
        "status": "error",
        "error": {"code": "TOKEN_EXPIRED", "message": "Token expired."},
    }
    assert made.phase is Phase.EXPIRED
    assert made.deadline == 110.0
    timed_out, *rest = told(made.tick(110.0))
    assert timed_out["error"]["code"] == "AUTH_TIMEOUT"
    assert rest == ends


def test_auth_after_expiry_goes_on() -> None:
    made = session(known=True, expires=100.0)
    made.tick(100.0)
    made.receive(AUTH, 105.0)
    made.accepted(200.0, None, 106.0)
    assert made.phase is Phase.OPEN
    assert made.deadline == 200.0


def test_heartbeat() -> None:
    made = opened()
    assert told(made.beat()) == [{"type": "ping"}]
    made.receive(b'{"type":"pong"}', 2.0)
    assert told(made.beat()) == [{"type": "ping"}]
    assert told(made.beat()) == ["Close"]


def test_no_ping_before_authentication() -> None:
    assert session().beat() == ()


def test_pings_are_ignored_when_the_heartbeat_is_off() -> None:
    assert opened("public", answer_pings=False).receive(b'{"type":"ping"}', 1.0) == ()


def test_rate_limit() -> None:
    made = opened("public", limit=(2, 1.0))
    ping = b'{"type":"ping","uid":"p"}'
    assert told(made.receive(ping, 1.0)) == told(made.receive(ping, 1.1)) == [{"type": "pong", "uid": "p"}]
    (error,) = told(made.receive(ping, 1.5))
    assert error == {
        "type": "server",
        "status": "error",
        "error": {"code": "REQUESTS_EXCEEDED", "message": "Too many messages, retry after 500ms."},
        "uid": "p",
    }
    assert told(made.receive(ping, 2.0)) == [{"type": "pong", "uid": "p"}]


@pytest.mark.parametrize(
    ("text", "context", "uid"),
    [
        (b"{nope", "server", None),
        (b"", "server", None),
        (b"null", "server", None),
        (b"{}", "server", None),
        (b'{"type":5}', "server", None),
        (b'{"type":"ping","uid":null}', "server", None),
        (b'{"type":"ping","uid":true}', "server", None),
        (b'{"type":"subscribe"}', "subscribe", None),
        (b'{"type":"subscribe","uid":7}', "subscribe", 7),
        (b'{"type":"subscribe","collection":"a","event":"init","uid":"s"}', "subscribe", "s"),
        (b'{"type":"subscribe","collection":"a","query":null}', "subscribe", None),
        (b'{"type":"subscribe","collection":"a","query":"x"}', "subscribe", None),
        (b'{"type":"items","action":"read","uid":"m"}', "items", "m"),
        (b'{"type":"items","collection":"a","action":"upsert","uid":"m"}', "items", "m"),
        (b'{"type":"auth","access_token":5,"uid":"x"}', "auth", "x"),
        (b"\xff\xfe", "server", None),
    ],
)
def test_invalid_frames_are_answered_and_the_connection_kept(text: bytes, context: str, uid: object) -> None:
    made = opened("public")
    (error,) = told(made.receive(text, 1.0))
    assert (error["type"], error["error"]["code"], error.get("uid")) == (context, "INVALID_PAYLOAD", uid)
    assert made.phase is Phase.OPEN


@pytest.mark.parametrize("text", [b'{"type":"shout","uid":"u"}', b'{"type":"pong"}', b'{"type":"shout"}'])
def test_what_is_not_answered(text: bytes) -> None:
    assert opened("public").receive(text, 1.0) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b'{"type":"items","collection":"a","action":"get"}', "create, read, update, delete"),
        (b'{"type":"channel","channel":"a","action":"get"}', "join, leave, state, broadcast"),
        (b'{"type":"subscribe","collection":"a","event":"get"}', "create, update, delete"),
        (b'{"type":"subscribe","collection":"a","live":"get"}', "set"),
    ],
)
def test_what_a_member_may_be_is_told(text: bytes, words: str) -> None:
    found = decode(text)
    assert isinstance(found, Invalid)
    assert found.reason.endswith(f"must be one of {words}")


def test_unknown_members_are_ignored() -> None:
    made = opened("public")
    (run,) = made.receive(b'{"type":"items","collection":"a","action":"read","note":1,"id":0}', 1.0)
    assert isinstance(run, Run)
    assert isinstance(run.message, Items)
    assert run.message.id == 0


def test_effects_are_values() -> None:
    assert Close(1001, "x") == Close(1001, "x")
    assert Demote() == Demote()


@pytest.mark.parametrize(
    "members", [{}, {"email": "a@b.cd"}, {"password": "x"}, {"access_token": 5}, {"email": "a", "password": "x"}]
)
def test_what_is_no_credentials_costs_nobody_the_connection(members: dict[str, Any]) -> None:
    made = session(known=True)
    effects = told(made.receive(json.dumps({"type": "auth", "uid": 1, **members}).encode(), 1.0))
    assert [(e["type"], e["error"]["code"], e["uid"]) for e in effects] == [("auth", "INVALID_PAYLOAD", 1)]
    greeting = session()
    assert told(greeting.receive(json.dumps({"type": "auth", **members}).encode(), 1.0)) == [HANDSHAKE_FAILED, "Close"]


# ---- what waits -------------------------------------------------------------------------------------------------------


def test_one_frame_of_any_size_may_wait_besides() -> None:
    backlog = Backlog(100)
    assert not backlog.is_over(100, 10)
    assert not backlog.is_over(5000, 5000)  # a long answer
    assert not backlog.is_over(5090, 90)  # and what happens while it is on its way
    assert backlog.is_over(5101, 11)
    assert backlog.is_over(9000, 4000)  # no second one
    assert not backlog.is_over(90, 10)
    assert backlog.is_over(201, 201, 100)  # several short ones are not one long
    assert not backlog.is_over(200, 200, 100)
