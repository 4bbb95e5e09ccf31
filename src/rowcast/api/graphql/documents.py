"""Documents: read and checked against a schema, once each. Errors have the form of the wire. Must not know what is run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    get_operation_ast,
    get_variable_values,
    parse,
    specified_rules,
    validate,
)
from graphql.validation.rules import overlapping_fields_can_be_merged

from rowcast.errors import GraphQLInvalid

MOST_ERRORS = 20
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 100_000  # a fifth of a second instead of one
_QUOTED = re.compile(r"'([\w$.!\[\] ]+)'")
_SUGGESTION = re.compile(r" ?Did you mean .*$", re.DOTALL)


def read(text: str, tokens: int) -> DocumentNode:
    """The document in a text of at most so many tokens. Raises GraphQLInvalid."""
    try:
        return parse(text, max_tokens=tokens)
    except GraphQLError as error:
        raise invalid([error]) from None
    except RecursionError:
        raise invalid([GraphQLError("The document is nested too deeply.")]) from None


def check(schema: GraphQLSchema, document: DocumentNode, *, introspection: bool) -> None:
    """Raises GraphQLInvalid when the document is none for that schema."""
    rules = specified_rules if introspection else (*specified_rules, NoSchemaIntrospectionCustomRule)
    try:
        errors = validate(schema, document, rules, max_errors=MOST_ERRORS)
    except RecursionError:
        errors = [GraphQLError("The document is nested too deeply.")]
    if errors:
        raise invalid(errors, suggest=introspection)


def operation_of(schema: GraphQLSchema, document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation that is meant. Raises GraphQLInvalid when there is none, or none of its kind in the schema."""
    found = get_operation_ast(document, name)
    if found is None:
        told = (
            f'Unknown operation named "{name}".' if name else "Must provide operation name if query contains several."
        )
        raise invalid([GraphQLError(told)])
    if schema.get_root_type(found.operation) is None:  # the rules say nothing of that
        raise invalid([GraphQLError(f"The schema has no {found.operation.value}.", found)])
    return found


def variables_of(
    schema: GraphQLSchema, operation: OperationDefinitionNode, given: Mapping[str, Any], *, suggest: bool
) -> dict[str, Any]:
    """The values of the operation's variables. Raises GraphQLInvalid."""
    found = get_variable_values(schema, operation.variable_definitions or (), dict(given), MOST_ERRORS)
    if isinstance(found, list):
        raise invalid(found, suggest=suggest)
    return found


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The fragments of a document by name."""
    return {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}


def invalid(errors: Iterable[GraphQLError], *, suggest: bool = True) -> GraphQLInvalid:
    """The error that tells of these."""
    return GraphQLInvalid(errors=[_told(each, suggest) for each in errors])


def _told(error: GraphQLError, suggest: bool) -> dict[str, Any]:
    message = _QUOTED.sub(r'"\1"', error.message)  # as the JavaScript library has it
    message = message if suggest else _SUGGESTION.sub("", message)
    places = [{"line": each.line, "column": each.column} for each in error.locations or ()]
    return {"message": message, "locations": places} if places else {"message": message}
