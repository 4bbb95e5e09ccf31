"""The door's desk: takes a document from somebody and understands it in the schema of that one's class. Schemas and what was
read are kept. Must not know what carries them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, print_schema

from rowcast.api.graphql import documents
from rowcast.api.graphql.execution import Operation, prepare
from rowcast.api.graphql.kept import Kept
from rowcast.api.graphql.schema import build
from rowcast.api.graphql.selection import Reading
from rowcast.api.graphql.sight import Rights, Scope
from rowcast.auth import Actor
from rowcast.engine.engine import Engine
from rowcast.engine.settings import Settings
from rowcast.errors import Forbidden, InvalidPayload

LONG, MOST_KEPT, MOST_TOLD = 2048, 100_000, 2 * 1024 * 1024
"""Characters of a document that is checked in a thread; those of the documents, and bytes of the introspection, that are kept for
one schema. Read, a document takes some hundred bytes for each."""


@dataclass(frozen=True, slots=True)
class Question:
    """A document as it was sent: text, variables, the name of the operation."""

    text: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation: str | None = None


@dataclass(slots=True)
class Understood:
    """A question in one schema."""

    reading: Reading
    node: OperationDefinitionNode
    operation: Operation


@dataclass(slots=True)
class Known:
    """A schema, and what was asked of it. ``rights`` are kept, so that nobody else is taken for them."""

    rights: Rights
    schema: GraphQLSchema
    questions: Kept[Understood] = field(default_factory=lambda: Kept(MOST_KEPT))
    documents: Kept[DocumentNode] = field(default_factory=lambda: Kept(MOST_KEPT))
    told: Kept[bytes] = field(default_factory=lambda: Kept(MOST_TOLD))


class Desk:
    """The desk of one engine, which is handed in: what is kept must not keep the engine."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._deepest = settings.graphql, settings.max_relational_depth
        self._known: Kept[Known] = Kept(self._settings.schema_cache_capacity)
        self._building = asyncio.Semaphore(self._settings.schema_generation_max_concurrent)

    async def understand(self, engine: Engine, actor: Actor, scope: Scope, question: Question) -> Understood:
        """The question as that one may ask it. Raises GraphQLInvalid, InvalidQuery."""
        known = await self._schema(engine, actor, scope)
        variables = msgspec.json.encode(question.variables)
        key = (question.text, question.operation, variables)
        found = known.questions.get(key)
        if found is not None:
            return found
        document = known.documents.get(question.text)
        if document is None:
            document = await self._document(known, question.text)
        understood = self._read(known, document, question)
        if understood.operation.kind != "mutation":  # a payload is somebody's
            known.questions.put(key, understood, len(question.text) + len(variables))
        return understood

    async def text(self, engine: Engine, actor: Actor, scope: Scope) -> str:
        """The schema in the schema language. Raises Forbidden where it is not to be told."""
        if not self._settings.introspection:
            raise Forbidden
        return await asyncio.to_thread(print_schema, (await self._schema(engine, actor, scope)).schema)

    async def _document(self, known: Known, text: str) -> DocumentNode:
        """A document that is valid in that schema; a long one is looked at in a thread, since that takes long."""
        if len(text) > LONG:
            document = await asyncio.to_thread(self._checked, known.schema, text)
        else:
            document = self._checked(known.schema, text)
        return known.documents.put(text, document, len(text))

    def _checked(self, schema: GraphQLSchema, text: str) -> DocumentNode:
        document = documents.read(text, self._settings.query_token_limit)
        documents.check(schema, document, introspection=self._settings.introspection)
        return document

    def _read(self, known: Known, document: DocumentNode, question: Question) -> Understood:
        open_, schema = self._settings.introspection, known.schema
        node = documents.operation_of(schema, document, question.operation)
        variables = documents.variables_of(schema, node, question.variables, suggest=open_)
        fragments = documents.fragments_of(document)
        reading = Reading(schema, fragments, variables, question.variables, self._deepest, known.told)
        return Understood(reading, node, prepare(reading, node))

    async def _schema(self, engine: Engine, actor: Actor, scope: Scope) -> Known:
        rights = engine.rights_now(actor) or await engine.rights(actor)
        key = (actor.policies, actor.app, actor.admin, actor.share, scope)  # one schema of each class: the newest
        known = self._known.get(key)
        if known is None or known.rights is not rights:
            async with self._building:
                known = self._known.get(key)
                if known is None or known.rights is not rights:
                    known = self._known.put(key, Known(rights, await asyncio.to_thread(build, rights, scope)))
        return known


_desks: WeakKeyDictionary[Engine, Desk] = WeakKeyDictionary()


def desk_of(engine: Engine) -> Desk:
    """The desk of that engine."""
    found = _desks.get(engine)
    if found is None:
        found = _desks[engine] = Desk(engine.settings)
    return found


def question_of(given: Mapping[str, Any]) -> Question:
    """The question in a request's body or a message's payload. Raises InvalidPayload."""
    text, variables, name = given.get("query"), given.get("variables"), given.get("operationName")
    if not text:
        raise InvalidPayload("Must provide query string")
    if not isinstance(text, str):
        raise InvalidPayload('"query" must be a string')
    if variables is not None and not isinstance(variables, Mapping):
        raise InvalidPayload('"variables" must be an object')
    if name is not None and not isinstance(name, str):
        raise InvalidPayload('"operationName" must be a string')
    return Question(text, variables or {}, name or None)
