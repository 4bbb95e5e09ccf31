"""The paths of one collection: what may be asked of its items, by the rights of the one who asks. Must not know how those are found
out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from rowcast.api.rest.items import READ_ONLY, SYSTEM
from rowcast.api.rest.oas import shapes
from rowcast.schema import Collection, Schema

Json = dict[str, Any]
Grants = Mapping[str, Mapping[str, Any]]
"""By action: ``access`` (``none``, ``partial``, ``full``) and ``fields``, as ``/permissions/me`` tells them."""
LIST = (
    "Fields",
    "Filter",
    "Search",
    "Sort",
    "Limit",
    "Offset",
    "Page",
    "Aggregate",
    "GroupBy",
    "Deep",
    "Alias",
    "Meta",
    "Export",
)
ONE = ("Fields", "Deep", "Alias")


@dataclass(frozen=True, slots=True)
class Told:
    """A collection as it is told: its paths, its components and its tag."""

    paths: dict[str, Json]
    components: dict[str, Json]
    tag: str


def path_of(collection: str) -> str | None:
    """Where its items are; None for what has no path of this kind."""
    if not collection.startswith("directus_"):
        return f"/items/{quote(collection)}"
    name = collection.removeprefix("directus_")
    return f"/{name}" if name in SYSTEM else None


def told(schema: Schema, collection: Collection, grants: Grants, names: shapes.Names, name: str) -> Told:
    """The collection for somebody with these rights. ``name``: what its component is called."""
    place = path_of(collection.name)
    components = _components(schema, collection, grants, names, name)
    tag = (
        collection.name if not collection.name.startswith("directus_") else collection.name[len("directus_") :].title()
    )
    if place is None:
        return Told({}, components, tag)
    room = _Room(collection, grants, components, name, tag)
    paths = {place: room.many(), place + "/{key}": {} if collection.singleton else room.one()}
    return Told(
        {path: verbs for path, verbs in paths.items() if any(verb != "parameters" for verb in verbs)}, components, tag
    )


def _components(
    schema: Schema, collection: Collection, grants: Grants, names: shapes.Names, name: str
) -> dict[str, Json]:
    """One for reading; others for writing where other fields may be written."""
    found: dict[str, Json] = {}
    for action, suffix in (("read", ""), ("create", "Create"), ("update", "Update")):
        if not _may(grants, action):
            continue
        listed = grants[action].get("fields") or []
        fields = [each for each in collection.fields if "*" in listed or each in listed]
        shape = shapes.item(schema, collection, fields, names)
        if shape != found.get(name):
            found[name + suffix] = shape
    return found


@dataclass(frozen=True, slots=True)
class _Room:
    """What all operations of one collection share."""

    collection: Collection
    grants: Grants
    components: Mapping[str, Json]
    name: str
    tag: str

    def many(self) -> Json:
        single = self.collection.singleton
        found: Json = {}
        if _may(self.grants, "read"):
            found["get"] = self._reading("Read the item" if single else "List items", ONE if single else LIST, single)
        if self.collection.name.removeprefix("directus_") in READ_ONLY:
            return found
        if _may(self.grants, "create") and not single:
            found["post"] = self._writing("Create one item or several", "Create", several=True)
        if _may(self.grants, "update"):
            form = self._body("Update") if single else self._changes()
            found["patch"] = self._operation(
                "Change the item" if single else "Change several items", "update", form, single
            )
        if _may(self.grants, "delete") and not single:
            keys = {"type": "array", "items": shapes.key(self.collection)}
            found["delete"] = self._operation(
                "Delete several items", "delete", {"oneOf": [keys, {"type": "object"}]}, None
            )
        return found

    def one(self) -> Json:
        place = {"name": "key", "in": "path", "required": True, "schema": shapes.key(self.collection)}
        found: Json = {"parameters": [place]}
        if _may(self.grants, "read"):
            found["get"] = self._reading("Read one item", ONE, True, "One")
        if self.collection.name.removeprefix("directus_") in READ_ONLY:
            return found
        if _may(self.grants, "update"):
            found["patch"] = self._operation("Change one item", "update", self._body("Update"), True, "One")
        if _may(self.grants, "delete"):
            found["delete"] = self._operation("Delete one item", "delete", None, None, "One")
        return found

    def _reading(self, summary: str, parameters: tuple[str, ...], single: bool, suffix: str = "") -> Json:
        listed = [{"$ref": f"#/components/parameters/{each}"} for each in parameters]
        return {**self._operation(summary, "read", None, single, suffix), "parameters": listed}

    def _writing(self, summary: str, suffix: str, *, several: bool) -> Json:
        body = self._body(suffix, shapes.needed(self.collection))
        form = {"oneOf": [body, {"type": "array", "items": body}]} if several else body
        return self._operation(summary, "create", form, True)

    def _operation(self, summary: str, action: str, form: Json | None, single: bool | None, suffix: str = "") -> Json:
        """``single``: whether the answer is one item; None: no content."""
        found: Json = {"summary": summary, "operationId": f"{action}{suffix}{self.name}", "tags": [self.tag]}
        if form is not None:
            found["requestBody"] = {"required": True, "content": {"application/json": {"schema": form}}}
        return {**found, "responses": {**self._answer(single), "default": {"$ref": "#/components/responses/Refused"}}}

    def _answer(self, single: bool | None) -> Json:
        if single is None:
            return {"204": {"description": "Done"}}
        shown: Json = {"$ref": f"#/components/schemas/{self.name}"} if self.name in self.components else {}
        data = shown if single else {"type": "array", "items": shown}
        properties = {"data": data} if single else {"data": data, "meta": {"$ref": "#/components/schemas/Meta"}}
        schema = {"type": "object", "properties": properties}
        return {
            "200": {
                "description": "The item" if single else "The items",
                "content": {"application/json": {"schema": schema}},
            }
        }

    def _body(self, suffix: str, required: list[str] | None = None) -> Json:
        name = self.name + suffix if self.name + suffix in self.components else self.name
        whole: Json = {"$ref": f"#/components/schemas/{name}"}
        asked = [each for each in required or [] if each in self.components[name]["properties"]]
        return {"allOf": [whole, {"required": asked}]} if asked else whole

    def _changes(self) -> Json:
        keys = {"type": "array", "items": shapes.key(self.collection)}
        alike = {
            "type": "object",
            "properties": {"keys": keys, "query": {"type": "object"}, "data": self._body("Update")},
        }
        return {"oneOf": [{**alike, "required": ["data"]}, {"type": "array", "items": self._body("Update")}]}


def _may(grants: Grants, action: str) -> bool:
    return bool(grants.get(action, {}).get("access", "none") != "none")
