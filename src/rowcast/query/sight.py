"""The data model as one actor may see it: looks names up and refuses those that are unknown or not to be read, with one answer for
both. Knows the sentences of the refusals; must not know rules or SQL."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from rowcast.errors import Forbidden, InvalidQuery
from rowcast.query.calls import FUNCTIONS, Call, call
from rowcast.query.cost import Budget
from rowcast.query.tree import Ref
from rowcast.schema import Collection, Field, Link, Schema

Visible = Callable[[str], frozenset[str] | None]
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """``visible`` gives the readable fields of a collection (None: all; empty: no right); without it nothing is checked but that
    names exist. ``depth`` is the greatest number of names in a path. ``budget`` counts what the question asks for."""

    schema: Schema
    visible: Visible | None = None
    depth: int = 10
    budget: Budget = dataclasses.field(default_factory=Budget, compare=False)

    def collection(self, name: str, path: Path = ()) -> Collection:
        """The collection of that name. Raises ``Forbidden``."""
        found = self.schema.get(name)
        if found is None or not self.readable(name):
            raise Forbidden(
                f'You don\'t have permission to access collection "{name}" or it does not exist. Queried in {_place(path)}.'
            )
        return found

    def field(self, collection: Collection, name: str, path: Path = ()) -> Field:
        """The field of that name. Raises ``Forbidden``."""
        found = collection.fields.get(name)
        if found is None or not self._shows(collection.name, name):
            raise Forbidden(
                f'You don\'t have permission to access field "{name}" in collection "{collection.name}" or it does not exist. '
                f"Queried in {_place(path)}."
            )
        return found

    def ref(self, collection: Collection, text: str, path: Path = ()) -> Ref:
        """A column or a function of a field, as written; a field that is named like a call is that field. Raises ``Forbidden``;
        ``InvalidQuery`` if its type has none such."""
        asked = Call(text) if text in collection.fields else call(text)
        field = self.field(collection, asked.field, path)
        if asked.function is None:
            return Ref(field)
        link = self.schema.link(collection.name, field.name) if field.is_alias else None
        if (
            field.concealed
            or asked.function not in FUNCTIONS.get(field.type, ())
            or (field.is_alias and (link is None or link.kind != "o2m"))
        ):
            raise InvalidQuery(f'Invalid function specified "{asked.function}"')
        if (asked.function == "json") != bool(asked.argument):
            raise InvalidQuery(f'Invalid function specified "{asked.function}"')
        if link is not None and link.target is not None:
            self.collection(link.target, (*path, text))
        return Ref(field, asked.function, asked.argument, link)

    def readable(self, collection: str) -> bool:
        """True when at least one field of the collection may be read."""
        return self.visible is None or self.visible(collection) != frozenset()

    def link(self, collection: Collection, field: Field) -> Link | None:
        """The relation that the field stands for."""
        return self.schema.link(collection.name, field.name)

    def fields(self, collection: Collection) -> list[Field]:
        """What ``*`` stands for: the readable fields that hold or relate data, without relations to what may not be read."""
        return [
            f
            for f in collection.fields.values()
            if self._shows(collection.name, f.name) and self._has_data(collection, f)
        ]

    def closed(self, collection: Collection, name: str) -> bool:
        """Whether the name is a relation that exists and may not be followed: what is asked beyond it is left out silently."""
        field = collection.fields.get(name)
        link = self.link(collection, field) if field is not None else None
        if link is None or self.visible is None:
            return False
        return not self._shows(collection.name, name) or (link.target is not None and not self.readable(link.target))

    def deep_enough(self, path: Path) -> None:
        """Raises ``InvalidQuery`` when the path has too many names."""
        if len(path) > self.depth:
            raise InvalidQuery("Max relational depth exceeded")

    def _has_data(self, collection: Collection, field: Field) -> bool:
        if not field.is_alias:
            return True
        link = self.link(collection, field)
        target = link.target if link is not None else None
        return target is not None and self.schema.get(target) is not None and self.readable(target)

    def _shows(self, collection: str, name: str) -> bool:
        fields = self.visible(collection) if self.visible else None
        return fields is None or name in fields


def _place(path: Path) -> str:
    return f'"{".".join(path)}"' if path else "root"
