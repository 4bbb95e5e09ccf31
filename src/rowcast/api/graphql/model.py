"""``collections``, ``fields`` and ``relations``: the data model, looked at and changed. Must not know how it is altered."""

from __future__ import annotations

from dataclasses import fields as members
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLFieldMap,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
)

from rowcast.api.graphql.roots import Ask
from rowcast.api.graphql.scalars import JSON, type_of
from rowcast.api.graphql.sight import Sight
from rowcast.api.graphql.verbs import NEEDED, Arguments, plain, verb
from rowcast.engine.model.collections import (
    create_collections,
    delete_collections,
    list_collections,
    read_collection,
    update_collections,
)
from rowcast.engine.model.fields import create_field, delete_fields, list_fields, read_field, update_fields
from rowcast.engine.model.relations import (
    create_relation,
    delete_relation,
    list_relations,
    read_relation,
    update_relation,
)
from rowcast.schema import Column

COLLECTIONS, FIELDS, RELATIONS = "directus_collections", "directus_fields", "directus_relations"
_BY_ANNOTATION = {"bool": GraphQLBoolean, "int | None": GraphQLInt, "Any": JSON}
_COLUMN = {member.name: _BY_ANNOTATION.get(str(member.type), GraphQLString) for member in members(Column)}
_KEY = ("constraint_name", "table", "column", "foreign_key_table", "foreign_key_column", "on_update", "on_delete")

COLLECTION_INPUT = {"collection": GraphQLString, "meta": JSON, "schema": JSON}
FIELD_INPUT = {"field": GraphQLString, "type": GraphQLString, "meta": JSON, "schema": JSON}
RELATION_INPUT = {
    "collection": GraphQLString,
    "field": GraphQLString,
    "related_collection": GraphQLString,
    "meta": JSON,
    "schema": JSON,
}


class Model:
    """The members about the model in one schema; a caller without a right to a part of it has none about that."""

    def __init__(self, sight: Sight) -> None:
        self._rights = sight.rights
        self._sight = sight
        name = GraphQLString
        self._collection = plain(
            COLLECTIONS, collection=name, meta=self._meta(COLLECTIONS), schema=plain(f"{COLLECTIONS}_schema", name=name)
        )
        column = plain(f"{FIELDS}_schema", **_COLUMN)
        self._field = plain(FIELDS, collection=name, field=name, type=name, meta=self._meta(FIELDS), schema=column)
        key = plain(f"{RELATIONS}_schema", **dict.fromkeys(_KEY, name))
        self._relation = plain(
            RELATIONS, collection=name, field=name, related_collection=name, meta=self._meta(RELATIONS), schema=key
        )

    def _meta(self, collection: str) -> GraphQLObjectType:
        found = self._sight.schema.collections[collection].columns
        return plain(f"{collection}_meta", **{field.name: type_of(field) for field in found})

    def queries(self) -> GraphQLFieldMap:
        """The model as the caller sees it."""
        found: GraphQLFieldMap = {}
        if self._reads(COLLECTIONS):
            found["collections"] = verb(_list(self._collection), _collections)
            found["collections_by_name"] = verb(self._collection, _collection, name=NEEDED)
        if self._reads(FIELDS):
            found["fields"] = verb(_list(self._field), _fields)
            found["fields_in_collection"] = verb(_list(self._field), _fields, collection=NEEDED)
            found["fields_by_name"] = verb(self._field, _field, collection=NEEDED, field=NEEDED)
        if self._reads(RELATIONS):
            found["relations"] = verb(_list(self._relation), _relations)
            found["relations_in_collection"] = verb(_list(self._relation), _relations, collection=NEEDED)
            found["relations_by_name"] = verb(self._relation, _relation, collection=NEEDED, field=NEEDED)
        return found

    def _reads(self, collection: str) -> bool:
        return self._rights.fields(collection, "read") != frozenset()

    def mutations(self) -> GraphQLFieldMap:
        """Changes of the model, for administrators."""
        if not self._rights.admin:
            return {}
        return {**self._collection_verbs(), **self._field_verbs(), **self._relation_verbs()}

    def _collection_verbs(self) -> GraphQLFieldMap:
        gone = plain("delete_collection", collection=GraphQLString)
        made = {**COLLECTION_INPUT, "fields": GraphQLList(JSON)}
        new, changed = (
            _payload(f"create_{COLLECTIONS}_input", made),
            _payload(f"update_{COLLECTIONS}_input", COLLECTION_INPUT),
        )
        return {
            "create_collections_item": verb(self._collection, _add_collection, data=new),
            "update_collections_item": verb(self._collection, _change_collection, collection=NEEDED, data=changed),
            "delete_collections_item": verb(gone, _remove_collection, collection=NEEDED),
        }

    def _field_verbs(self) -> GraphQLFieldMap:
        gone = plain("delete_field", collection=GraphQLString, field=GraphQLString)
        new, changed = (_payload(f"{action}_{FIELDS}_input", FIELD_INPUT) for action in ("create", "update"))
        return {
            "create_fields_item": verb(self._field, _add_field, collection=NEEDED, data=new),
            "update_fields_item": verb(self._field, _change_field, **_AT, data=changed),
            "delete_fields_item": verb(gone, _remove_field, **_AT),
        }

    def _relation_verbs(self) -> GraphQLFieldMap:
        gone = plain("delete_relation", collection=GraphQLString, field=GraphQLString)
        new, changed = (_payload(f"{action}_{RELATIONS}_input", RELATION_INPUT) for action in ("create", "update"))
        return {
            "create_relations_item": verb(self._relation, _add_relation, data=new),
            "update_relations_item": verb(self._relation, _change_relation, **_AT, data=changed),
            "delete_relations_item": verb(gone, _remove_relation, **_AT),
        }


