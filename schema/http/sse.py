"""Operations over server-sent events, one a connection (graphql-sse, distinct connections)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, cast

import structlog
from graphql import OperationType
from starlette.responses import StreamingResponse

from schema.context import Context
from schema.engine.engine import Response
from schema.http.parameters import Parameters
from schema.http.service import Service, encode, problem

log = structlog.get_logger()

CONTENT_TYPE = "text/event-stream"
HEARTBEAT = 15.0
"""Seconds between comments that keep proxies from closing an idle stream."""


async def respond(service: Service, context: Context, parameters: Parameters) -> StreamingResponse:
    """A stream of `next` events, and `complete` at its end."""
    headers = {"cache-control": "no-cache", "x-accel-buffering": "no"}
    return StreamingResponse(_events(service, context, parameters), media_type=CONTENT_TYPE, headers=headers)


async def results(service: Service, context: Context, parameters: Parameters) -> AsyncIterator[Response]:
    """The results of any operation: one for a query or mutation, many for a subscription."""
    given: dict[str, Any] = {"variables": parameters.variables, "operation_name": parameters.operation_name}
    kind = service.engine.operation_type(parameters.query, parameters.operation_name)
    if kind is not OperationType.SUBSCRIPTION:
        yield await service.engine.execute(parameters.query, context, **given)
        return
    stream = await service.engine.subscribe(parameters.query, context, **given)
    if isinstance(stream, Response):
        yield stream
        return
    async with aclosing(cast("Any", stream)) as opened:
        async for result in opened:
            yield result


async def _events(service: Service, context: Context, parameters: Parameters) -> AsyncIterator[bytes]:
    async with aclosing(cast("Any", results(service, context, parameters))) as stream:
        try:
            waiting = asyncio.ensure_future(anext(stream))
            try:
                while True:
                    await asyncio.wait({waiting}, timeout=HEARTBEAT)
                    if not waiting.done():
                        yield b":\n\n"
                        continue
                    try:
                        result = waiting.result()
                    except StopAsyncIteration:
                        break
                    yield b"event: next\ndata: " + encode(result.body()) + b"\n\n"
                    waiting = asyncio.ensure_future(anext(stream))
            finally:
                if not waiting.done():
                    waiting.cancel()
                    await asyncio.wait({waiting})
        except Exception:  # nothing of it may reach the caller
            log.exception("graphql.stream_failed", request_id=context.request_id)
            body = problem("Something broke on our side; the request id finds it in the log.", "INTERNAL")
            yield b"event: next\ndata: " + encode(body) + b"\n\n"
    yield b"event: complete\ndata: \n\n"
