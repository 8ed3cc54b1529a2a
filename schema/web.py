"""The hub's web application, put together: the schema, the database, who may call, and every route."""

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from core.hub import Hub
from schema import connect, documents, domains, ops, plugin_routes, webhooks
from schema.app import create_app
from schema.authentication import Authentication
from schema.build import build_engine
from schema.engine.database import Database
from schema.engine.documents import Limits
from schema.http import manifest
from schema.http.persisted import PersistedDocuments


def create_web(hub: Hub, database_url: str) -> Starlette:
    """The application over a running hub. Each process makes its own."""
    domains.load()
    config = hub.config
    database = Database(database_url, size=config.database_pool, timeout_ms=int(config.query_timeout * 1000))
    listed = manifest.read(config.documents) if config.documents is not None else {}
    engine = build_engine(
        limits=Limits(rows=config.query_cost),
        introspection=config.introspection,
        extensions=hub.registry.hooks.schema(),
    )
    if config.persisted_documents != "off":
        manifest.check(listed, engine.documents)
    app = create_app(
        engine,
        database=database,
        authenticate=Authentication(hub),
        hub=hub,
        routes=routes(hub),
        threads=config.database_pool,
        allowed_origins=config.cors_origins,
        persisted=PersistedDocuments(config.persisted_documents, listed),
        slow=config.slow_query,
    )
    app.state.hub = hub
    app.state.database = database
    return app


def routes(hub: Hub) -> list[BaseRoute]:
    return [
        Route("/documents/{id:int}", documents.serve),
        Route("/webhooks/{integration}", webhooks.Listening(hub).serve, methods=["GET", "POST"]),
        *connect.routes,
        *plugin_routes.routes(hub),
        *ops.routes(hub),
    ]
