"""Streams outlive the moment in which their key was looked at: it is looked at again, for as long as they are open."""

import asyncio
from typing import Any

import structlog

from schema.context import Viewer
from schema.http.service import Service

log = structlog.get_logger()

EVERY = 2.0
"""Seconds between looks. Answers are remembered for a few seconds too, so that many streams of a key cost little."""


async def lapsed(service: Service, viewer: Viewer, credentials: str | None) -> None:
    """Return once the key is revoked or expired, or may do other things than when the stream was opened."""
    while True:
        await asyncio.sleep(EVERY)
        try:
            if await service.viewer(credentials) != viewer:
                return
        except Exception:  # the database may be away for a moment; the stream's own reads tell its client
            log.exception("graphql.key_not_checked")


async def let_go(*running: "asyncio.Future[Any]") -> None:
    """Cancel what still runs of a stream, and wait for its end; how it ended interests nobody any more."""
    for one in running:
        one.add_done_callback(_retrieved)
        one.cancel()
    if running:
        await asyncio.wait(running)  # `gather` would raise a cancellation of its own where we are cancelled ourselves


def _retrieved(one: "asyncio.Future[Any]") -> None:
    if not one.cancelled():
        one.exception()
