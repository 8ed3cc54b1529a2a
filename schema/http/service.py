"""What every transport shares: who asks, the context of one request, and answers as bytes."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
from anyio import CapacityLimiter

from schema.context import Context, Viewer
from schema.engine.database import Database
from schema.engine.engine import Engine

Authenticate = Callable[[str], Awaitable[Viewer | None]]
"""Who has this secret; None for nobody."""

LONGEST_BODY = 2 * 1024 * 1024


@dataclass(eq=False, slots=True, kw_only=True)
class Service:
    """One process's API: an engine, a database, and a way to know callers."""

    engine: Engine
    database: Database
    authenticate: Authenticate
    threads: CapacityLimiter
    hub: Any = None

    async def viewer(self, credentials: str | None) -> Viewer | None:
        """Who sent `Bearer <key>`, or the bare key."""
        if not credentials:
            return None
        kind, _, secret = credentials.partition(" ")
        return await self.authenticate(secret.strip() if kind.lower() == "bearer" else credentials)

    def context(self, viewer: Viewer, request_id: str) -> Context:
        return Context(viewer=viewer, database=self.database, threads=self.threads, request_id=request_id, hub=self.hub)


def new_request_id() -> str:
    return f"req_{secrets.token_hex(8)}"


def encode(body: Any) -> bytes:
    return orjson.dumps(body)


def problem(message: str, code: str) -> dict[str, Any]:
    """A response that never became an operation."""
    return {"errors": [{"message": message, "extensions": {"code": code}}]}
