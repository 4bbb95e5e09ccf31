"""Whether the server is still there: when it was heard last, and when it has to be asked. Knows no clock; all times are seconds of
one, whichever."""

from __future__ import annotations


class Pulse:
    """``heartbeat``: after that long a silence the server is asked; None: never. ``answers``: it has answered a ping before, or
    sent one, so that its silence means something."""

    __slots__ = ("_asked", "_heard", "answers", "heartbeat")

    def __init__(self, heartbeat: float | None) -> None:
        self.heartbeat = heartbeat
        self.answers = False
        self._heard = 0.0
        self._asked: float | None = None

    def heard(self, now: float) -> None:
        """Something has arrived, or the connection has begun."""
        self._heard, self._asked = now, None

    @property
    def deadline(self) -> float | None:
        """When it has to be asked, or is late with its answer."""
        if self.heartbeat is None:
            return None
        return (self._heard if self._asked is None else self._asked) + self.heartbeat

    @property
    def is_gone(self) -> bool:
        """Whether, at the deadline, it is to be taken for dead. One that has never answered a ping is not."""
        return self._asked is not None and self.answers

    def asked(self, now: float) -> None:
        """It was asked."""
        self._asked = now
