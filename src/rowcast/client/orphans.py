"""Errors without a uid, and who they are for. Some servers answer a failed request without saying which one failed.

An error belongs to one of the requests that were open when it came. Each answer that carries a uid rules one out; as soon as
there are as many errors as requests that they can be for, they are for exactly those. Must not know what the requests are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rowcast.client.faults import Fault


class Orphans:
    """The errors that have not found their request yet."""

    __slots__ = ("_open",)

    def __init__(self) -> None:
        self._open: list[tuple[Fault, set[str]]] = []

    def add(self, fault: Fault, candidates: Iterable[str]) -> Iterator[tuple[str, Fault]]:
        """One more error; yields those that are certain now. Candidates count in the order in which they were sent."""
        self._open.append((fault, set(candidates)))
        yield from self._settle()

    def answered(self, uid: str) -> Iterator[tuple[str, Fault]]:
        """That request has got its own answer, or is given up; yields what is certain now."""
        if self._open:
            for _, candidates in self._open:
                candidates.discard(uid)
            yield from self._settle()

    def clear(self) -> None:
        """Forget all: the connection is lost."""
        self._open.clear()

    def _settle(self) -> Iterator[tuple[str, Fault]]:
        self._open = [(fault, candidates) for fault, candidates in self._open if candidates]
        while found := self._certain():
            uids, faults = found
            yield from zip(sorted(uids, key=_age), faults, strict=False)
            self._open = [(fault, rest) for fault, each in self._open if (rest := each - uids)]

    def _certain(self) -> tuple[set[str], list[Fault]] | None:
        for _, candidates in self._open:
            faults = [fault for fault, others in self._open if others <= candidates]
            if len(faults) >= len(candidates):
                return set(candidates), faults
        return None


def _age(uid: str) -> tuple[int, str]:
    return (int(uid), uid) if uid.isdigit() else (0, uid)
