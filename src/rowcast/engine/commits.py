"""Commits as administrators may see them, one after the other, for whoever watches. Must not know how they are carried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from rowcast.engine.inspect import moment, require_admin
from rowcast.engine.telling.listener import Listener
from rowcast.engine.telling.views import UNSEEN
from rowcast.errors import Forbidden
from rowcast.feed import Change, Commit, Image, Position

if TYPE_CHECKING:
    from rowcast.engine.engine import Engine

MOST_CHANGES = 200
"""Changes of one commit that are told; ``total`` says how many there were."""
CONCEALED = msgspec.Raw(b'"**********"')
_encode = msgspec.json.encode
Take = Callable[[str, bytes], None]
"""Is handed a commit as JSON, with its position."""


def place_of(text: str) -> Position | None:
    """The position that a text stands for; None if it is none."""
    return Position.parse(text)


@dataclass(eq=False, slots=True)
class Watcher:
    """Who watches; ``collection``: only commits that touch it, and only its changes. While ``held`` is a list, commits are kept
    there."""

    listener: Listener
    take: Take
    collection: str | None
    held: list[tuple[Position, bytes]] | None = None


class CommitFeed:
    """All who watch. A commit is written once for all who watch the same."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._watchers: list[Watcher] = []

    async def watch(self, listener: Listener, take: Take, collection: str | None, since: Position | None) -> None:
        """Hand every commit to ``take`` until the listener goes, first those after ``since``; where they are not known any more,
        ``"gap": true``. Whoever is no administrator any more is dismissed. Raises Forbidden."""
        require_admin(listener.actor)
        watcher = Watcher(listener, take, collection, None if since is None else [])
        self._watchers.append(watcher)
        if since is not None:
            await self._catch_up(watcher, since)

    def told(self, commit: Commit) -> None:
        """A commit was told to the subscribers; those who watch have the rights that hold after it."""
        if not self._watchers:
            return
        self._watchers = [one for one in self._watchers if one.listener.is_open]
        texts: dict[str | None, bytes | None] = {}
        for watcher in self._watchers:
            if not watcher.listener.actor.admin:
                watcher.listener.dismiss(Forbidden())
                continue
            if watcher.collection not in texts:
                texts[watcher.collection] = self._text(commit, watcher.collection)
            text = texts[watcher.collection]
            if text is not None and watcher.held is not None:
                watcher.held.append((commit.position, text))
            elif text is not None:
                watcher.take(str(commit.position), text)

    async def _catch_up(self, watcher: Watcher, since: Position) -> None:
        """What was missed, then what was held back meanwhile and is newer."""
        missed = await self._engine.store.since(since)
        if missed is None:
            watcher.take(
                str(since), _encode({"position": str(since), "at": None, "total": 0, "changes": [], "gap": True})
            )
        for commit in missed or ():
            text = self._text(commit, watcher.collection)
            if text is not None:
                watcher.take(str(commit.position), text)
            since = commit.position
        held, watcher.held = watcher.held or [], None
        for position, text in held:
            if position > since or position.epoch != since.epoch:
                watcher.take(str(position), text)

    def _text(self, commit: Commit, collection: str | None) -> bytes | None:
        """The commit as JSON; None if there is nothing in it to see."""
        seen = [c for c in commit.changes if c.collection not in UNSEEN and collection in (None, c.collection)]
        if not seen:
            return None
        changes = [self._change(change) for change in seen[:MOST_CHANGES]]
        at = moment(commit.at) if commit.at else None
        return _encode({"position": str(commit.position), "at": at, "total": len(seen), "changes": changes})

    def _change(self, change: Change) -> dict[str, object]:
        return {
            "collection": change.collection,
            "key": change.key,
            "kind": change.kind,
            "unit": change.unit,
            "before": self._row(change.collection, change.before),
            "after": self._row(change.collection, change.after),
        }

    def _row(self, collection: str, image: Image | None) -> dict[str, msgspec.Raw] | None:
        """A row with what nobody may see struck out."""
        if image is None:
            return None
        known = self._engine.schema.get(collection)
        concealed = {name for name, field in known.fields.items() if field.concealed} if known is not None else set()
        return {
            name: CONCEALED if name in concealed and bytes(value) != b"null" else value
            for name, value in image.parts.items()
        }
