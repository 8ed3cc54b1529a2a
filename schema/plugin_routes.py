"""Routes of plugins, each under `/x/<plugin>/`: one that raises or hangs ends its own request, and nothing else."""

import asyncio

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount
from starlette.types import Receive, Scope, Send

from core.hub import Hub
from crossdock.extensions import AsgiApp
from crossdock.extensions import Route as PluginRoute

log = structlog.get_logger(__name__)

SECONDS = 30.0
"""For one request to a plugin's route."""


def routes(hub: Hub) -> list[BaseRoute]:
    """One mount for each plugin, found anew by each request, for integrations come and go."""
    return [Mount("/x/{plugin}", app=_Door(hub))]


class _Door:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        plugin = scope["path_params"]["plugin"]
        inside = scope["path"][len(scope["root_path"]) :] or "/"
        await run_in_threadpool(self._hub.refresh)
        app = _app(self._hub, plugin, inside, scope["method"])
        if app is None:
            await PlainTextResponse("There is no such page.", 404)(scope, receive, send)
            return
        await _isolated(app, plugin, scope, receive, send)


def _app(hub: Hub, plugin: str, path: str, method: str) -> AsgiApp | None:
    for owner, route in hub.registry.hooks.routes():
        if owner == plugin and _plain(route) == path.rstrip("/") and method in route.methods:
            return route.app
    return None


def _plain(route: PluginRoute) -> str:
    return "/" + route.path.strip("/") if route.path.strip("/") else ""


async def _isolated(app: AsgiApp, plugin: str, scope: Scope, receive: Receive, send: Send) -> None:
    began = False

    async def note(message: object) -> None:
        nonlocal began
        began = True
        await send(message)  # type: ignore[arg-type]  # a message of ASGI, whatever it holds

    try:
        async with asyncio.timeout(SECONDS):
            await app(scope, receive, note)
    except TimeoutError:
        log.warning("plugin.route_hangs", plugin=plugin, path=scope["path"])
        if not began:
            await PlainTextResponse("This took too long.", 504)(scope, receive, send)
    except Exception:
        log.exception("plugin.route_failed", plugin=plugin, path=scope["path"])
        if not began:
            await PlainTextResponse("This could not be worked out.", 500)(scope, receive, send)
