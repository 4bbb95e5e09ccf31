"""One operation, read once and run as often as it is sent: its members one by one (or, if they only read, side by side), their
finished JSON put into the answer as it is. Must not know what carries the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import structlog
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLNonNull,
    GraphQLObjectType,
    OperationDefinitionNode,
    SelectionSetNode,
    execute_sync,
)
from graphql.execution.collect_fields import collect_fields

from rowcast.api.graphql.roots import ONCE, ROOT, Ask, Call, Run
from rowcast.api.graphql.selection import Reading
from rowcast.errors import InternalError, InvalidQuery, RowcastError

log = structlog.get_logger("rowcast.api")
MOST_ROOTS = 100
"""Members of the root type in one operation."""
Kind = Literal["query", "mutation", "subscription"]


@dataclass(frozen=True, slots=True)
class Step:
    """One member of the answer. ``is_needed``: without it there is no answer at all."""

    key: str
    node: FieldNode
    is_needed: bool
    run: Run


@dataclass(frozen=True, slots=True)
class Operation:
    """What is run. ``steps`` of a subscription are none: they are heard (see ``live``)."""

    kind: Kind
    steps: tuple[Step, ...]


def prepare(reading: Reading, operation: OperationDefinitionNode) -> Operation:
    """The operation as it will be run. Raises InvalidQuery when it has too many members."""
    return Operation(operation.operation.value, tuple(_steps(reading, operation)))


def members(reading: Reading, operation: OperationDefinitionNode) -> dict[str, list[FieldNode]]:
    """The members that an operation selects of its root type, by their keys in the answer. Raises InvalidQuery."""
    kind = reading.schema.get_root_type(operation.operation)
    assert kind is not None  # else the document would not be valid
    found = collect_fields(
        reading.schema, dict(reading.fragments), dict(reading.variables), kind, operation.selection_set
    )
    if len(found) > MOST_ROOTS:
        raise InvalidQuery(f"The query has too many members: more than {MOST_ROOTS}")
    named = [nodes[0].name.value for nodes in found.values()]
    if sum(ONCE in kind.fields[name].extensions for name in named if name in kind.fields) > 1:
        raise InvalidQuery(
            "Of the members about signing in, an operation may have one"
        )  # guesses are counted by request
    return found


def _steps(reading: Reading, operation: OperationDefinitionNode) -> Iterator[Step]:
    kind: Any = reading.schema.get_root_type(operation.operation)
    for key, nodes in members(reading, operation).items():
        name = nodes[0].name.value
        if name == "__typename":
            yield Step(key, nodes[0], False, _fixed(msgspec.json.encode(kind.name)))
        elif name in ("__schema", "__type"):
            yield Step(key, nodes[0], name == "__schema", _introspection(reading, operation, nodes))
        else:
            yield _step(reading, kind, key, nodes)


def _step(reading: Reading, kind: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> Step:
    field = kind.fields[nodes[0].name.value]
    is_needed = isinstance(field.type, GraphQLNonNull)
    if ROOT not in field.extensions:
        return Step(key, nodes[0], is_needed, _fixed(b"null"))
    try:
        call = Call(reading, field, nodes, reading.arguments(field, nodes))
        return Step(key, nodes[0], is_needed, field.extensions[ROOT](call))
    except RowcastError as error:
        return Step(key, nodes[0], is_needed, _failing(error))


def _fixed(value: bytes) -> Run:
    async def run(ask: Ask) -> bytes:
        return value

    return run


def _failing(error: RowcastError) -> Run:
    async def run(ask: Ask) -> bytes:
        raise error

    return run


def _introspection(reading: Reading, operation: OperationDefinitionNode, nodes: list[FieldNode]) -> Run:
    """The library's own answer about the schema, in a thread, since it takes long."""
    asked = OperationDefinitionNode(
        operation=operation.operation,
        variable_definitions=operation.variable_definitions,
        selection_set=SelectionSetNode(selections=tuple(nodes)),
    )
    document = DocumentNode(definitions=(asked, *reading.fragments.values()))
    source = operation.loc.source.body if operation.loc is not None else ""
    key = (
        source,
        operation.name and operation.name.value,
        nodes[0].alias.value if nodes[0].alias else nodes[0].name.value,
        msgspec.json.encode(reading.given),
    )

    async def run(ask: Ask) -> bytes:
        found = reading.told.get(key)
        if found is None:
            found = await asyncio.to_thread(_introspected, reading, document)
            reading.told.put(key, found, len(found))
        return found

    return run


def _introspected(reading: Reading, document: DocumentNode) -> bytes:
    found = execute_sync(reading.schema, document, variable_values=dict(reading.given))
    if found.errors or not found.data:
        raise InvalidQuery((found.errors or [GraphQLError("Nothing is told")])[0].message)
    return msgspec.json.encode(next(iter(found.data.values())))


# ---- running ----------------------------------------------------------------------------------------------------------


async def run(operation: Operation, ask: Ask) -> bytes:
    """The whole answer: ``{"data": …, "errors": […]}``. What goes wrong in one member leaves the others as they are."""
    if operation.kind == "query" and len(operation.steps) > 1:
        outcomes = await asyncio.gather(*(_outcome(step, ask) for step in operation.steps))
    else:
        outcomes = [await _outcome(step, ask) for step in operation.steps]
    return _answer(operation.steps, outcomes)


async def _outcome(step: Step, ask: Ask) -> bytes | RowcastError:
    try:
        return await step.run(ask)
    except RowcastError as error:
        if error.status >= 500:
            log.error("request failed", path=step.key, code=error.code, message=error.message)
        return error
    except Exception:
        log.exception("request failed", path=step.key)
        return InternalError()


def _answer(steps: Sequence[Step], outcomes: Sequence[bytes | RowcastError]) -> bytes:
    parts, errors, is_whole = [], list[Any](), True
    for step, outcome in zip(steps, outcomes, strict=True):
        if isinstance(outcome, RowcastError):
            errors += [_placed(each, step) for each in outcome.members()]
            is_whole = is_whole and not step.is_needed
            outcome = b"null"
        parts.append(b'"' + step.key.encode() + b'":' + outcome)
    told = [b'"data":{' + b",".join(parts) + b"}"] if is_whole else []
    if errors:
        told.append(b'"errors":' + msgspec.json.encode(errors))
    return b"{" + b",".join(told) + b"}"


def _placed(error: RowcastError, step: Step) -> dict[str, Any]:
    place = step.node.loc.start_token if step.node.loc is not None else None
    told = error.as_wire()
    if place is not None:
        told["locations"] = [{"line": place.line, "column": place.column}]
    return {**told, "path": [step.key]}
