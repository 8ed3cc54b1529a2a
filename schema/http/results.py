"""The results of an operation of any kind, for transports that carry several; and errors of a stream, fit to show."""

from collections.abc import AsyncIterator, Collection
from contextlib import aclosing
from typing import Any, cast

from graphql import GraphQLError, OperationType

from schema.context import Context
from schema.engine.engine import EVERYTHING, Response
from schema.errors import present
from schema.http.parameters import Parameters
from schema.http.service import Service


async def results(
    service: Service, context: Context, asked: Parameters, allowed: Collection[OperationType] = EVERYTHING
) -> AsyncIterator[Response]:
    """One for a query or mutation, many for a subscription. What breaks a stream is its last result."""
    if service.operation_type(asked) is not OperationType.SUBSCRIPTION:
        yield await service.execute(asked, context, allowed)
        return
    try:
        stream = await service.subscribe(asked, context)
        if isinstance(stream, Response):
            yield stream
            return
        async with aclosing(cast("Any", stream)) as opened:
            async for result in opened:
                yield result
    except Exception as problem:  # noqa: BLE001  # `present` logs what is ours, and tells nothing of it
        error = problem if isinstance(problem, GraphQLError) else GraphQLError(str(problem), original_error=problem)
        yield Response([present(error, context.request_id)], began=False)
