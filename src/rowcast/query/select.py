"""Builds the tree of an answer: paths of fields become nodes, nested queries become selects. Knows wildcards, aliases and ``deep``;
must not know SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rowcast.errors import InvalidQuery
from rowcast.query.aggregate import aggregates
from rowcast.query.calls import call, split
from rowcast.query.condition import FilterReader
from rowcast.query.parse import Query
from rowcast.query.search import search
from rowcast.query.shape import Constant, Inside, Member, Plain, Related, RelatedToAny
from rowcast.query.sight import Path, Sight
from rowcast.query.sort import orders
from rowcast.query.tree import All, Always, AnyOf, Condition, Fixed, Inner, Keys, Leaf, Many, Node, One, Ref, Select
from rowcast.schema import Collection, Field, Link

Wanted = tuple[Path, ...]


@dataclass(slots=True)
class Selector:
    """Builds one answer. ``default`` and ``greatest`` are limits of rows, -1 and None are none. What it makes is counted
    (``cost``), so that no answer is too wide."""

    sight: Sight
    filters: FilterReader
    default: int = 100
    greatest: int | None = None

    def select(
        self, collection: Collection, wanted: Wanted, query: Query, path: Path = (), back: Link | None = None
    ) -> Select:
        """The rows of ``collection`` that ``query`` gives, with the fields of ``wanted``. ``back`` is the link that led here."""
        limit, offset = self._window(query)
        self._count(query, nested=back is not None)
        grouped = aggregates(self.sight, collection, query, path) if query.aggregate or query.group else None
        return Select(
            collection.name,
            () if grouped else self._nodes(collection, wanted, query, path, back),
            where=self._where(collection, query, path),
            order=orders(self.sight, collection, query, path, back),
            limit=limit,
            offset=offset,
            aggregates=grouped[0] if grouped else (),
            groups=grouped[1] if grouped else (),
        )

    def _count(self, query: Query, *, nested: bool) -> None:
        """What the query asks for besides fields and conditions."""
        budget = self.sight.budget
        budget.take("relations", nested)
        budget.take("aliases", len(query.alias))
        budget.take("sort keys", len(query.sort))
        budget.take("aggregates", sum(map(len, query.aggregate.values())))
        budget.take("groups", len(query.group))

    def _window(self, query: Query) -> tuple[int | None, int]:
        limit = self.default if query.limit is None else query.limit
        if self.greatest is not None and self.greatest >= 0 and (limit < 0 or limit > self.greatest):
            limit = self.greatest
        if limit < 0:
            return None, query.offset or 0
        offset = (query.page - 1) * limit if query.page else query.offset or 0
        if offset >= 2**63:
            raise InvalidQuery('"page" must be a safe number')
        return limit, offset

    def _where(self, collection: Collection, query: Query, path: Path) -> Condition:
        where = self.filters.read(collection, query.filter, path) if query.filter else Always(True)
        if not query.search:
            return where
        found = search(self.sight, collection, query.search)
        return found if where == Always(True) else All((where, found))

    def _nodes(
        self, collection: Collection, wanted: Wanted, query: Query, path: Path, back: Link | None
    ) -> tuple[Node, ...]:
        if query.shape is not None:
            return tuple(self._shaped(collection, member, path) for member in query.shape)
        nodes: list[Node] = []
        for name, below in self._grouped(collection, wanted, query, back).items():
            self.sight.budget.take("fields")
            if node := self._node(collection, name, tuple(below), query, path):
                nodes.append(node)
        return tuple(nodes)

    def _grouped(
        self, collection: Collection, wanted: Wanted, query: Query, back: Link | None
    ) -> dict[str, list[Path]]:
        """The first names of the paths, wildcards opened, each with what is wanted below it."""
        grouped: dict[str, list[Path]] = {}
        for head, *rest in wanted:
            if head != "*":
                grouped.setdefault(head, []).extend([tuple(rest)] if rest else [])
                continue
            for field in self._starred(collection, query, back):
                if not rest or self.sight.link(collection, field) is None:
                    grouped.setdefault(field.name, [])
                elif not self.sight.closed(collection, field.name):
                    grouped.setdefault(field.name, []).append(tuple(rest))
        return grouped

    def _starred(self, collection: Collection, query: Query, back: Link | None) -> Iterable[Field]:
        for field in self.sight.fields(collection):
            link = self.sight.link(collection, field)
            if query.backlink or back is None or link is None or link.relation != back.relation:
                yield field

    def _node(self, collection: Collection, key: str, below: Wanted, query: Query, path: Path) -> Node | None:
        name, real = key, query.alias.get(key, key)
        if below and self.sight.closed(collection, real):
            return None
        ref = self.sight.ref(collection, real, path)
        link = self.sight.link(collection, ref.field) if ref.function is None else None
        if link is None:
            plain = real if ref.function is None else call(real).key
            return self._leaf(ref, name if name in query.alias else plain, below)
        if not below and not (name in query.deep and query.deep[name].fields):
            return self._bare(collection, name, ref, link, query, path)
        return self._related(name, link, below, query, (*path, name))

    def _shaped(self, collection: Collection, member: Member, path: Path) -> Node:
        """One member of a shape. Raises ``Forbidden`` and ``InvalidQuery``."""
        self.sight.budget.take("fields")
        match member:
            case Plain(key, of, as_text):
                ref = self.sight.ref(collection, of, path)
                if ref.field.is_alias and ref.function is None:
                    raise InvalidQuery(f'"{of}" holds no values')
                return Leaf(key, ref, as_text)
            case Constant(key, text):
                return Fixed(key, text)
            case Inside(key, members):
                return Inner(key, tuple(self._shaped(collection, each, path) for each in members))
            case Related(key, name, query):
                return self._shaped_related(key, self._link(collection, name, path), query, (*path, name))
            case RelatedToAny(key, name, queries):
                link, path = self._link(collection, name, path), (*path, name)
                selects = tuple(self._alone(link, target, query, path) for target, query in queries)
                return AnyOf(key, link, selects)

    def _link(self, collection: Collection, name: str, path: Path) -> Link:
        self.sight.deep_enough((*path, name, ""))
        link = self.sight.link(collection, self.sight.field(collection, name, path))
        if link is None:
            raise InvalidQuery(f'"{name}" is not a relation')
        return link

    def _shaped_related(self, key: str, link: Link, query: Query, path: Path) -> Node:
        if link.kind != "o2m":
            return One(key, link, self._alone(link, link.target or "", query, path))
        return Many(key, link, self.select(self.sight.collection(link.target or "", path), (), query, path, link))

    def _alone(self, link: Link, target: str, query: Query, path: Path) -> Select:
        """The one row that a link leads to."""
        select = self.select(self.sight.collection(target, path), (), query, path, link)
        return replace(select, limit=None, offset=0, order=())

    def _leaf(self, ref: Ref, key: str, below: Wanted) -> Leaf | None:
        if below:
            raise InvalidQuery(f'"{ref.field.name}" is not a relation')
        if ref.field.is_alias and ref.function is None:
            return None  # presentation only, holds nothing
        return Leaf(key, ref)

    def _bare(self, collection: Collection, name: str, ref: Ref, link: Link, query: Query, path: Path) -> Node:
        if link.kind != "o2m":
            return Leaf(name, ref)
        path = (*path, name)
        target = self.sight.collection(link.target or "", path)
        select = self.select(target, (), _inner(query, name), path, link)
        return Keys(name, link, replace(select, nodes=(Leaf(target.primary, Ref(target.key)),)))

    def _related(self, name: str, link: Link, below: Wanted, query: Query, path: Path) -> Node:
        self.sight.deep_enough((*path, ""))
        if link.kind == "a2o":
            return self._any_of(name, link, below, query, path)
        inner = _inner(query, name)
        target = self.sight.collection(link.target or "", path)
        select = self.select(target, below + paths(inner.fields), inner, path, link)
        return (
            Many(name, link, select)
            if link.kind == "o2m"
            else One(name, link, replace(select, limit=None, offset=0, order=()))
        )

    def _any_of(self, name: str, link: Link, below: Wanted, query: Query, path: Path) -> Node:
        """``item.x`` asks every collection for ``x``, ``item:crates.x`` that one; paths are grouped by collection."""
        allowed = link.relation.allowed
        per: dict[str, list[Path]] = {}
        for head, *rest in below:
            for target in [head] if head in allowed and rest else allowed:
                if target != head and not (self.sight.readable(target) and target in self.sight.schema.collections):
                    continue
                per.setdefault(target, []).append(tuple(rest) if target == head and rest else (head, *rest))
        selects = tuple(self._one_of(name, link, target, tuple(wanted), query, path) for target, wanted in per.items())
        others = [found for target in allowed if target not in per and (found := self.sight.schema.get(target))]
        return AnyOf(name, link, selects, tuple(other.key for other in others if self.sight.readable(other.name)))

    def _one_of(self, name: str, link: Link, target: str, wanted: Wanted, query: Query, path: Path) -> Select:
        found = self.sight.collection(target, path)
        inner = query.deep.get(f"{name}:{target}") or _inner(query, name).deep.get(target) or Query(fields=())
        return replace(self.select(found, wanted, inner, path, link), limit=None, offset=0, order=())


def paths(fields: Iterable[str]) -> Wanted:
    """Names with periods as paths; a name with a colon (``item:crates``) keeps its parts apart."""
    return tuple(path for name in fields if (path := tuple(_segments(name))))


def _segments(name: str) -> Iterable[str]:
    for segment in split(name, "."):
        head, colon, target = segment.partition(":")
        yield head
        if colon:
            yield target


def _inner(query: Query, name: str) -> Query:
    inner = query.deep.get(name)
    return inner if inner is not None else replace(Query(fields=()), backlink=query.backlink)
