"""Granting access: `/connect/<integration>` leads to the other side's page, `/connect/<integration>/back` returns."""

from typing import Final

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from core import clock
from core.errors import CrossdockError
from core.flows import connect
from core.hub import Hub
from crossdock import ProviderError, Untrusted, WebhookRequest

log = structlog.get_logger(__name__)


async def _there(request: Request) -> Response:
    hub: Hub = request.app.state.hub
    ticket = request.query_params.get("pass", "")
    try:
        url = await run_in_threadpool(connect.there, hub, request.path_params["integration"], ticket)
    except (CrossdockError, ProviderError) as error:
        return _refused(error)
    return RedirectResponse(url, status_code=302, headers={"referrer-policy": "no-referrer"})


async def _back(request: Request) -> Response:
    hub: Hub = request.app.state.hub
    key = request.path_params["integration"]
    callback = WebhookRequest(
        method=request.method,
        path=request.url.path,
        query=request.url.query,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=b"",
        received_at=clock.now(),
        address=str(request.url.replace(query="")),
    )
    try:
        await run_in_threadpool(connect.back, hub, key, request.query_params.get("state", ""), callback)
    except (CrossdockError, ProviderError) as error:
        log.warning("connect.refused", integration=key, reason=error.message)
        return _refused(error)
    return PlainTextResponse("Access was granted. You may close this page.")


def _refused(error: CrossdockError | ProviderError) -> Response:
    status = error.status if isinstance(error, Untrusted) else 400
    return PlainTextResponse(error.message, status_code=status)


routes: Final[list[BaseRoute]] = [
    Route("/connect/{integration}", _there, methods=["GET"]),
    Route("/connect/{integration}/back", _back, methods=["GET"]),
]
"""Of people's browsers: who may take them is in the signed address."""
