"""The program's log: structured lines on standard error, without secrets. Must not know what is logged or why."""

from __future__ import annotations

import logging
import os
import re
import sys
import time
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

LEVELS = {"trace": 5, "debug": 10, "info": 20, "warn": 30, "error": 40, "fatal": 50, "silent": 60}
LETTER = "letter"
_SECRET = re.compile(
    r"""((?:access_token|refresh_token|token|password|secret|otp)["']?\s*[=:]\s*["']?|bearer\s+)[^\s&"',}]+""",
    re.IGNORECASE,
)
_SECRET_NAMES = frozenset(
    {"access_token", "refresh_token", "token", "password", "secret", "otp", "authorization", "cookie"}
)


readers: set[Callable[[str, dict[str, Any]], None]] = set()
"""Whoever reads along: called in the thread that writes, with the level's name and the line's members, secrets struck out."""
_NAMES = {"warning": "warn", "critical": "fatal"}


def configure(level: str, style: str, read: str = "silent") -> None:
    """Send every log line of the process, also those of the libraries, through one chain. ``style``: ``pretty`` for people,
    ``raw`` for programs (one JSON object a line). ``read``: the lowest level that readers are told of."""
    number = LEVELS[level]
    least = min(number, LEVELS[read])
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            _Fork(number),
            _renderer(style),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", Unfailing(sys.stderr.fileno()))),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_Forward()], level=max(least, logging.WARNING), force=True)


def forward() -> None:
    """Hand the log lines to the program around, through Python's ``logging``, unless it has said otherwise."""
    if not structlog.is_configured():
        structlog.configure(
            processors=[redact, _as_record],
            logger_factory=structlog.stdlib.LoggerFactory(),
            wrapper_class=structlog.stdlib.BoundLogger,
        )


def _as_record(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The line as the arguments of Python's ``logging``."""
    kept = {"exc_info": event.pop("exc_info", None), "stack_info": event.pop("stack_info", False)}
    words = [str(event.pop("event", "")), *(f"{name}={value!r}" for name, value in event.items())]
    return {"msg": " ".join(words), **kept}


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace whatever looks like a token or a password, by the name of its member or by what stands before it in a text. A letter
    that is written here in place of being sent stays as it is: its link is what it is for."""
    for name, value in event.items():
        if name == LETTER:
            continue
        if name in _SECRET_NAMES:
            event[name] = "--redacted--"
        elif isinstance(value, str):
            event[name] = _SECRET.sub(r"\1--redacted--", value)
    return event


class _Fork:
    """Tells the readers; what is below ``number`` goes no further."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __call__(self, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        name = _NAMES.get(event["level"], event["level"])
        for tell in tuple(readers):
            tell(name, {**event, "time": round(time.time() * 1000)})
        if LEVELS.get(name, self._number) < self._number:
            raise structlog.DropEvent
        return event


def _renderer(style: str) -> Any:
    if style == "raw":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)


class Unfailing:
    """A file as far as it can be written: a full disk or a reader that has gone costs lines, never the request that they are about.
    Nothing is kept for later, since what is left when the process ends would spoil its status."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, text: str) -> None:
        """Write the text, or lose what is left of it."""
        data = text.encode(errors="backslashreplace")
        with suppress(OSError):
            while data:
                data = data[os.write(self._descriptor, data) :]

    def flush(self) -> None:
        """Everything is written already."""


class _Forward(logging.Handler):
    """Hands what the libraries log to the chain."""

    def emit(self, record: logging.LogRecord) -> None:
        logger = structlog.get_logger(record.name)
        logger.log(record.levelno, record.getMessage(), exc_info=record.exc_info)
