"""A sandbox as an ASGI app: the routes of the system that it plays, and a page for people at its root."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock.sandbox.desk import Desk
from crossdock.sandbox.page import render

_MOST = 99


class Sandbox(Starlette):
    """`routes` are those of the system; GET / is the page of `desk`, and POST /do/... what its buttons do."""

    def __init__(self, desk: Desk, routes: Sequence[BaseRoute]) -> None:
        pages = [Route("/", self._page, methods=["GET"]), Route("/do/{what}", self._do, methods=["POST"])]
        super().__init__(routes=[*pages, *routes])
        self.desk = desk

    async def _page(self, _request: Request) -> Response:
        return HTMLResponse(await run_in_threadpool(render, self.desk))

    async def _do(self, request: Request) -> Response:
        said = dict(parse_qsl((await request.body()).decode(errors="replace")))
        # What the store sends to the hub, it sends while it acts: that must not hold up other requests.
        await run_in_threadpool(_press, self.desk, request.path_params["what"], said)
        return RedirectResponse("../", 303)


def _press(desk: Desk, what: str, said: dict[str, str]) -> None:
    """One button. What makes no sense is left alone."""
    if what != "place":
        desk.act(what, said.get("order", ""))
        return
    sku, units = said.get("sku", ""), said.get("units", "1")
    known = any(each.sku == sku for each in desk.wares())
    if known and units.isascii() and units.isdecimal() and 0 < int(units) <= _MOST:
        desk.sell(sku, int(units))
