"""A small pool of asyncpg connections: asyncpg's own takes longer to lend one than a short statement takes to run."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

_RESTED = 300.0
"""Seconds after which an idle connection is not trusted any more: firewalls forget them without a word."""
_RECOVERY = 5.0
"""Seconds that a connection has to come to rest after its statement was cancelled."""


class Pool:
    """At most `size` connections, made when they are wanted; the one used last is lent first."""

    def __init__(self, connect: Callable[[], Awaitable[Any]], size: int) -> None:
        self._connect = connect
        self._size = size
        self._made = 0
        self._idle: list[tuple[Any, float]] = []
        self._queue: deque[asyncio.Future[Any]] = deque()
        self._recovering: set[asyncio.Task[None]] = set()
        self._closed = False

    async def fetch(self, text: str, values: Any) -> list[Any]:
        """Rows of one statement. Cancelling the caller cancels the statement in the server."""
        connection = await self._take()
        try:
            rows: list[Any] = await connection.fetch(text, *values)
        except BaseException as problem:
            if isinstance(problem, asyncio.CancelledError):
                task = asyncio.get_running_loop().create_task(self._recover(connection))
                self._recovering.add(task)
                task.add_done_callback(self._recovering.discard)
            else:
                self._give(connection)
            raise
        self._give(connection)
        return rows

    async def close(self) -> None:
        """Close all that is idle, and what is lent when it comes back."""
        self._closed = True
        for task in list(self._recovering):
            await asyncio.wait({task})
        while self._idle:
            connection, _ = self._idle.pop()
            await connection.close()

    async def _take(self) -> Any:
        while self._idle:
            connection, since = self._idle.pop()
            if not connection.is_closed() and time.monotonic() - since < _RESTED:
                return connection
            self._drop(connection)
        if self._made >= self._size:
            turn = asyncio.get_running_loop().create_future()
            self._queue.append(turn)
            try:
                if (given := await turn) is not None:
                    return given
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._pass_on(turn.result())
                raise
        else:
            self._made += 1
        try:
            return await self._connect()
        except BaseException:
            self._pass_on(None)
            raise

    def _give(self, connection: Any) -> None:
        if connection.is_closed() or self._closed:
            connection.terminate()
            self._pass_on(None)
        else:
            self._pass_on(connection)

    def _pass_on(self, connection: Any) -> None:
        """To whoever waits longest: a connection, or with None the right to make one."""
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(connection)
                return
        if connection is None:
            self._made -= 1
        else:
            self._idle.append((connection, time.monotonic()))

    def _drop(self, connection: Any) -> None:
        connection.terminate()
        self._made -= 1

    async def _recover(self, connection: Any) -> None:
        """Lend a connection again once the server has let go of the statement; end it where that takes too long."""
        try:
            await asyncio.wait_for(connection.execute("select"), _RECOVERY)
        except Exception:  # noqa: BLE001  # whatever it is, it is of no more use
            connection.terminate()
        self._give(connection)
