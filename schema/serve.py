"""What uvicorn runs: one web process, made from the settings in the environment."""

from starlette.types import ASGIApp

from core import config, logs
from core.errors import SettingsError
from core.hub import open_hub
from schema.ops import CountRequests
from schema.web import create_web


def application() -> ASGIApp:
    """The application of this process. Raises SettingsError where the environment does not name both servers."""
    settings = config.read()
    logs.configure(settings)
    if settings.database_url is None or settings.redis_url is None:
        raise SettingsError("Set CROSSDOCK_DATABASE_URL and CROSSDOCK_REDIS_URL, or run `crossdock serve`.")
    hub = open_hub(settings, settings.database_url, redis_url=settings.redis_url, application="crossdock web")
    return CountRequests(create_web(hub, settings.database_url))
