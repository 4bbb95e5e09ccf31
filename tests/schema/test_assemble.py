"""From columns, keys and rows of metadata to a data model."""

from __future__ import annotations

from typing import Any

from rowcast.schema import Column, ForeignKey, Schema
from rowcast.schema.assemble import assemble
from rowcast.schema.system import system


def columns(table: str, *names: str, kind: str = "varchar") -> list[Column]:
    """A table whose first column is an integer key."""
    key = Column(names[0], table, "integer", is_primary_key=True, is_nullable=False)
    return [key, *(Column(name, table, kind) for name in names[1:])]


def relation(many: str, field: str, one: str | None, **more: Any) -> dict[str, Any]:
    return {
        "many_collection": many,
        "many_field": field,
        "one_collection": one,
        "one_deselect_action": "nullify",
        **more,
    }


def build(tables: list[list[Column]], keys: tuple[ForeignKey, ...] = (), **rows: list[dict[str, Any]]) -> Schema:
    found = [column for table in tables for column in table]
    return assemble(1, found, keys, rows.get("collections", []), rows.get("fields", []), rows.get("relations", []))


def described(collection: str, field: str, **more: Any) -> dict[str, Any]:
    return {"collection": collection, "field": field, "special": None, **more}


def test_a_bare_table_is_a_collection() -> None:
    schema = build([columns("a", "id", "name")])
    collection = schema.collections["a"]
    assert (collection.primary, collection.meta, collection.system, collection.singleton) == ("id", None, False, False)
    assert [(field.name, field.type, field.meta) for field in collection.columns] == [
        ("id", "integer", None),
        ("name", "string", None),
    ]


def test_metadata_decide_what_columns_mean() -> None:
    schema = build(
        [columns("a", "id", "tags", "bare")],
        collections=[
            {"collection": "a", "singleton": 1, "accountability": None, "sort_field": "id", "translations": "[1]"}
        ],
        fields=[described("a", "tags", special="cast-csv", hidden=1, options='{"x": 1}')],
    )
    collection = schema.collections["a"]
    assert (collection.singleton, collection.accountability, collection.sort_field) == (True, None, "id")
    assert collection.meta is not None
    assert collection.meta["translations"] == [1]
    tags = collection.fields["tags"]
    assert (tags.type, tags.special) == ("csv", ("cast-csv",))
    assert tags.meta is not None
    assert (tags.meta["special"], tags.meta["hidden"], tags.meta["options"]) == (["cast-csv"], True, {"x": 1})
    assert collection.fields["bare"].meta is None


def test_aliases_have_no_column() -> None:
    rows = [described("a", "parts", special="o2m"), described("a", "gone")]
    collection = build([columns("a", "id")], fields=rows).collections["a"]
    assert [(field.name, field.type, field.is_alias) for field in collection.fields.values()] == [
        ("id", "integer", False),
        ("parts", "alias", True),
    ]


def test_tables_without_one_key_and_unknown_system_tables_are_left_out() -> None:
    keyless = [Column("x", "keyless", "text")]
    pair = [Column(name, "pair", "text", is_primary_key=True) for name in "ab"]
    assert not build([keyless, pair, columns("directus_later", "id")]).collections


def test_rows_without_a_table_are_folders() -> None:
    schema = build([columns("a", "id")], collections=[{"collection": "group", "singleton": 0}])
    assert list(schema.folders) == ["group"]
    assert "group" not in schema.collections


def test_relations_come_from_rows_and_from_keys() -> None:
    key = ForeignKey("b", "a", "a", "id", on_delete="CASCADE")
    bare = ForeignKey("b", "other", "a", "id")
    schema = build(
        [columns("a", "id"), columns("b", "id", "a", "other")],
        (key, bare),
        relations=[relation("b", "a", "a", one_field="bs", sort_field="id")],
        fields=[described("a", "bs", special="o2m")],
    )
    first, second = schema.relations
    assert (first.related, first.one_field, first.sort_field, first.foreign_key) == ("a", "bs", "id", key)
    assert (second.related, second.meta, second.foreign_key) == ("a", None, bare)
    forward, back = schema.link("b", "a"), schema.link("a", "bs")
    assert forward is not None
    assert back is not None
    assert (forward.kind, forward.target, back.kind, back.target) == ("m2o", "a", "o2m", "b")


def test_a_relation_to_any_of_several() -> None:
    row = relation("b", "item", None, one_collection_field="kind", one_allowed_collections="a,c")
    schema = build([columns("a", "id"), columns("b", "id", "item", "kind")], relations=[row])
    (found,) = schema.relations
    assert (found.related, found.allowed, found.one_collection_field) == (None, ("a", "c"), "kind")
    link = schema.link("b", "item")
    assert link is not None
    assert (link.kind, link.target) == ("a2o", None)


def test_relations_that_lead_nowhere_are_left_out() -> None:
    rows = [
        relation("b", "a", "gone"),
        relation("gone", "a", "b"),
        relation("b", "gone", "b"),
        relation("b", "a", None),
    ]
    assert build([columns("b", "id", "a")], relations=rows).relations == ()


def test_system_fields_have_their_packaged_types() -> None:
    schema = build(
        [columns("directus_roles", "id", "name"), columns("directus_users", "id", "role", "password", "extra")]
    )
    users = schema.collections["directus_users"]
    assert users.system
    assert (users.fields["password"].type, users.fields["password"].concealed) == ("hash", True)
    assert users.fields["extra"].type == "string"
    assert users.fields["policies"].is_alias
    link = schema.link("directus_roles", "users")
    assert link is not None
    assert (link.kind, link.target) == ("o2m", "directus_users")


def test_columns_of_the_reference_that_are_not_ours_stay_hidden() -> None:
    settings = build([columns("directus_settings", "id", "ai_openai_api_key")]).collections["directus_settings"]
    assert "ai_openai_api_key" not in settings.fields
    assert settings.singleton


def test_the_packaged_facts_agree_with_each_other() -> None:
    facts = system()
    assert {fact.collection for fact in facts.collections} == facts.tables.keys() == facts.fields.keys()
    for name, table in facts.tables.items():
        assert {c.name for c in table.columns} == {n for n, f in facts.fields[name].items() if f.type != "alias"}
        assert sum(column.primary_key for column in table.columns) == 1
        for key in table.foreign_keys:
            assert key.references[0] in facts.tables
    for row in facts.relations:
        assert row["many_field"] in facts.fields[row["many_collection"]]
