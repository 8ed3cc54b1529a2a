"""One web process: the API, what operators watch, and plugins' routes, made from the settings in the environment."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from starlette.types import ASGIApp

from core import config, logs
from core.errors import SettingsError
from core.hub import Hub, open_hub
from core.integrations.mirror import mirror
from schema import domains, ops
from schema.access.authenticate import authenticator
from schema.app import create_app
from schema.build import build_engine
from schema.engine.database import Database

log = structlog.get_logger(__name__)


def application() -> ASGIApp:
    """What uvicorn serves. Both URLs must be set. Raises SettingsError."""
    settings = config.read()
    logs.configure(settings)
    if settings.database_url is None or settings.redis_url is None:
        raise SettingsError("Set CROSSDOCK_DATABASE_URL and CROSSDOCK_REDIS_URL, or start it with `crossdock serve`.")
    hub = open_hub(
        settings, settings.database_url, redis_url=settings.redis_url, application="crossdock web"
    )
    return app_of(hub, settings.database_url, settings.redis_url)


def app_of(hub: Hub, database_url: str, redis_url: str) -> ASGIApp:
    """The application on a hub."""
    domains.load()
    database = Database(database_url, size=hub.config.database_pool)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        with hub.transaction() as session:
            mirror(session, hub.registry)
        yield
        hub.close()

    app = create_app(
        build_engine(),
        database=database,
        authenticate=authenticator(hub, database),
        hub=hub,
        routes=ops.routes(hub, redis_url),
        lifespans=[lifespan],
        threads=hub.config.database_pool,
        allowed_origins=hub.config.cors_origins,
    )
    return ops.CountRequests(app)
