"""Runs operations: limits and scopes first, then graphql-core with our executor, then errors made fit to show."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

import strawberry
from graphql import ExecutionResult, GraphQLError, OperationType, execute, subscribe
from strawberry.execution import optimized_is_awaitable

from schema.context import Context
from schema.engine.analysis import Analyst
from schema.engine.compile import compile_specs
from schema.engine.documents import Document, Documents, Limits
from schema.engine.executor import ReadExecutor, forbidden
from schema.engine.registry import Registry
from schema.errors import present

EVERYTHING = frozenset(OperationType)
_is_awaitable: Any = optimized_is_awaitable


@dataclass(slots=True)
class Response:
    """`data` is missing, rather than null, where the operation never began."""

    errors: list[dict[str, Any]]
    data: Any = None
    began: bool = True
    wrong_method: bool = False
    extensions: dict[str, Any] | None = None

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {}
        if self.errors:
            body["errors"] = self.errors
        if self.began:
            body["data"] = self.data
        if self.extensions:
            body["extensions"] = self.extensions
        return body


class Engine:
    """One schema, its documents and its limits; shared by all requests of a process."""

    def __init__(
        self, schema: strawberry.Schema, registry: Registry, limits: Limits | None = None, *, introspection: bool = True
    ) -> None:
        self.schema = schema
        self.core = schema._schema  # noqa: SLF001  # Strawberry's own name for the graphql-core schema
        self.limits = limits or Limits()
        compile_specs(self.core, registry)
        self.documents = Documents(self.core, self.limits, introspection=introspection)
        self.analyst = Analyst(self.core, self.limits, registry)

    async def execute(
        self,
        query: str,
        context: Context,
        *,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        allowed: Collection[OperationType] = EVERYTHING,
    ) -> Response:
        """Run a query or a mutation to its end."""
        admitted = self._admit(query, context, variables or {}, operation_name, allowed)
        if isinstance(admitted, Response):
            return admitted
        result = execute(self.core, **_run(admitted, context, variables, operation_name))
        return _response(await result if isawaitable(result) else result, context)

    async def subscribe(
        self,
        query: str,
        context: Context,
        *,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
    ) -> AsyncIterator[Response] | Response:
        """Begin a subscription: its stream, or the one response that says why not."""
        admitted = self._admit(query, context, variables or {}, operation_name, {OperationType.SUBSCRIPTION})
        if isinstance(admitted, Response):
            return admitted
        stream = subscribe(self.core, **_run(admitted, context, variables, operation_name))
        if isawaitable(stream):
            stream = await stream
        return _response(stream, context) if isinstance(stream, ExecutionResult) else _responses(stream, context)

    def operation_type(self, query: str, operation_name: str | None) -> OperationType | None:
        """What kind of operation a request holds; None where that cannot be told."""
        try:
            return self.documents.get(query).operation(operation_name).operation
        except GraphQLError:
            return None

    def _admit(
        self,
        query: str,
        context: Context,
        variables: Mapping[str, Any],
        operation_name: str | None,
        allowed: Collection[OperationType],
    ) -> Document | Response:
        """The document to run, where all that can be told before is in order; else the response that says why not."""
        document = self.documents.get(query)
        if document.errors:
            return _refusal(document.errors, context)
        try:
            operation = document.operation(operation_name)
        except GraphQLError as problem:
            return _refusal([problem], context)
        context.operation = operation.name.value if operation.name is not None else "unnamed"
        if operation.operation not in allowed:
            error = GraphQLError(f"A {operation.operation.value} cannot be sent this way.", [operation])
            refused = _refusal([error], context)
            refused.wrong_method = True
            return refused
        if holds_null(variables):
            error = GraphQLError("A text in the variables holds a null character.")
            return _refusal([error], context)
        analysis = self.analyst.analyse(document, operation, variables)
        context.extensions["cost"] = {"rows": analysis.rows, "limit": self.limits.rows}
        missing = [scope for scope in analysis.scopes if not context.viewer.can(scope)]
        errors = [*analysis.errors, *(_missing(scope, analysis.scopes[scope]) for scope in missing)]
        return _refusal(errors, context) if errors else document


def _run(
    document: Document, context: Context, variables: Mapping[str, Any] | None, operation_name: str | None
) -> dict[str, Any]:
    """How graphql-core is to run a document: with our executor, which keeps its plans with the document."""
    return {
        "document": document.tree,
        "context_value": context,
        "variable_values": dict(variables or {}),
        "operation_name": operation_name,
        "executor_class": ReadExecutor,
        "is_awaitable": _is_awaitable,
        "plans": document.plans,
        "deciders": document.deciders,
    }


def holds_null(value: Any) -> bool:
    """Whether a JSON value has U+0000 in a text, which PostgreSQL cannot hold."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, Mapping):
        return any(holds_null(name) or holds_null(item) for name, item in value.items())
    return isinstance(value, list) and any(holds_null(item) for item in value)


def _missing(scope: str, node: Any) -> GraphQLError:
    error = forbidden(scope)
    return GraphQLError(error.message, [node], extensions=error.extensions)


def _refusal(errors: list[GraphQLError], context: Context) -> Response:
    shown = [present(error, context.request_id) for error in errors]
    return Response(shown, began=False, extensions=context.extensions or None)


def _response(result: ExecutionResult, context: Context) -> Response:
    errors = [present(error, context.request_id) for error in result.errors or ()]
    began = result.data is not None or not _before(result)
    return Response(errors, result.data, began=began, extensions=context.extensions or None)


def _before(result: ExecutionResult) -> bool:
    """Whether nothing was executed: errors of variables have no path."""
    return bool(result.errors) and all(error.path is None for error in result.errors or ())


async def _responses(stream: AsyncIterator[ExecutionResult], context: Context) -> AsyncIterator[Response]:
    async for result in stream:
        yield _response(result, context)
