"""The read engine's own connections: asyncpg, read-only, each statement under a timeout."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from core import metrics
from schema.away import Away
from schema.engine.pool import Pool
from schema.engine.sql import Prepared, statement

GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    OSError,  # refused, reset, or no answer within the time to connect
)
"""What asyncpg says of a server that is not there, that ends or that begins."""
_PATIENCE = 15.0
"""Seconds that the server has to take a new connection."""


class Row(asyncpg.Record):  # type: ignore[misc]  # asyncpg has no types
    """One row: by attribute, by name or by position."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Database:
    """A pool of connections. `watchers` are told each statement's text before it runs."""

    def __init__(self, url: str, *, size: int = 10, timeout_ms: int = 15_000) -> None:
        self.url = url.replace("+psycopg", "").replace("+asyncpg", "")
        self.size = size
        self.timeout_ms = timeout_ms
        self.watchers: list[Callable[[str], None]] = []
        self._pool: Pool | None = None

    async def start(self) -> None:
        """Open the pool. Raises what asyncpg does where the server cannot be reached."""
        self._pool = Pool(self._connect, self.size)
        await self._pool.fetch("select", ())

    async def stop(self) -> None:
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    async def _connect(self) -> Any:
        return await asyncpg.connect(
            self.url,
            timeout=_PATIENCE,
            record_class=Row,
            statement_cache_size=1000,
            max_cacheable_statement_size=256 * 1024,
            server_settings={
                "application_name": "crossdock api",
                "timezone": "UTC",
                "DateStyle": "ISO",
                "jit": "off",
                "statement_timeout": str(self.timeout_ms),
                "default_transaction_read_only": "on",
            },
        )

    async def fetch(self, text: str, values: Sequence[Any], *, anew: bool = False) -> list[Row]:
        """Rows of one statement. Cancelling the caller cancels the statement in the server.

        With `anew`, it is planned for these values, as is best where some of them find little and others much.
        Raises Away where the server is, or where no connection gets free.
        """
        metrics.sql_sent()
        for watcher in self.watchers:
            watcher(text)
        if self._pool is None:
            raise RuntimeError("The database has not been started, or was stopped.")
        try:
            return await self._pool.fetch(text, values, anew=anew)
        except GONE as problem:
            raise Away("The database is away for a moment.") from problem

    async def select(self, query: Any, **values: Any) -> list[Row]:
        """Rows of a SQLAlchemy SELECT; or of a Prepared one with these values, which costs far less to ask again."""
        return await self.fetch(*(query(**values) if isinstance(query, Prepared) else statement(query)))


@asynccontextmanager
async def opened(url: str, *, size: int = 10) -> AsyncIterator[Database]:
    database = Database(url, size=size)
    await database.start()
    try:
        yield database
    finally:
        await database.stop()
