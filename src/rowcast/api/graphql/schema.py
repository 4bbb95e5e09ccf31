"""The schema of one class of callers in one scope: what they may read, they can ask for; what they may write has a verb. Must not
know documents."""

from __future__ import annotations

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLField,
    GraphQLFieldMap,
    GraphQLID,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
)

from rowcast.api.graphql import reads, writes
from rowcast.api.graphql.inputs import Inputs, Write
from rowcast.api.graphql.outputs import EVENTS, Outputs
from rowcast.api.graphql.roots import ROOT, Root
from rowcast.api.graphql.scalars import Texts
from rowcast.api.graphql.sight import READ_ONLY, Rights, Scope, Sight
from rowcast.api.graphql.system import System
from rowcast.schema import Collection

COLLECTION = "collection"
"""Where a field of the subscription type keeps its collection (``extensions``)."""
KEY = GraphQLArgument(GraphQLNonNull(GraphQLID))
KEYS = GraphQLArgument(GraphQLNonNull(GraphQLList(GraphQLID)))
VERSION = GraphQLArgument(GraphQLString)
DELETED = GraphQLObjectType("delete_one", {"id": GraphQLField(GraphQLNonNull(GraphQLID))})
DELETED_MANY = GraphQLObjectType("delete_many", {"ids": GraphQLField(GraphQLNonNull(GraphQLList(GraphQLID)))})

Arguments = dict[str, GraphQLArgument]


def build(rights: Rights, scope: Scope) -> GraphQLSchema:
    """The schema."""
    return _Builder(Sight(rights), scope).schema()


