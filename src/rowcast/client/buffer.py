"""What has arrived for one subscription and is not taken yet: bounded, with a policy for when it is full. One takes, one puts."""

from __future__ import annotations

from collections import deque
from typing import Generic, Literal, get_args

from typing_extensions import TypeVar

from rowcast.client.frames import Frame
from rowcast.client.wake import Wake, wake
from rowcast.errors import InvalidConfiguration, RowcastError, SlowConsumer

T = TypeVar("T", default=Frame)
Policy = Literal["gap", "error", "wait"]
"""When a buffer is full: ``gap`` drops the oldest and says so by a ``gap`` event in their place; ``error`` ends the subscription
with SlowConsumer; ``wait`` reads no more from the connection, which holds up everything else on it."""


class Buffer(Generic[T]):
    """At most ``limit`` frames (or what was made of them), each with the kind of its event."""

    __slots__ = ("_error", "_frames", "_missed", "_over", "_waiting", "limit", "policy")

    def __init__(self, limit: int, policy: Policy) -> None:
        """Raises InvalidConfiguration for a limit below one, and for another policy."""
        if limit < 1 or policy not in get_args(Policy):
            raise InvalidConfiguration(
                f"buffer is {limit}, when_full {policy!r}: at least 1, and one of {', '.join(get_args(Policy))}."
            )
        self.limit, self.policy = limit, policy
        self._frames: deque[tuple[str, T]] = deque()
        self._waiting: list[Wake] = []
        self._missed = self._over = False
        self._error: RowcastError | None = None

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self._over

    @property
    def error(self) -> RowcastError | None:
        """Why it has ended, if that was no wish of ours."""
        return self._error

    # ---- the side of the connection -----------------------------------------------------------------------------------

    def take(self, kind: str, frame: T) -> bool:
        """One more. Whether the connection should call ``room`` before it goes on."""
        if self._over or kind == "resumed":
            return False
        self._frames.append((kind, frame))
        if self._waiting:
            self._notify()
        return len(self._frames) > self.limit and self._full()

    def _full(self) -> bool:
        if self.policy == "gap":
            self._frames.popleft()
            self._missed = True
        elif self.policy == "error":
            self.end(SlowConsumer())
        return self.policy == "wait"

    async def room(self) -> None:
        """Wait until there is room."""
        while len(self._frames) > self.limit and not self._over:
            await self._wait()

    def end(self, error: RowcastError | None = None) -> None:
        """Nothing more will come; what is there can still be taken, then ``error`` is raised."""
        self._over, self._error = True, self._error or error
        self._notify()

    def abandon(self) -> None:
        """Nobody will take anything any more."""
        self._frames.clear()
        self.end()

    # ---- the side of the user -----------------------------------------------------------------------------------------

    async def get(self) -> tuple[str, T | None] | None:
        """The next; without frame for a gap that the buffer has made; None at the end. Safe to cancel: nothing is lost."""
        while not self._frames:
            if self._over:
                if self._error is not None:
                    raise self._error
                return None
            each = wake()  # as in ``_wait``: one coroutine less for each event
            self._waiting.append(each)
            await each.wait()
        return self.pop()

    def pop(self) -> tuple[str, T | None]:
        """The next, where there is one."""
        if self._missed:
            self._missed = False
            return "gap", None
        found = self._frames.popleft()
        if self.policy == "wait":
            self._notify()
        return found

    def _notify(self) -> None:
        """Wake those that wait, once."""
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            each.set()

    async def _wait(self) -> None:
        each = wake()
        self._waiting.append(each)
        await each.wait()