_AT = {"collection": NEEDED, "field": NEEDED}


def _list(kind: GraphQLObjectType) -> GraphQLNonNull[Any]:
    return GraphQLNonNull(GraphQLList(GraphQLNonNull(kind)))


def _payload(name: str, kinds: dict[str, Any]) -> GraphQLNonNull[Any]:
    return GraphQLNonNull(
        GraphQLInputObjectType(name, {member: GraphQLInputField(kind) for member, kind in kinds.items()})
    )


# ---- collections ------------------------------------------------------------------------------------------------------


async def _collections(ask: Ask, given: Arguments) -> Any:
    return await list_collections(ask.engine, ask.actor)


async def _collection(ask: Ask, given: Arguments) -> Any:
    return await read_collection(ask.engine, ask.actor, given["name"])


async def _add_collection(ask: Ask, given: Arguments) -> Any:
    return (await create_collections(ask.engine, ask.actor, [given["data"]]))[0]


async def _change_collection(ask: Ask, given: Arguments) -> Any:
    change = {**given["data"], "collection": given["collection"]}
    return (await update_collections(ask.engine, ask.actor, [change]))[0]


async def _remove_collection(ask: Ask, given: Arguments) -> Any:
    await delete_collections(ask.engine, ask.actor, [given["collection"]])
    return given


# ---- fields -----------------------------------------------------------------------------------------------------------


async def _fields(ask: Ask, given: Arguments) -> Any:
    return await list_fields(ask.engine, ask.actor, given.get("collection"))


async def _field(ask: Ask, given: Arguments) -> Any:
    return await read_field(ask.engine, ask.actor, given["collection"], given["field"])


async def _add_field(ask: Ask, given: Arguments) -> Any:
    return await create_field(ask.engine, ask.actor, given["collection"], given["data"])


async def _change_field(ask: Ask, given: Arguments) -> Any:
    change = {**given["data"], "field": given["field"]}
    return (await update_fields(ask.engine, ask.actor, given["collection"], [change]))[0]


async def _remove_field(ask: Ask, given: Arguments) -> Any:
    await delete_fields(ask.engine, ask.actor, given["collection"], [given["field"]])
    return given


# ---- relations --------------------------------------------------------------------------------------------------------


async def _relations(ask: Ask, given: Arguments) -> Any:
    return await list_relations(ask.engine, ask.actor, given.get("collection"))


async def _relation(ask: Ask, given: Arguments) -> Any:
    return await read_relation(ask.engine, ask.actor, given["collection"], given["field"])


async def _add_relation(ask: Ask, given: Arguments) -> Any:
    return await create_relation(ask.engine, ask.actor, given["data"])


async def _change_relation(ask: Ask, given: Arguments) -> Any:
    return await update_relation(ask.engine, ask.actor, given["collection"], given["field"], given["data"])


async def _remove_relation(ask: Ask, given: Arguments) -> Any:
    await delete_relation(ask.engine, ask.actor, given["collection"], given["field"])
    return given