class _Builder:
    def __init__(self, sight: Sight, scope: Scope) -> None:
        self._sight, self._scope = sight, scope
        self._inputs = Inputs(sight)
        self._outputs = Outputs(sight, self._inputs)
        self._system = System(sight, self._outputs, self._inputs) if scope == "system" else None

    def schema(self) -> GraphQLSchema:
        queries, mutations = self._queries(), self._mutations()
        heard = self._subscriptions() if self._scope == "items" else {}
        return GraphQLSchema(
            GraphQLObjectType("Query", queries or {"_empty": GraphQLField(GraphQLBoolean)}),
            GraphQLObjectType("Mutation", mutations) if mutations else None,
            GraphQLObjectType("Subscription", heard) if heard else None,
            assume_valid=True,  # names are chosen so that it is
        )

    def _name(self, collection: Collection) -> str:
        return collection.name.removeprefix("directus_") if self._scope == "system" else collection.name

    # ---- questions ----------------------------------------------------------------------------------------------------

    def _queries(self) -> GraphQLFieldMap:
        found: GraphQLFieldMap = {}
        for each in self._sight.collections(self._scope):
            found.update(self._questions(each, self._name(each)))
        return {**found, **self._system.queries()} if self._system else found

    def _questions(self, collection: Collection, name: str) -> GraphQLFieldMap:
        row, version = self._outputs.row(collection.name), self._outputs.version(collection.name)
        versioned: Arguments = {"version": GraphQLArgument(GraphQLNonNull(GraphQLString))}
        found: GraphQLFieldMap = {}
        if collection.singleton:
            found[name] = _root(row, reads.by_key(collection.name), {"version": VERSION})
        else:
            found.update(self._lists(collection, name, row))
            versioned["id"] = KEY
        if version.fields:
            found[f"{name}_by_version"] = _root(version, reads.by_key(collection.name), versioned)
        return found

    def _lists(self, collection: Collection, name: str, row: GraphQLObjectType) -> GraphQLFieldMap:
        arguments = self._inputs.arguments(collection.name)
        grouped = {"groupBy": GraphQLArgument(Texts), **arguments}
        numbers = self._outputs.aggregated(collection.name)
        return {
            name: _root(_list(row), reads.listed(collection.name), arguments),
            f"{name}_by_id": _root(row, reads.by_key(collection.name), {"id": KEY, "version": VERSION}),
            f"{name}_aggregated": _root(_list(numbers), reads.aggregated(collection.name), grouped),
        }

    def _subscriptions(self) -> GraphQLFieldMap:
        found: GraphQLFieldMap = {}
        for each in (*self._sight.collections("items"), *self._sight.collections("system")):
            found[f"{each.name}_mutated"] = GraphQLField(
                self._outputs.mutated(each),
                {"event": GraphQLArgument(EVENTS)},
                extensions={COLLECTION: each},
            )
        return found

    # ---- verbs --------------------------------------------------------------------------------------------------------

    def _mutations(self) -> GraphQLFieldMap:
        found: GraphQLFieldMap = {}
        for each in self._sight.collections(self._scope, "create"):
            if each.name not in READ_ONLY and not each.singleton:
                found.update(self._creates(each, self._name(each)))
        for each in self._sight.collections(self._scope, "update"):
            if each.name not in READ_ONLY:
                found.update(self._updates(each, self._name(each)))
        for name in sorted(self._sight.named):
            each = self._sight.schema.collections[name]
            if each.system == (self._scope == "system") and name not in READ_ONLY and not each.singleton:
                found.update(self._deletes(each, self._name(each)))
        return {**found, **self._system.mutations()} if self._system else found

    def _creates(self, collection: Collection, name: str) -> GraphQLFieldMap:
        one, many = self._payloads(collection, "create")
        return {
            f"create_{name}_items": self._writing(collection, writes.created_many(collection.name), many, many=True),
            f"create_{name}_item": self._writing(collection, writes.created(collection.name), one),
        }

    def _updates(self, collection: Collection, name: str) -> GraphQLFieldMap:
        one, many = self._payloads(collection, "update")
        if collection.singleton:
            return {f"update_{name}": self._writing(collection, writes.updated_singleton(collection.name), one)}
        at, all_of = {"id": KEY, **one}, {"ids": KEYS, **one}
        return {
            f"update_{name}_items": self._writing(collection, writes.updated_many(collection.name), all_of, many=True),
            f"update_{name}_batch": self._writing(collection, writes.updated_each(collection.name), many, many=True),
            f"update_{name}_item": self._writing(collection, writes.updated(collection.name), at),
        }

    def _deletes(self, collection: Collection, name: str) -> GraphQLFieldMap:
        if not self._sight.rights.allows(collection.name, "delete"):
            return {}
        return {
            f"delete_{name}_items": _root(DELETED_MANY, writes.deleted_many(collection.name), {"ids": KEYS}),
            f"delete_{name}_item": _root(DELETED, writes.deleted(collection.name), {"id": KEY}),
        }

    def _payloads(self, collection: Collection, action: Write) -> tuple[Arguments, Arguments]:
        payload = GraphQLNonNull(self._inputs.payload(collection.name, action))
        return {"data": GraphQLArgument(payload)}, {"data": GraphQLArgument(GraphQLList(payload))}

    def _writing(self, collection: Collection, root: Root, arguments: Arguments, *, many: bool = False) -> GraphQLField:
        """A verb that shows what it wrote to those who may read it."""
        if not self._sight.fields(collection.name):
            return _root(GraphQLBoolean, root, arguments)
        row = self._outputs.row(collection.name)
        if not many:
            return _root(row, root, arguments)
        return _root(_list(row), root, {**self._inputs.arguments(collection.name), **arguments})


def _list(row: GraphQLObjectType) -> GraphQLNonNull[GraphQLList[GraphQLNonNull[GraphQLObjectType]]]:
    return GraphQLNonNull(GraphQLList(GraphQLNonNull(row)))


def _root(kind: object, root: Root, arguments: Arguments) -> GraphQLField:
    return GraphQLField(kind, arguments, extensions={ROOT: root})  # type: ignore[arg-type]
