"""The engine: what stands between the doors and the rooms behind them. Holds store, settings and caches and hands commits on;
the verbs live in modules of their own. Must not know HTTP, sockets or SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rowcast.auth import Actor
from rowcast.engine.account.attempts import Attempts
from rowcast.engine.account.identities import Identities
from rowcast.engine.account.mail import Mailer
from rowcast.engine.channels.channels import Channels
from rowcast.engine.clock import Clock
from rowcast.engine.commits import CommitFeed
from rowcast.engine.figures import Figures
from rowcast.engine.files.library import Library
from rowcast.engine.flows.flows import Flows
from rowcast.engine.hooks import Hooks
from rowcast.engine.plans import Plans
from rowcast.engine.rights import RightsCache
from rowcast.engine.settings import Settings
from rowcast.engine.stems import Stems
from rowcast.engine.telling.broadcast import Broadcast
from rowcast.engine.variables import Lookup, UserValues
from rowcast.feed import Commit
from rowcast.policy import Rights
from rowcast.schema import Schema
from rowcast.store.base import Store

CommitListener = Callable[[Commit], None]
SchemaListener = Callable[[Schema], None]


class Engine:
    """One running platform on one database.

    Listeners are called on the event loop in the order they were added, caches first: whoever hears of a commit already finds
    the rights that hold after it.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store, self.settings, self.clock = store, settings, Clock()
        self.plans = Plans()
        self.stems, self.user_values = Stems(self), UserValues(self)
        self.identities, self.attempts = Identities(self), Attempts()
        self.mail = Mailer(settings.email)
        self.broadcast = Broadcast(self)
        self.commits = CommitFeed(self)
        self.broadcast.on_told.append(self.commits.told)
        self.figures = Figures(self)
        self.hooks = Hooks()
        self.files = Library(self)
        self.flows = Flows(self)
        self._rights = RightsCache(self)
        self._on_commit: list[CommitListener] = [
            self.identities.committed,
            self._rights.committed,
            self.user_values.committed,
            self.broadcast.committed,
            self.figures.committed,
            self.files.committed,
            self.flows.committed,
        ]
        self._on_schema: list[SchemaListener] = [
            self.plans.clear,
            self.stems.clear,
            self.user_values.remodelled,
            self.broadcast.remodelled,
        ]
        self.channels = Channels(self)
        store.on_commit, store.on_schema, store.through = self._committed, self._schema_changed, self.broadcast.through

    @property
    def schema(self) -> Schema:
        """The newest committed data model."""
        return self.store.schema

    async def open(self) -> None:
        """Open the store."""
        await self.store.open()
        self.broadcast.opened()

    async def close(self) -> None:
        """Finish queued writes and letters and close the store."""
        self.broadcast.close_all()
        await self.mail.drain()
        await self.flows.close()
        await self.files.close()
        await self.store.close()

    def on_commit(self, listener: CommitListener) -> None:
        """Have ``listener`` called with every commit from now on."""
        self._on_commit.append(listener)

    def on_schema(self, listener: SchemaListener) -> None:
        """Have ``listener`` called with every new data model from now on."""
        self._on_schema.append(listener)

    def rights_now(self, actor: Actor) -> Rights | None:
        """The actor's rights if they are at hand; None: ask ``rights``."""
        return self._rights.at_hand(actor)

    async def rights(self, actor: Actor) -> Rights:
        """The actor's rights under the newest schema, shared by all actors of the same policies."""
        return self._rights.at_hand(actor) or await self._rights.load(actor)

    def variables_now(self, actor: Actor, names: frozenset[str]) -> Callable[[str], Any] | None:
        """The variables if they are at hand, as they are when none of ``names`` has a path; None: ask ``variables``."""
        return None if names else Lookup(actor, self.clock.now)

    async def variables(self, actor: Actor, names: frozenset[str]) -> Callable[[str], Any]:
        """What the variables stand for when ``actor`` asks; ``names`` are those that will be asked for."""
        return await self.user_values.of(actor, names)

    def _committed(self, commit: Commit) -> None:
        for listener in self._on_commit:
            listener(commit)

    def _schema_changed(self, schema: Schema) -> None:
        for listener in self._on_schema:
            listener(schema)
