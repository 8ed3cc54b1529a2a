"""A small pool of asyncpg connections: asyncpg's own takes longer to lend one than a short statement takes to run."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakSet

import asyncpg

from schema.away import Away

_RESTED = 300.0
"""Seconds after which an idle connection is not trusted any more: firewalls forget them without a word."""
_RECOVERY = 5.0
"""Seconds that a connection has to come to rest after its statement was cancelled."""
_FAREWELL = 2.0
"""Seconds that a server has to answer a goodbye."""
PATIENCE = 5.0
"""Seconds that a statement waits for a connection while all of them are at work."""
LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)
"""What asyncpg says of a statement whose connection is gone, if the connection then is closed."""


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
        self._planning = WeakSet[Any]()
        """Connections that have been told to plan each statement anew."""

    async def fetch(self, text: str, values: Any, *, anew: bool = False) -> list[Any]:
        """Rows of one statement that only reads. Cancelling the caller cancels the statement in the server.

        With `anew`, PostgreSQL plans it for these values, instead of keeping one plan for all. Raises Away where no
        connection gets free in time.

        It is sent once more, over a new connection, where an idle one turns out to have been lost: a server that was
        started anew has ended all of them.
        """
        connection, rested = await self._take(anew=anew)
        try:
            return await self._ask(connection, text, values, anew=anew)
        except LOST:
            if not rested or not connection.is_closed():
                raise
        return await self._ask(await self._another(), text, values, anew=anew)

    async def close(self) -> None:
        """End all that is idle now, and what is lent when it comes back. Waits for no server that says nothing."""
        self._closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*self._recovering, *(_end(connection) for connection, _ in idle), return_exceptions=True)
        while self._idle:  # what came to rest meanwhile
            self._drop(self._idle.pop()[0])

    async def _ask(self, connection: Any, text: str, values: Any, *, anew: bool) -> list[Any]:
        """Send a statement over a connection that was taken, and give it back in whichever state it is then."""
        try:
            if anew is not (connection in self._planning):
                await self._tell(connection, anew=anew)
            rows: list[Any] = await connection.fetch(text, *values)
        except Exception:
            self._give(connection)
            raise
        except asyncio.CancelledError:
            self._let_recover(connection)
            raise
        except BaseException:  # the process is ending, in the middle of a statement
            connection.terminate()
            self._give(connection)
            raise
        self._give(connection)
        return rows

    async def _tell(self, connection: Any, *, anew: bool) -> None:
        """How it is to plan from now on."""
        await connection.execute(f"set plan_cache_mode = {'force_custom_plan' if anew else 'auto'}")
        (self._planning.add if anew else self._planning.discard)(connection)

    async def _take(self, *, anew: bool) -> tuple[Any, bool]:
        """A connection, and whether it has rested: it may have been lost meanwhile, and nobody knows yet.

        One that plans as it is to already, if there is one: the others have to be told first.
        """
        while self._idle:
            fit = [place for place, (one, _) in enumerate(self._idle) if anew is (one in self._planning)]
            connection, since = self._idle.pop(fit[-1] if fit else -1)
            if not connection.is_closed() and time.monotonic() - since < _RESTED:
                return connection, True
            self._drop(connection)
        return await self._another(), False

    async def _another(self) -> Any:
        """A connection that is in use until now, or a new one."""
        if self._made >= self._size:
            if (given := await self._turn()) is not None:
                return given
        else:
            self._made += 1
        try:
            return await self._connect()
        except BaseException:
            self._pass_on(None)
            raise

    async def _turn(self) -> Any:
        """What whoever is before us passes on: a connection, or None for the right to make one."""
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            async with asyncio.timeout(PATIENCE):
                try:
                    return await turn
                except asyncio.CancelledError:
                    if turn.done() and not turn.cancelled():
                        self._pass_on(turn.result())
                    raise
        except TimeoutError:
            raise Away("Too much is being read at once.") from None

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

    def _let_recover(self, connection: Any) -> None:
        if self._closed:
            connection.terminate()
            self._give(connection)
            return
        task = asyncio.get_running_loop().create_task(self._recover(connection))
        self._recovering.add(task)
        task.add_done_callback(self._recovering.discard)

    def _drop(self, connection: Any) -> None:
        connection.terminate()
        self._made -= 1

    async def _recover(self, connection: Any) -> None:
        """Lend a connection again once the server has let go of the statement; end it where that takes too long."""
        try:
            await asyncio.wait_for(self._tell(connection, anew=False), _RECOVERY)
        except BaseException as problem:
            connection.terminate()  # whatever it is, it is of no more use
            if not isinstance(problem, Exception):
                raise
        finally:
            self._give(connection)


async def _end(connection: Any) -> None:
    try:
        await connection.close(timeout=_FAREWELL)
    except Exception:  # noqa: BLE001  # it is ended all the same
        connection.terminate()
