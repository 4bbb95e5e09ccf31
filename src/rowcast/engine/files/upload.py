"""Takes a file in: bytes first, aside; then the row, in the same breath as its bytes get their name. Must not know how
the bytes came.

What somebody says about a file is checked by rights as any payload; what is found out (size, type, width …) is not
theirs to say, but rules see it: a permission may demand ``{"filesize": {"_lt": 1000000}}``.
"""

from __future__ import annotations

import asyncio
import mimetypes
import re
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from rowcast.auth import SYSTEM, Actor
from rowcast.engine.files.library import FILES
from rowcast.engine.mutation.change import update_keys
from rowcast.engine.mutation.check import permitted, tell
from rowcast.engine.mutation.insert import create_one
from rowcast.engine.mutation.reach import may_update
from rowcast.engine.mutation.scope import Scope, within
from rowcast.errors import Forbidden, InvalidPayload
from rowcast.media import TYPES, Facts, facts_of
from rowcast.policy import Rights
from rowcast.policy.payload import fill
from rowcast.query.check import violations
from rowcast.query.sql import files
from rowcast.storage import Received, Storage

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine
    from rowcast.engine.mutation.check import Rules
    from rowcast.engine.mutation.special import Verb

UNKNOWN = "application/octet-stream"
IMPLIED = ("filename_download", "type")
"""What an upload sets besides what is said with it: the right to it is needed."""
OURS = frozenset({"filename_disk", "filesize", "width", "height", "metadata", "uploaded_by", "uploaded_on", "type"})
"""What is found out and cannot be said."""
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,16}")
_UNFIT = re.compile(r"[\x00-\x1f\x7f]")
LONGEST = 255


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file on its way in. ``given``: what is said about it; ``limit``: bytes, besides that of the settings."""

    name: str
    type: str | None
    parts: AsyncIterable[bytes]
    given: Mapping[str, Any]
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """Bytes that were taken in, with their name to be and what was found out about them."""

    storage: str
    received: Received
    disk: str
    facts: Mapping[str, Any]


async def upload(engine: Engine, actor: Actor, incoming: Incoming) -> str:
    """Make a new file and return its key, once bytes and row are durable. Raises Forbidden, InvalidPayload, ContentTooLarge,
    FailedValidation, ConstraintError; then nothing is kept."""
    rights = await engine.rights(actor)
    rights.require(FILES, "create")
    key = uuid4()
    taken = await _take(engine, incoming, str(key))
    said = {name: value for name, value in incoming.given.items() if name not in OURS}
    facts = {"id": str(key), "storage": taken.storage, "title": title_of(incoming.name), **taken.facts}

    async def work(scope: Scope) -> str:
        payload, rules = _permitted(scope, "create", said, facts)
        if "folder" not in payload:
            payload["folder"] = (await scope.tx.fetch(files.DEFAULT_FOLDER) or [(None,)])[0][0]
        _obey(scope, rules, payload)
        return str(await create_one(_own(scope, ours), FILES, payload))

    ours = await engine.rights(SYSTEM)
    return await _placed(engine, taken, lambda: within(engine, actor, work))


async def replace(engine: Engine, actor: Actor, key: str, incoming: Incoming) -> str:
    """Give a file new bytes; the old ones are taken away once the row has let go of them. Raises as ``upload``."""
    rights = await engine.rights(actor)
    rights.require(FILES, "update")
    taken = await _take(
        engine, incoming, f"{key}.{uuid4().hex[:8]}" if re.fullmatch(r"[\w-]{1,64}", key) else uuid4().hex
    )
    said = {name: value for name, value in incoming.given.items() if name not in OURS and name != "id"}
    facts = {"storage": taken.storage, **taken.facts}

    async def work(scope: Scope) -> str:
        await may_update(scope, scope.writing.collection(FILES), [key], (*said, *IMPLIED), 1)
        payload, rules = _permitted(scope, "update", said, facts)
        _obey(scope, rules, payload)
        changed = await update_keys(_own(scope, ours), FILES, [key], payload)
        if not changed:
            raise Forbidden
        return str(changed[0])

    ours = await engine.rights(SYSTEM)
    return await _placed(engine, taken, lambda: within(engine, actor, work))


def title_of(name: str) -> str:
    """``my-first_photo.jpg`` → ``My First Photo``."""
    stem = name.rpartition(".")[0] or name
    return " ".join(word[:1].upper() + word[1:] for word in re.split(r"[-_\s]+", stem) if word)[:255] or name[:255]


async def _take(engine: Engine, incoming: Incoming, stem: str) -> Taken:
    """Take the bytes in and look at them."""
    settings, library = engine.settings.files, engine.files
    name = _fit(incoming.name)
    type_ = _type(name, incoming.type)
    if not any(fnmatchcase(type_, pattern) for pattern in settings.mime_type_allow_list):
        raise InvalidPayload(f'Files of the type "{type_}" are not taken')
    where = str(incoming.given.get("storage") or library.default)
    storage = library.storage(where)
    limits = [limit for limit in (settings.max_upload_size, incoming.limit) if limit is not None]
    received = await storage.receive(incoming.parts, min(limits) if limits else None)
    found = await asyncio.to_thread(_look, storage, received, type_, settings.metadata_allow_list)
    facts: dict[str, Any] = {
        "filename_disk": stem + _ending(name, type_),
        "filename_download": name,
        "type": type_,
        "filesize": received.size,
        "width": found.width if found else None,
        "height": found.height if found else None,
        "metadata": dict(found.metadata) if found else None,
    }
    return Taken(where, received, facts["filename_disk"], facts)


async def _placed(engine: Engine, taken: Taken, write: Callable[[], Awaitable[str]]) -> str:
    """Put the bytes in place, then write the row. Without a row there are no bytes."""
    try:
        await engine.files.place(taken.storage, taken.received, taken.disk)
        return await write()
    except BaseException:
        await asyncio.shield(_undo(engine, taken))
        raise


async def _undo(engine: Engine, taken: Taken) -> None:
    await engine.files.storage(taken.storage).drop(taken.received)
    await engine.files.abandon(taken.storage, taken.disk)


def _permitted(
    scope: Scope, verb: Verb, said: Mapping[str, Any], facts: Mapping[str, Any]
) -> tuple[dict[str, Any], Rules]:
    """What is to be written: facts, over them what was said, as far as it may be said; and the rules for it."""
    implied = {name: said.get(name, facts[name]) for name in IMPLIED}
    payload, rules = permitted(scope, FILES, verb, {**implied, **said})
    result = {**facts, **payload, "type": facts["type"], "uploaded_on": scope.moment("dateTime")}
    return result, rules


def _obey(scope: Scope, rules: Rules, payload: Mapping[str, Any]) -> None:
    tell(fault.error() for rule in rules for fault in violations(fill(rule, scope.variables), payload))


def _own(scope: Scope, rights: Rights) -> Scope:
    """The same mutation with every right: what somebody may say was checked."""
    return Scope(scope.engine, scope.actor, scope.tx, rights, scope.variables)


def _look(storage: Storage, received: Received, type_: str, allowed: tuple[str, ...]) -> Facts | None:
    if type_ not in TYPES:
        return None
    with storage.peek(received) as source:
        return facts_of(source, allowed)


def _fit(name: str) -> str:
    """The name without what belongs to folders or to nobody, at most 255 characters, its ending kept."""
    last = re.split(r"[/\\]", name.strip())[-1]
    plain = _UNFIT.sub("_", last).strip(". ") or "file"
    stem, dot, ending = plain.rpartition(".")
    return plain if len(plain) <= LONGEST else (stem[: LONGEST - 1 - len(ending)] + dot + ending)[:LONGEST]


def _type(name: str, told: str | None) -> str:
    """The type that the sender tells, in lower case without parameters; else what the name's ending stands for."""
    plain = (told or "").partition(";")[0].strip().lower()
    if plain and plain != UNKNOWN and len(plain) <= 255 and re.fullmatch(r"[\w.+-]+/[\w.+-]+", plain):
        return plain
    return mimetypes.guess_type(name)[0] or UNKNOWN


def _ending(name: str, type_: str) -> str:
    """The ending that the name has on the disk, for whoever looks there."""
    ending = PurePosixPath(name).suffix.lower()
    return ending if _ENDING.fullmatch(ending) else mimetypes.guess_extension(type_) or ""
