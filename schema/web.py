"""The hub's web application, put together: the schema, the database, who may call, and every route."""

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from core.hub import Hub
from schema import documents, domains, ops
from schema.app import create_app
from schema.authentication import Authentication
from schema.build import build_engine
from schema.engine.database import Database


def create_web(hub: Hub, database_url: str) -> Starlette:
    """The application over a running hub. Each process makes its own."""
    domains.load()
    database = Database(database_url, size=hub.config.database_pool)
    app = create_app(
        build_engine(),
        database=database,
        authenticate=Authentication(hub),
        hub=hub,
        routes=routes(hub),
        threads=hub.config.database_pool,
        allowed_origins=hub.config.cors_origins,
    )
    app.state.hub = hub
    app.state.database = database
    return app


def routes(hub: Hub) -> list[BaseRoute]:
    return [Route("/documents/{id:int}", documents.serve), *ops.routes(hub)]
