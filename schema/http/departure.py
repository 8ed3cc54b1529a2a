"""Callers who go away before they are answered: what only reads is cancelled, and its SQL with it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.types import Receive

from schema.http.parameters import GONE, BadRequest

PATIENCE = 0.05
"""Seconds after which a request that still runs is watched for its caller going away."""

T = TypeVar("T")


async def unless_gone(receive: Receive, execution: Awaitable[T], *, ends: Callable[[], bool]) -> T:
    """The result of an execution that `ends` with its caller; one that does not is awaited in any case.

    Whether it does is asked once it has taken its time: most have their result before, and pay for no watch.
    Raises BadRequest for who has gone.
    """
    loop = asyncio.get_running_loop()
    patience = asyncio.timeout(None)
    watch: asyncio.Task[None] | None = None

    def begin() -> None:
        nonlocal watch
        if ends():
            watch = loop.create_task(_end(receive, patience))

    later = loop.call_later(PATIENCE, begin)
    try:
        async with patience:
            return await execution
    except TimeoutError:
        if not patience.expired():
            raise
        raise BadRequest(GONE, 499) from None
    finally:
        later.cancel()
        if watch is not None:
            watch.cancel()


async def _end(receive: Receive, patience: asyncio.Timeout) -> None:
    """Let patience end at once when the caller has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    patience.reschedule(asyncio.get_running_loop().time())
