"""Routes of plugins, each under `/x/<plugin>/`: one that raises or hangs ends its own request, and nothing else."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount
from starlette.types import Receive, Scope, Send

from core.hub import Hub
from core.plugins.patience import stop
from crossdock.extensions import AsgiApp
from crossdock.extensions import Route as PluginRoute

log = structlog.get_logger(__name__)

SECONDS = 30.0
"""For one request to a plugin's route."""
_PULSE_SECONDS = 1.0
T = TypeVar("T")


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
        app = await run_in_threadpool(_app, self._hub, plugin, inside, scope["method"])
        if app is None:
            await PlainTextResponse("There is no such page.", 404)(scope, receive, send)
            return
        await _isolated(app, plugin, scope, receive, send)


def _app(hub: Hub, plugin: str, path: str, method: str) -> AsgiApp | None:
    hub.refresh()
    for owner, route in hub.registry.hooks.routes():
        if owner == plugin and _plain(route) == path.rstrip("/") and method in route.methods:
            return route.app
    return None


def _plain(route: PluginRoute) -> str:
    return "/" + route.path.strip("/") if route.path.strip("/") else ""


async def _isolated(app: AsgiApp, plugin: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Let a plugin's app answer on an event loop of its own, so that one that blocks it blocks no other request."""
    began = False

    async def note(message: object) -> None:
        nonlocal began
        began = True
        await send(message)  # type: ignore[arg-type]  # a message of ASGI, whatever it holds

    stage = _stage(plugin)
    try:
        async with asyncio.timeout(SECONDS):
            error = await stage.play(app(scope, _from_here(receive), _from_here(note)))
    except TimeoutError:
        log.warning("plugin.route_hangs", plugin=plugin, path=scope["path"])
        if await stage.is_blocked():
            _stages.pop(plugin, None)
            stop(stage)
        if not began:
            await PlainTextResponse("This took too long.", 504)(scope, receive, send)
        return
    if error is not None:
        log.error("plugin.route_failed", plugin=plugin, path=scope["path"], exc_info=error)
        if not began:
            await PlainTextResponse("This could not be worked out.", 500)(scope, receive, send)


class _Stage(threading.Thread):
    """An event loop in a thread of its own."""

    def __init__(self, plugin: str) -> None:
        super().__init__(daemon=True, name=f"routes of {plugin}")
        self._loop = asyncio.new_event_loop()
        self.start()

    def run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def play(self, call: Awaitable[None]) -> BaseException | None:
        """What it raised, SystemExit and the like among it."""

        async def played() -> BaseException | None:
            try:
                await call
            except asyncio.CancelledError:
                raise
            except BaseException as error:  # noqa: BLE001  # it ends its own request, and nothing else
                return error
            return None

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(played(), self._loop))

    async def is_blocked(self) -> bool:
        """Whether it does nothing else meanwhile."""
        try:
            async with asyncio.timeout(_PULSE_SECONDS):
                await self.play(asyncio.sleep(0))
        except TimeoutError:
            return True
        return False


_stages: dict[str, _Stage] = {}


def _stage(plugin: str) -> _Stage:
    found = _stages.get(plugin)
    if found is None or not found.is_alive():
        found = _stages[plugin] = _Stage(plugin)
    return found


def _from_here(function: Callable[..., Awaitable[T]]) -> Callable[..., Coroutine[Any, Any, T]]:
    """The same for the plugin's loop; it runs on the one that this is called from."""
    here = asyncio.get_running_loop()

    async def call(*given: object) -> T:
        async def called() -> T:
            return await function(*given)

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(called(), here))

    return call
