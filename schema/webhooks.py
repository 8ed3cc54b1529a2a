"""Webhooks over HTTP: `/webhooks/<integration>` takes what another system tells, at most 2 MB of it at once."""

from collections.abc import Sequence
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from core import clock, metrics
from core.flows.channels import webhooks
from core.hub import Hub
from crossdock import WebhookRequest
from schema.convoy import Asked, Convoy

LARGEST = 2 * 1024 * 1024


class Listening:
    """Of one process. What comes for an integration while its other webhooks are taken is taken together, in one go.

    Nobody is waited for: a sender of webhooks does not wait for one answer before it sends the next.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._convoys: dict[str, Convoy[WebhookRequest]] = {}

    async def serve(self, request: Request) -> Response:
        """Hand the call to the hub byte for byte; the answer is what its sender expects."""
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
        answer: webhooks.Answer = await self._convoy(request.path_params["integration"]).ask((None, asked))
        return Response(answer.body, status_code=answer.status, media_type=answer.content_type)

    def _convoy(self, key: str) -> Convoy[WebhookRequest]:
        """Of this integration; forgotten where there is none, for callers may make up as many as they like."""
        found = self._convoys.get(key)
        if found is None:
            found = self._convoys[key] = Convoy(partial(self._take, key), reunion=0)
        return found

    async def _take(self, key: str, asked: Sequence[Asked[WebhookRequest]]) -> list[webhooks.Answer]:
        try:
            return await run_in_threadpool(webhooks.take, self._hub, key, [request for _, request in asked])
        finally:
            if key not in self._hub.registry.integrations:
                self._convoys.pop(key, None)


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
