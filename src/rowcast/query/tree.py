"""The resolved question, as data. A tree says what is asked; it does not know how to check, write or match itself.

``resolve`` makes it from a parsed query, ``policy.narrow`` makes a narrower one, ``sql`` writes it, ``match`` decides a row by it.
All nodes are frozen and hashable, so that a tree is the key of its plan and of its view.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rowcast.schema import Field, Link

# ---- values -----------------------------------------------------------------------------------------------------------

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Const:
    """A value written in the question, already cast to the field's type (ISO text for times). Lists are tuples."""

    value: Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that depends on who asks or when: ``$CURRENT_USER``, ``$CURRENT_USER.department``, ``$CURRENT_ROLES``, ``$NOW``,
    ``$NOW(-1 day)`` … ``name`` is the whole text. Bound when the plan runs, cast to the field type ``type``; ``many`` is the
    right side of ``in``."""

    name: str
    type: str = "string"
    many: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of the n-th constant in a plan whose constants were lifted out (see ``form``); ``many`` for a list."""

    index: int
    many: bool = False


@dataclass(frozen=True, slots=True)
class Ref:
    """A column of the collection that the surrounding node is about, or a function of it (``year``, ``count``, ``json``).

    ``mask``: the value is null on rows where it does not hold, wherever the reference stands (answer, filter, sort, aggregate).
    With ``count`` of an o2m field, ``link`` is the relation and ``counted`` narrows the related rows that count.
    """

    field: Field
    function: str | None = None
    argument: str | None = None
    link: Link | None = None
    mask: Condition | None = None
    counted: Condition | None = None


Value = Const | Variable | Slot | Ref | tuple[Const | Variable | Slot, ...]
"""What a column is compared with. A Ref is a field comparison (``$FOLLOW``). A tuple is a list with variables in it."""

# ---- conditions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class All:
    """True when every part is; empty: true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """True when one part is (``_or``); empty: true, as on the wire an empty ``_or`` is no condition."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """SQL's three-valued NOT."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Test:
    """``left operator right``. ``operator`` is the name on the wire without ``_`` (``eq``, ``in``, ``icontains`` …)."""

    left: Ref
    operator: str
    right: Value


@dataclass(frozen=True, slots=True)
class Through:
    """A condition on related rows. m2o/a2o: on the one row pointed to (for a2o of collection ``target``); o2m: on some
    (``quantifier`` "some") or on none ("none") of the rows that point to us. ``on`` is a condition about ``target``."""

    link: Link
    target: str
    on: Condition
    quantifier: Literal["some", "none"] = "some"


@dataclass(frozen=True, slots=True)
class Search:
    """``text`` occurs in one of ``refs`` (columns of the collection, chosen by resolve from what may be searched)."""

    text: str | Slot
    refs: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Always:
    """A fixed answer: everything (True) or nothing (False)."""

    value: bool


Condition = All | Some | Not | Test | Through | Search | Always

# ---- what is to be returned ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leaf:
    """One member of the answer: a column or function (possibly masked, see ``Ref``) under ``key``. ``as_text``: a number is
    shown as text."""

    key: str
    ref: Ref
    as_text: bool = False


@dataclass(frozen=True, slots=True)
class Fixed:
    """A member that has the same text in every row."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Inner:
    """An object of further members about the same row."""

    key: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class One:
    """A related object (m2o) or null. Here and below, ``mask``: null on rows where it does not hold."""

    key: str
    link: Link
    select: Select
    mask: Condition | None = None


@dataclass(frozen=True, slots=True)
class Many:
    """A list of related objects (o2m)."""

    key: str
    link: Link
    select: Select
    mask: Condition | None = None


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A related object of one of several collections (m2a). ``selects``: one per collection that is asked for; for another
    collection of ``bare`` the key alone is returned, for any further one null."""

    key: str
    link: Link
    selects: tuple[Select, ...]
    bare: tuple[Field, ...] = ()
    mask: Condition | None = None


@dataclass(frozen=True, slots=True)
class Keys:
    """A relation asked for by name alone: the list of keys of the o2m rows."""

    key: str
    link: Link
    select: Select
    mask: Condition | None = None


Node = Leaf | Fixed | Inner | One | Many | AnyOf | Keys


@dataclass(frozen=True, slots=True)
class Order:
    """One key of the sort order. ``path``: the links to the row that ``ref`` is about (an a2o link has its ``target`` filled in;
    through an o2m the least, or descending the greatest, value counts). ``on``: one condition per link about the row it leads to,
    or empty. ``of``: groups are ordered by this aggregate, not by ``ref``."""

    ref: Ref
    descending: bool = False
    path: tuple[Link, ...] = ()
    on: tuple[Condition, ...] = ()
    of: Aggregate | None = None


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate: ``function`` of ``ref``, returned as ``{function: {key: …}}``; without a ref the number of rows, returned
    as ``{function: …}``."""

    function: str
    key: str
    ref: Ref | None = None


@dataclass(frozen=True, slots=True)
class Select:
    """Rows of one collection. ``limit`` None is no limit. With ``aggregates`` the answer is one object per ``groups`` value."""

    collection: str
    nodes: tuple[Node, ...]
    where: Condition = Always(True)
    order: tuple[Order, ...] = ()
    limit: int | Slot | None = None
    offset: int | Slot = 0
    aggregates: tuple[Aggregate, ...] = ()
    groups: tuple[Leaf, ...] = ()
