"""The web application: GraphQL over HTTP and WebSocket at /graphql, and whatever routes it is given."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from schema.engine.database import Database
from schema.engine.engine import Engine
from schema.http import graphiql
from schema.http.endpoint import PATH, Endpoint, EndpointFirst
from schema.http.persisted import PersistedDocuments
from schema.http.service import Authenticate, Service
from schema.http.watch import Watch
from schema.http.websocket import websocket_endpoint

Lifespan = Callable[[], AbstractAsyncContextManager[Any]]


def create_app(
    engine: Engine,
    *,
    database: Database,
    authenticate: Authenticate,
    hub: Any = None,
    routes: Sequence[BaseRoute] = (),
    lifespans: Sequence[Lifespan] = (),
    threads: int = 8,
    allowed_origins: Sequence[str] = (),
    persisted: PersistedDocuments | None = None,
    slow: float = 1.0,
) -> Starlette:
    """The application over an engine. It opens and closes the database; `lifespans` are entered around it.

    `authenticate` tells who has a secret. `hub` is every request's `ctx.hub`. `threads` flows of the core run
    at once. `allowed_origins` are web pages of other hosts that may call it. `persisted` says which documents may be
    named instead of sent. Operations that take `slow` seconds are logged.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for enter in lifespans:
                await stack.enter_async_context(enter())
            await database.start()
            stack.push_async_callback(database.stop)
            app.state.database, app.state.hub = database, hub
            app.state.service = Service(
                engine=engine,
                database=database,
                authenticate=authenticate,
                threads=CapacityLimiter(threads),
                persisted=persisted or PersistedDocuments(),
                watch=Watch(slow),
                hub=hub,
            )
            yield

    cors = Middleware(
        CORSMiddleware,
        allow_origins=list(allowed_origins),
        allow_methods=["GET", "POST"],
        allow_headers=["authorization", "content-type", "x-api-key", "x-request-id", "if-none-match"],
        expose_headers=["x-request-id", "etag"],
        max_age=24 * 3600,
    )
    compressed = Middleware(GZipMiddleware, minimum_size=1400, compresslevel=4)  # more than one packet; no stream
    return Starlette(
        routes=[
            Mount("/graphql/static", graphiql.assets),
            Route(PATH, Endpoint()),
            WebSocketRoute(PATH, websocket_endpoint),
            Route("/healthz", healthz),
            *routes,
        ],
        middleware=[*([cors] if allowed_origins else []), Middleware(EndpointFirst), compressed],
        lifespan=lifespan,
    )


async def healthz(_request: Request) -> JSONResponse:
    """The process answers; whether it can work is for /readyz."""
    return JSONResponse({"status": "ok"})
