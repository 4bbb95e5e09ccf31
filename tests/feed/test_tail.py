"""The end of the log in memory: whole commits, bounded in number and size."""

from __future__ import annotations

from rowcast.feed import Change, Commit, Image, Position, Tail
from rowcast.feed.commit import Kind

START = Position("e", 0)


def commit(number: int, *texts: str) -> Commit:
    changes = [Change("notes", key, Kind.UPDATE, Image(text), Image(text)) for key, text in enumerate(texts)]
    return Commit(Position("e", number), tuple(changes))


def test_it_knows_what_was_after_a_position_or_that_it_does_not() -> None:
    tail = Tail(START)
    commits = [commit(1, "{}"), commit(3, "{}", "{}")]
    for each in commits:
        tail.add(each)
    assert tail.since(START) == commits
    assert tail.since(Position("e", 1)) == commits[1:]
    assert tail.since(Position("e", 3)) == []
    assert tail.since(Position("e", 4)) is None
    assert tail.since(Position("f", 1)) is None


def test_it_keeps_so_many_changes() -> None:
    tail = Tail(START, most=3)
    for number in range(1, 4):
        tail.add(commit(number, "{}", "{}"))
    assert tail.start == Position("e", 2)
    assert tail.since(Position("e", 1)) is None


def test_it_keeps_so_many_bytes() -> None:
    tail = Tail(START, room=100)
    for number in range(1, 4):
        tail.add(commit(number, "x" * 25))
    assert tail.start == Position("e", 1)
    tail.add(commit(4, "x" * 200))
    assert (tail.start, tail.end) == (Position("e", 4), Position("e", 4))
    tail.add(commit(5, "{}"))
    assert tail.since(Position("e", 4)) == [commit(5, "{}")]


def test_older_commits_are_put_before_as_far_as_there_is_room() -> None:
    tail = Tail(Position("e", 3), room=100)
    tail.add(commit(4, "x" * 20))
    tail.extend(START, [commit(1, "x" * 20), commit(2, "x" * 10), commit(3, "x" * 10)])
    assert tail.start == Position("e", 1)
    assert [each.position.offset for each in tail.since(Position("e", 1)) or ()] == [2, 3, 4]
