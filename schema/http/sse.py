"""Operations over server-sent events, one a connection (graphql-sse, distinct connections)."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import aclosing
from typing import Any, cast

import structlog
from graphql import OperationType
from starlette.responses import StreamingResponse
from starlette.types import Message, Send

from schema.context import Context
from schema.http.parameters import Parameters
from schema.http.results import results
from schema.http.service import BROKEN, Service, encode, problem
from schema.http.standing import lapsed, let_go

log = structlog.get_logger()

CONTENT_TYPE = "text/event-stream"
HEARTBEAT = 15.0
"""Seconds between comments that keep proxies from closing an idle stream."""
SLOWEST = 30.0
"""Seconds that a reader may take before it takes more; what it has not read waits meanwhile, and grows no further."""


class Stream(StreamingResponse):
    """A stream that ends where its reader stands still."""

    async def stream_response(self, send: Send) -> None:
        async def promptly(message: Message) -> None:
            async with asyncio.timeout(SLOWEST):
                await send(message)

        try:
            await super().stream_response(promptly)
        except TimeoutError:
            log.info("graphql.slow_reader")
        finally:
            await cast("Any", self.body_iterator).aclose()


async def respond(
    service: Service,
    context: Context,
    asked: Parameters,
    credentials: str | None,
    allowed: Collection[OperationType],
) -> Stream:
    """A stream of `next` events, and `complete` at its end."""
    headers = {"cache-control": "no-cache", "x-accel-buffering": "no", "x-request-id": context.request_id}
    return Stream(_events(service, context, asked, credentials, allowed), media_type=CONTENT_TYPE, headers=headers)


async def _events(
    service: Service,
    context: Context,
    asked: Parameters,
    credentials: str | None,
    allowed: Collection[OperationType],
) -> AsyncIterator[bytes]:
    lost = asyncio.ensure_future(lapsed(service, context.viewer, credentials))
    try:
        async with aclosing(cast("Any", results(service, context, asked, allowed))) as stream:
            waiting = asyncio.ensure_future(anext(stream))
            try:
                while True:
                    await asyncio.wait({waiting, lost}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
                    if lost.done():
                        yield _next(problem("The API key is no longer valid.", "UNAUTHENTICATED"))
                        break
                    if not waiting.done():
                        yield b":\n\n"
                        continue
                    try:
                        result = waiting.result()
                    except StopAsyncIteration:
                        break
                    yield _next(result.body())
                    waiting = asyncio.ensure_future(anext(stream))
            finally:
                await let_go(waiting)
    except Exception:  # nothing of it may reach the caller
        log.exception("graphql.stream_failed", request_id=context.request_id)
        yield _next(problem(BROKEN, "INTERNAL", requestId=context.request_id))
    finally:
        await let_go(lost)
    yield b"event: complete\ndata: \n\n"


def _next(body: Any) -> bytes:
    return b"event: next\ndata: " + encode(body) + b"\n\n"
