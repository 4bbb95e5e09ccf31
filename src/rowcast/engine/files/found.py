"""Finds a file that somebody may read. Must not know how it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rowcast.auth import Actor
from rowcast.engine.files.library import FILES
from rowcast.engine.mutation.cast import cast_key
from rowcast.engine.plans import KEY
from rowcast.errors import Forbidden
from rowcast.policy.rights import both
from rowcast.query.sql import files, keys
from rowcast.query.tree import Ref, Select, Test, Variable

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine


@dataclass(frozen=True, slots=True)
class File:
    """A row of ``directus_files``, as far as showing it needs. ``focus``: the pixel that is to stay in sight."""

    key: str
    storage: str
    disk: str
    name: str
    type: str | None
    modified: datetime | None
    focus: tuple[int, int] | None
    folder: str | None


async def find(engine: Engine, actor: Actor, key: object) -> File:
    """The file with that key. Raises Forbidden when there is none, or the actor may not read it. Those that the sign-in
    page shows may be read by everybody."""
    collection = engine.schema.collections[FILES]
    name = cast_key(collection.key, key)
    rows = [] if name is None else await engine.store.read(files.FILE, (name,))
    if not rows or rows[0][2] is None:
        raise Forbidden
    if not await may_read(engine, actor, str(name)):
        raise Forbidden
    return _file(rows[0])


async def may_read(engine: Engine, actor: Actor, key: str) -> bool:
    """Whether the actor may read the file, whatever of its fields; the row is known to be there."""
    rights = engine.rights_now(actor) or await engine.rights(actor)
    if rights.admin:
        return True
    if rights.allows(FILES, "read"):
        key_field = rights.schema.collections[FILES].key
        among = both(Test(Ref(key_field), "eq", Variable(KEY, key_field.type)), rights.rows(FILES, "read"))
        bound = engine.plans.statement(keys, Select(FILES, (), among), rights.schema)
        known = await engine.variables(actor, rights.variables)
        if await engine.store.read(bound.text, bound.args(lambda n: key if n == KEY else known(n))):
            return True
    return bool((await engine.store.read(files.IS_SHOWN, (key,)))[0][0])


def _file(row: tuple[Any, ...]) -> File:
    key, storage, disk, name, type_, modified, x, y, folder = row
    focus = None if x is None or y is None else (int(x), int(y))
    return File(key, storage, disk, name or disk, type_, _moment(modified), focus, folder)


def _moment(text: Any) -> datetime | None:
    """A stored time; None for what was stored in another form by other programs."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
