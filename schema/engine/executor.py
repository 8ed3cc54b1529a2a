"""The executor: graphql-core's own, save that a reference is completed by reading what was selected of it.

References of one field that turn up in the same turn of the event loop are read by one statement.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError, GraphQLObjectType, get_named_type, is_abstract_type, is_non_null_type
from graphql.pyutils import Path, Undefined
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.engine import read
from schema.engine.plan import Plan
from schema.engine.references import AnyReference, PageReference, Reference
from schema.engine.registry import TypeInfo

_KINDS = AnyReference.__args__


@dataclass(eq=False, slots=True)
class Wanted:
    """One row wanted at one place of the response."""

    number: int
    path: Path
    answer: "asyncio.Future[Any]"


@dataclass(eq=False, slots=True)
class Batch:
    info: TypeInfo
    object_type: GraphQLObjectType
    details: list[Any]
    wanted: list[Wanted] = field(default_factory=list)


class ReadExecutor(StrawberryGraphQLCoreExecutionContext):
    """`plans` belongs to the document, so that its next request finds them."""

    def __init__(self, *args: Any, plans: dict[Any, Plan], deciders: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plans = plans
        self.directives = tuple(self.variable_values.coerced.get(name) for name in deciders)
        self.batches: dict[Any, Batch] = {}
        self.reads: set[asyncio.Task[None]] = set()

    def execute_fields(
        self, parent_type: GraphQLObjectType, source_value: Any, path: Path | None, grouped_field_set: Any, context: Any
    ) -> Any:
        """All at once; of several failures that reach the same null, the first in the document is told.

        So the same question has the same answer every time. graphql-core tells whichever failed first.
        """
        results: dict[str, Any] = {}
        failed: Exception | None = None
        for name, details in grouped_field_set.items():
            try:
                value = self.execute_field(
                    parent_type, source_value, details, Path(path, name, parent_type.name), context
                )
            except Exception as problem:  # noqa: BLE001  # raised once those before it have had their say
                failed = problem
                break
            if value is not Undefined:
                results[name] = value
        waiting = [name for name, value in results.items() if self.is_awaitable(value)]
        if waiting:
            return _in_order(results, waiting, failed)
        if failed is not None:
            raise failed
        return results

    def complete_value(
        self, return_type: Any, field_details_list: Any, info: Any, path: Any, result: Any, position_context: Any
    ) -> Any:
        if type(result) not in _KINDS:
            return super().complete_value(return_type, field_details_list, info, path, result, position_context)
        answer: Awaitable[Any]
        if isinstance(result, Reference):
            answer = self._want(return_type, field_details_list, path, result)
        else:
            answer = read.one(
                self, return_type, self.object_type(return_type, result), field_details_list, path, result
            )
        return self._promised(answer, return_type, info)

    async def _promised(self, answer: Awaitable[Any], return_type: Any, info: Any) -> Any:
        value = await answer
        if value is None and is_non_null_type(return_type):
            raise TypeError(f"Cannot return null for non-nullable field {info.parent_type}.{info.field_name}.")
        return value

    def object_type(self, return_type: Any, reference: AnyReference) -> GraphQLObjectType:
        """The concrete type that a reference is read as. Raises FORBIDDEN where the caller may not."""
        scope, viewer = reference.info.scope, self.context_value.viewer
        if scope is not None and not viewer.can(scope):
            raise forbidden(scope)
        named = get_named_type(return_type)
        if is_abstract_type(named):
            named = self.schema.type_map[reference.info.name]
        assert isinstance(named, GraphQLObjectType)
        expected = reference.info.name
        if not isinstance(reference, PageReference) and named.name != expected:
            raise TypeError(f"{expected} was given where {named.name} is wanted")
        return named

    def _want(self, return_type: Any, details: Any, path: Path, reference: Reference) -> "asyncio.Future[Any]":
        object_type = self.object_type(return_type, reference)
        loop = asyncio.get_running_loop()
        key = (*(id(one.node) for one in details), object_type.name)
        if (batch := self.batches.get(key)) is None:
            batch = self.batches[key] = Batch(reference.info, object_type, details)
            loop.call_soon(self._start, key)
        wanted = Wanted(reference.number, path, loop.create_future())
        batch.wanted.append(wanted)
        return wanted.answer

    def _start(self, key: Any) -> None:
        batch = self.batches.pop(key)
        task = asyncio.get_running_loop().create_task(self._read(batch))
        self.reads.add(task)
        task.add_done_callback(self.reads.discard)

        def cancelled(_answer: Any) -> None:
            if all(wanted.answer.cancelled() for wanted in batch.wanted):
                task.cancel()  # nobody waits any more: let the server drop the statement

        for wanted in batch.wanted:
            wanted.answer.add_done_callback(cancelled)

    async def _read(self, batch: Batch) -> None:
        try:
            values = await read.many(self, batch.info, batch.object_type, batch.details, batch.wanted)
        except Exception as problem:  # noqa: BLE001  # it is the error of each field that asked
            values = [problem] * len(batch.wanted)
        for wanted, value in zip(batch.wanted, values, strict=True):
            if wanted.answer.cancelled():
                continue
            if isinstance(value, Exception):
                wanted.answer.set_exception(value)
            else:
                wanted.answer.set_result(value)


async def _in_order(results: dict[str, Any], waiting: list[str], failed: Exception | None) -> dict[str, Any]:
    """The fields with what they were waiting for. Raises what failed first in the document, once all have ended."""
    if len(waiting) == 1 and failed is None:
        results[waiting[0]] = await results[waiting[0]]
        return results
    futures = {name: asyncio.ensure_future(results[name]) for name in waiting}
    try:
        await asyncio.wait(futures.values())
    except asyncio.CancelledError:  # who asked has gone
        for future in futures.values():
            future.cancel()
        await asyncio.wait(futures.values())
        raise
    problems = [problem for future in futures.values() if (problem := future.exception()) is not None]
    if problems:
        raise problems[0]
    if failed is not None:
        raise failed
    return results | {name: future.result() for name, future in futures.items()}


def forbidden(scope: str) -> GraphQLError:
    return GraphQLError(f"This needs the scope {scope}.", extensions={"code": "FORBIDDEN", "scope": scope})
