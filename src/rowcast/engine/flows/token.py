"""The operation ``json-web-token``: signs, verifies and reads tokens for others. Must not know how they are made."""

from __future__ import annotations

import time
from typing import Any

from rowcast.auth import signing
from rowcast.engine.flows.options import object_of
from rowcast.engine.flows.run import Options, Rejected, Run
from rowcast.errors import InvalidPayload


async def json_web_token(_running: Run, options: Options) -> Any:
    """Gives a token (``sign``), what a token says if it is good (``verify``), or what it says (``decode``)."""
    more, now = object_of(options.get("options"), "options"), int(time.time())
    try:
        match options.get("operation"):
            case "sign":
                return signing.sign(object_of(options.get("payload"), "payload"), _text(options, "secret"), more, now)
            case "verify":
                return signing.verify(_text(options, "token"), _text(options, "secret"), more, now)
            case "decode":
                return signing.read(_text(options, "token"), complete=more.get("complete") is True)
    except signing.BadToken as error:
        raise Rejected({"message": str(error)}) from None
    raise InvalidPayload('"operation" must be one of [sign, verify, decode]')


def _text(options: Options, name: str) -> str:
    value = options.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidPayload(f'"{name}" is required')
    return value
