"""Webhooks over HTTP: `/webhooks/<integration>` takes what another system tells, at most 2 MB of it at once."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from core import clock, metrics
from core.flows.channels import webhooks
from core.hub import Hub
from crossdock import WebhookRequest

LARGEST = 2 * 1024 * 1024


async def serve(request: Request) -> Response:
    """Hand the call to the hub byte for byte; the answer is what its sender expects."""
    hub: Hub = request.app.state.hub
    key: str = request.path_params["integration"]
    body = await _body(request)
    if body is None:
        metrics.webhook_heard("unknown", "too large")
        return Response("This is too large.", status_code=413, headers={"connection": "close"})
    asked = WebhookRequest(
        method=request.method,
        path=request.url.path,
        query=request.url.query,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        received_at=clock.now(),
        address=str(request.url.replace(query="")),
    )
    answer = await run_in_threadpool(webhooks.hear, hub, key, asked)
    return Response(answer.body, status_code=answer.status, media_type=answer.content_type)


async def _body(request: Request) -> bytes | None:
    """All of it; None as soon as it is too much, whatever its length was announced to be."""
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > LARGEST:
        return None
    parts, size = list[bytes](), 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            return None
        parts.append(part)
    return b"".join(parts)
