"""What every transport shares: who asks, the context of one request, its execution, and answers as bytes."""

import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from anyio import CapacityLimiter
from graphql import OperationType

from schema.context import Context, Viewer
from schema.engine.database import Database
from schema.engine.engine import EVERYTHING, Engine, Response
from schema.http.parameters import Parameters
from schema.http.persisted import PersistedDocuments
from schema.http.watch import Watch

Authenticate = Callable[[str], Awaitable[Viewer | None]]
"""Who has this secret; None for nobody."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{8,64}")
BROKEN = "Something broke on our side; the request id finds it in the log."


@dataclass(eq=False, slots=True, kw_only=True)
class Service:
    """One process's API: an engine, a database, and a way to know callers."""

    engine: Engine
    database: Database
    authenticate: Authenticate
    threads: CapacityLimiter
    persisted: PersistedDocuments = field(default_factory=PersistedDocuments)
    watch: Watch = field(default_factory=Watch)
    hub: Any = None
    convoys: dict[Any, Any] = field(default_factory=dict)

    async def viewer(self, credentials: str | None) -> Viewer | None:
        """Who sent `Bearer <key>`, or the bare key."""
        if not credentials:
            return None
        kind, _, secret = credentials.partition(" ")
        return await self.authenticate(secret.strip() if kind.lower() == "bearer" else credentials)

    def context(self, viewer: Viewer, request_id: str) -> Context:
        return Context(
            viewer=viewer,
            database=self.database,
            threads=self.threads,
            request_id=request_id,
            hub=self.hub,
            convoys=self.convoys,
        )

    def settled(self, parameters: Parameters, viewer: Viewer) -> Parameters:
        """The same with the text of its document, however that was named. Raises BadRequest."""
        text = self.persisted.text(parameters, viewer)
        return parameters if text is parameters.query else replace(parameters, query=text)

    async def execute(
        self, asked: Parameters, context: Context, allowed: Collection[OperationType] = EVERYTHING
    ) -> Response:
        """Run a query or mutation to its end, timed and counted."""
        with self.watch.over(asked, context) as watched:
            watched.response = await self.engine.execute(
                asked.query, context, variables=asked.variables, operation_name=asked.operation_name, allowed=allowed
            )
        return watched.response

    async def subscribe(self, asked: Parameters, context: Context) -> AsyncIterator[Response] | Response:
        """Begin a subscription: its stream, or the one response that says why not."""
        return await self.engine.subscribe(
            asked.query, context, variables=asked.variables, operation_name=asked.operation_name
        )

    def operation_type(self, asked: Parameters) -> OperationType | None:
        return self.engine.operation_type(asked.query, asked.operation_name)


def new_request_id(given: str | None = None) -> str:
    """The id that a proxy gave the request, where it is one, else a new one."""
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given
    return f"req_{secrets.token_hex(8)}"


def encode(body: Any) -> bytes:
    return orjson.dumps(body)


def problem(message: str, code: str, **extensions: Any) -> dict[str, Any]:
    """A response that never became an operation."""
    return {"errors": [{"message": message, "extensions": {"code": code, **extensions}}]}
