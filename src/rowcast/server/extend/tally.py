"""What is counted and told about each extension: calls, refusals, failures, time. Must not know what an extension does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

import structlog

from rowcast.errors import HookFailed, HookTimeout, RowcastError

log = structlog.get_logger("rowcast.hooks")
Kind = Literal["before", "after", "connect", "disconnect", "message", "route", "timer"]


@dataclass(slots=True, eq=False)
class Tally:
    """The counts of one hook. ``seconds``: spent in it, waiting included. ``refusals``: it raised an error meant for the caller;
    ``failures``: it failed; ``dropped``: events of an after-hook that were given up, or lie before the end of the log."""

    kind: Kind
    name: str
    calls: int = 0
    refusals: int = 0
    failures: int = 0
    dropped: int = 0
    seconds: float = 0.0
    last_error: str | None = None

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around one call. What was not meant for the caller is logged and becomes HookFailed."""
        self.calls += 1
        began = perf_counter()
        try:
            yield
        except HookFailed:  # of another hook, told there
            raise
        except RowcastError:
            self.refusals += 1
            raise
        except BaseException as error:
            if not is_failure(error):
                raise
            self.fail(error)
            raise HookFailed from error
        finally:
            self.seconds += perf_counter() - began

    @asynccontextmanager
    async def limited(self, seconds: float | None) -> AsyncIterator[None]:
        """Around a call that may not take longer. Raises HookTimeout, told already."""
        try:
            async with asyncio.timeout(seconds) as clock:
                yield
        except TimeoutError:
            if seconds is not None and clock.expired():
                raise self.out_of_time(seconds) from None
            raise

    def fail(self, error: BaseException, **facts: object) -> None:
        """The hook failed: count it and tell the log."""
        self.failures += 1
        self.last_error = f"{type(error).__name__}: {error}"
        log.error("hook failed", hook=self.name, kind=self.kind, error=self.last_error, exc_info=error, **facts)

    def out_of_time(self, limit: float) -> HookTimeout:
        """The hook took too long: count it, tell the log; the error for the caller."""
        self.failures += 1
        self.last_error = f"took longer than {limit:g} s"
        log.error("hook failed", hook=self.name, kind=self.kind, error=self.last_error)
        return HookTimeout()


class Passed(BaseException):
    """Carries something through ``Tally.call`` that is no failure."""


def is_failure(error: BaseException) -> bool:
    """Whether it is the hook's own: not so when whoever called is cancelled or ended. A hook that raises CancelledError by itself,
    or SystemExit, has failed like any other; so has one in a thread that raises KeyboardInterrupt, as Ctrl-C does
    not there."""
    if isinstance(error, asyncio.CancelledError):
        return not _is_cancelled()
    if isinstance(error, KeyboardInterrupt):
        return threading.current_thread() is not threading.main_thread()
    return not isinstance(error, (GeneratorExit, Passed))


def _is_cancelled() -> bool:
    try:
        task = asyncio.current_task()
    except RuntimeError:  # a thread of the hooks
        return False
    return task is not None and task.cancelling() > 0
