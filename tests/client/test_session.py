"""The sans-I/O session as a table: no socket, no clock."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from rowcast import errors
from rowcast.client.effects import (
    Answer,
    Deliver,
    Effect,
    Ended,
    Failed,
    Granted,
    Held,
    Joined,
    Opened,
    Refused,
    Renew,
    Unplaced,
)
from rowcast.client.frames import decode
from rowcast.client.session import Phase, Session
from rowcast.protocol import Close, Send


def opened(**options: Any) -> Session:
    """A session that is open without credentials."""
    session = Session(**options)
    assert session.opened(None, 0.0) == [Opened()]
    return session


def take(session: Session, **frame: Any) -> list[Effect]:
    """What a frame brings about."""
    decoded = decode(json.dumps(frame).encode())
    assert decoded is not None
    return session.receive(decoded)


def sent(effects: list[Effect]) -> list[Any]:
    """The messages that are sent."""
    return [json.loads(effect.frame) for effect in effects if isinstance(effect, Send)]


def ask(session: Session, *, repeatable: bool = True) -> tuple[Any, list[Any]]:
    """A request, and what it sends."""
    request, effects = session.request({"collection": "c", "action": "read"}, repeatable=repeatable)
    return request, sent(effects)


def test_credentials_come_first_and_what_waits_follows() -> None:
    session = Session()
    request, nothing = ask(session)
    held = Held(session.uid(), {"collection": "c"})
    assert (nothing, session.subscribe(held)) == ([], [])
    assert sent(session.opened({"access_token": "t"}, 0.0)) == [{"type": "auth", "access_token": "t"}]
    assert session.phase is Phase.GREETING
    effects = take(session, type="auth", status="ok", refresh_token="r")
    assert effects[0] == Granted("r")
    assert effects[-1] == Opened()
    assert sent(effects) == [
        {"type": "subscribe", "collection": "c", "resume": True, "uid": held.uid},
        {"type": "items", "collection": "c", "action": "read", "uid": request.uid},
    ]


def test_refusal_and_silence_while_greeting() -> None:
    session = Session(auth_timeout=5)
    session.opened({"access_token": "t"}, 0.0)
    fault = {"code": "AUTH_FAILED", "message": "no"}
    (refused,) = take(session, type="auth", status="error", error=fault)
    assert isinstance(refused, Refused)
    assert isinstance(refused.error, errors.AuthFailed)
    assert (session.deadline, session.tick(4.9)) == (5, [])
    refused, closed = session.tick(5)
    assert isinstance(refused, Refused)
    assert closed == Close()


def test_expiry_asks_for_new_credentials_and_keeps_what_is_open() -> None:
    session = opened()
    session.subscribe(Held("s", {"collection": "c"}))
    assert take(session, type="auth", status="error", error={"code": "TOKEN_EXPIRED"}) == [Renew()]
    assert sent(session.authenticate({"refresh_token": "r"})) == [{"type": "auth", "refresh_token": "r"}]
    request, nothing = ask(session)
    assert (nothing, session.subscribe(Held("t", {"collection": "c"}))) == ([], [])
    granted, *waiting = take(session, type="auth", status="ok")
    assert granted == Granted(None)
    assert [each["uid"] for each in sent(waiting)] == ["t", request.uid]
    assert "s" in session.subscriptions


def test_what_is_refused_while_they_are_expired_is_asked_for_again() -> None:
    session = opened()
    held = Held(session.uid(), {"collection": "c"})
    session.subscribe(held)
    take(session, type="subscription", event="init", data=[], position="p1", uid=held.uid)
    take(session, type="auth", status="error", error={"code": "TOKEN_EXPIRED"})
    assert take(session, type="subscribe", status="error", error={"code": "FORBIDDEN"}, uid=held.uid) == []
    (again,) = sent(take(session, type="auth", status="ok"))
    assert (again["uid"], again["since"]) == (held.uid, "p1")


def test_what_was_asked_by_nobody_is_asked_again() -> None:
    """The server had taken the credentials for expired before the client heard of it: an answer is that to the public. Reads are
    asked again, and what was refused; a change that was made is not made twice."""
    session = opened()
    reading, refused, done, wrong = (ask(session, repeatable=each)[0] for each in (True, False, False, False))
    take(session, type="auth", status="error", error={"code": "TOKEN_EXPIRED"})
    assert take(session, type="items", data=[], uid=reading.uid) == []
    assert take(session, type="items", status="error", error={"code": "FORBIDDEN"}, uid=refused.uid) == []
    (answer,) = take(session, type="items", data={}, uid=done.uid)
    assert isinstance(answer, Answer)
    (failed,) = take(session, type="items", status="error", error={"code": "INVALID_PAYLOAD"}, uid=wrong.uid)
    assert isinstance(failed, Failed)
    asked = sent(take(session, type="auth", status="ok"))
    assert [each["uid"] for each in asked] == [reading.uid, refused.uid]
    (failed,) = take(session, type="items", status="error", error={"code": "FORBIDDEN"}, uid=refused.uid)
    assert isinstance(failed, Failed)


def joined(session: Session, channel: str = "#a", state: Any = None) -> tuple[Joined, list[Any]]:
    """On a channel, and what was sent to be there."""
    held = Joined(channel, state)
    held.uid = session.uid()
    said = sent(session.subscribe(held))
    take(session, type="channel", event="join", channel=channel, id="a", members=[], uid=held.uid)
    return held, said


def test_a_channel_is_joined_again_and_left() -> None:
    session = opened()
    held, said = joined(session, state=1)
    assert said == [{"type": "channel", "action": "join", "channel": "#a", "state": 1, "uid": held.uid}]
    with pytest.raises(RuntimeError, match="'#a' already"):
        session.subscribe(Joined("#a", None))
    (event,) = take(session, type="channel", event="message", channel="#a", data=1, uid=held.uid)
    assert isinstance(event, Deliver)
    session.lost()
    held.state = 2
    again, _ = session.opened(None, 1.0)
    assert sent([again]) == [{"type": "channel", "action": "join", "channel": "#a", "state": 2, "uid": held.uid}]
    (event,) = take(session, type="channel", event="join", channel="#a", id="b", members=[], uid=held.uid)
    assert isinstance(event, Deliver)
    assert event.kind == "gap"
    assert sent(session.unsubscribe(held.uid)) == [
        {"type": "channel", "action": "leave", "channel": "#a", "uid": held.uid}
    ]
    assert take(session, type="channel", event="left", channel="#a", uid=held.uid) == []
    assert take(session, type="channel", event="leave", channel="#a", uid=held.uid) == []


def test_a_channel_that_is_closed_is_over_unless_the_credentials_are_being_renewed() -> None:
    session = opened()
    held, _ = joined(session)
    closed = {"type": "channel", "event": "closed", "channel": "#a", "error": {"code": "FORBIDDEN"}, "uid": held.uid}
    take(session, type="auth", status="error", error={"code": "TOKEN_EXPIRED"})
    assert take(session, **closed) == []
    assert [each["action"] for each in sent(take(session, type="auth", status="ok"))] == ["join"]
    (ended,) = take(session, **closed)
    assert isinstance(ended, Ended)
    assert isinstance(ended.error, errors.Forbidden)


def test_what_cannot_be_sent_is_refused_at_once() -> None:
    """Also while there is no connection: it must not be found out when there is one again."""
    session = opened()
    session.lost()
    with pytest.raises(errors.InvalidPayload):
        session.subscribe(Held(session.uid(), {"collection": "c", "query": {"filter": object()}}))
    assert sent(session.opened(None, 1.0)) == []


def test_answers_find_their_requests() -> None:
    session = opened()
    first, _ = ask(session)
    second, _ = ask(session)
    (answer,) = take(session, type="items", data=[2], uid=second.uid)
    assert isinstance(answer, Answer)
    assert (answer.request, answer.frame.data) == (second, msgspec.Raw(b"[2]"))
    (failed,) = take(session, type="items", status="error", error={"code": "FORBIDDEN", "message": "m"}, uid=first.uid)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, errors.Forbidden)
    assert session.requests == {}
    assert take(session, type="items", data=[], uid="99") == []


def test_errors_without_uid_find_them_too() -> None:
    session = opened()
    requests = [ask(session)[0] for _ in range(3)]
    fault = {"code": "FORBIDDEN", "message": "m"}
    assert take(session, type="items", status="error", error=fault) == []
    assert take(session, type="items", status="error", error=fault) == []
    effects = take(session, type="items", data=[], uid=requests[1].uid)
    assert [effect.request for effect in effects if isinstance(effect, Failed)] == [requests[0], requests[2]]
    held = Held(session.uid(), {"collection": "c"})
    session.subscribe(held)
    (ended,) = take(session, type="subscribe", status="error", error=fault)
    assert isinstance(ended, Ended)
    assert ended.held is held
    (unplaced,) = take(session, type="subscribe", status="error", error=fault)
    assert isinstance(unplaced, Unplaced)


def test_a_given_up_request_takes_its_error_along() -> None:
    session = opened()
    first, _ = ask(session)
    second, _ = ask(session)
    assert take(session, type="items", status="error", error={"code": "FORBIDDEN"}) == []
    (failed,) = session.forget(first.uid)
    assert isinstance(failed, Failed)
    assert failed.request is second


def test_after_a_cut_reads_are_asked_again_and_changes_fail() -> None:
    session = opened()
    read, _ = ask(session)
    write, _ = ask(session, repeatable=False)
    (failed,) = session.lost()
    assert isinstance(failed, Failed)
    assert (failed.request, failed.error.extensions) == (write, {"sent": True})
    waiting, nothing = ask(session, repeatable=False)
    assert nothing == []
    assert [each["uid"] for each in sent(session.opened(None, 1.0))] == [read.uid, waiting.uid]


def test_events_with_positions_are_resumed_from_the_last() -> None:
    session = opened()
    held = Held(session.uid(), {"collection": "c", "query": {"limit": 1}})
    session.subscribe(held)
    kinds = [
        take(session, type="subscription", event="init", data=[], position="p1", uid=held.uid),
        take(session, type="subscription", event="create", data=[{}], position="p2", uid=held.uid),
    ]
    assert [effect.kind for (effect,) in kinds if isinstance(effect, Deliver)] == ["init", "create"]
    session.lost()
    (again,) = sent(session.opened(None, 1.0))
    assert (again["since"], again["resume"], again["query"]) == ("p2", True, {"limit": 1})
    (resumed,) = take(session, type="subscription", event="resumed", uid=held.uid)
    assert isinstance(resumed, Deliver)
    assert resumed.kind == "resumed"


@pytest.mark.parametrize("position", ["p1", None])
def test_a_fresh_init_after_a_cut_is_a_gap(position: str | None) -> None:
    session = opened()
    held = Held(session.uid(), {"collection": "c"})
    session.subscribe(held)
    take(session, type="subscription", event="init", data=[], position=position, uid=held.uid)
    session.lost()
    session.opened(None, 1.0)
    (gap,) = take(session, type="subscription", event="init", data=[{"id": 1}], position="p9", uid=held.uid)
    assert isinstance(gap, Deliver)
    assert (gap.kind, held.position) == ("gap", "p9")


def test_an_ended_subscription_is_not_asked_for_again() -> None:
    session = opened()
    held = Held(session.uid(), {"collection": "c"})
    session.subscribe(held)
    assert sent(session.unsubscribe(held.uid)) == [{"type": "unsubscribe", "uid": held.uid}]
    assert session.unsubscribe(held.uid) == []
    assert take(session, type="subscription", event="create", data=[{}], uid=held.uid) == []
    session.lost()
    assert sent(session.opened(None, 1.0)) == []


def test_the_end_ends_all_that_waits() -> None:
    session = opened()
    request, _ = ask(session)
    held = Held(session.uid(), {"collection": "c"})
    session.subscribe(held)
    failed, ended = session.abandoned(errors.ConnectionLost())
    assert isinstance(failed, Failed)
    assert isinstance(ended, Ended)
    assert (failed.request, ended.held) == (request, held)


def test_pings_are_answered_unless_the_user_does() -> None:
    assert sent(take(opened(), type="ping")) == [{"type": "pong"}]
    assert take(opened(pong=False), type="ping") == []


def test_only_a_server_that_answers_is_cut_for_silence() -> None:
    session = opened(heartbeat=10)
    assert session.tick(9.9) == []
    (ping,) = sent(session.tick(10))
    assert ping["type"] == "ping"
    assert sent(session.tick(20)) != []
    session.heard(21)
    take(session, type="pong", uid=ping["uid"])
    assert session.deadline == 31
    assert sent(session.tick(31)) != []
    assert session.tick(41) == [Close()]
    assert opened(heartbeat=None).deadline is None


@pytest.mark.parametrize("text", [b"", b"[]", b"1", b"{}", b'{"type":1}', b'{"type":"x","uid":[]}', b"\xff"])
def test_what_is_no_frame_is_none(text: bytes) -> None:
    assert decode(text) is None


def test_unknown_frames_are_passed_over() -> None:
    assert take(opened(), type="collab", action="x") == []
    assert take(opened(), type="subscription", event="other", uid="1") == []
