"""What operators watch: /readyz and /metrics."""

import os
import time
from collections.abc import Iterator
from typing import Final

import redis
from anyio import to_thread
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import clock, health, metrics
from core.hub import Hub
from core.jobs import queues

_METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
"""Callers may write any word for one: no more of them become labels."""


def routes(hub: Hub) -> list[Route]:
    """The routes of one web process. They need no key, and say nothing that one would."""
    url = hub.config.redis_url
    broker = redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) if url else None
    registry = _registry(hub)

    async def readyz(_request: Request) -> JSONResponse:
        """200 when this process can work, else 503; each check with its reason."""
        checks = await to_thread.run_sync(health.checks, hub, broker)
        ready = all(check.ok for check in checks)
        body = {"ready": ready, "checks": {check.name: check.message or "ok" for check in checks}}
        return JSONResponse(body, status_code=200 if ready else 503)

    async def prometheus(_request: Request) -> Response:
        """Everything that is counted, in Prometheus's text format."""
        text = await to_thread.run_sync(generate_latest, registry)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return [Route("/readyz", readyz), Route("/metrics", prometheus)]


class CountRequests:
    """Middleware: how many HTTP requests were answered how, and how long that took."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, began = 500, time.monotonic()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            metrics.request_answered(_place(scope["path"]), method, status, time.monotonic() - began)


def _place(path: str) -> str:
    """The first part of the path: few enough of them for a label."""
    first = path.strip("/").partition("/")[0]
    return f"/{first}" if first in {"graphql", "healthz", "readyz", "metrics", "x"} else "other"


def _registry(hub: Hub) -> CollectorRegistry:
    """All processes of this host where they share a folder, else this one; and what the database knows."""
    registry = CollectorRegistry()
    if metrics.FOLDER_VARIABLE in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(_Everything())
    registry.register(_Queues(hub))
    return registry


class _Everything(Collector):
    """What this process counted."""

    def collect(self) -> Iterator[Metric]:
        return iter(REGISTRY.collect())


class _Queues(Collector):
    """Jobs by queue and state, and how far the workers are behind."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def collect(self) -> Iterator[Metric]:
        jobs = GaugeMetricFamily("crossdock_jobs", "Jobs by queue and state.", labels=["queue", "state"])
        lag = GaugeMetricFamily(
            "crossdock_outbox_lag_seconds", "For how long the oldest due job of a queue has waited.", labels=["queue"]
        )
        try:
            with self._hub.transaction() as session:
                counted = queues.counts(session)
        except SQLAlchemyError:
            return  # /readyz says why; what was counted in memory is answered all the same
        now = clock.now()
        for queue in counted:
            for state in ("pending", "running", "failed"):
                jobs.add_metric([queue.name, state], getattr(queue, state))
            waited = (now - queue.oldest_pending_at).total_seconds() if queue.oldest_pending_at else 0
            lag.add_metric([queue.name], max(0.0, waited))
        yield jobs
        yield lag
