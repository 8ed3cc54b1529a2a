"""What operators learn of each operation: counts and durations by its name, and a line in the log where it was slow."""

import asyncio
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from core import metrics
from schema.context import Context
from schema.engine.engine import Response
from schema.http.parameters import Parameters

log = structlog.get_logger()

_OURS = frozenset({"INTERNAL", "TIMEOUT", "UNAVAILABLE"})
"""Codes of errors that are not the caller's."""
_LONGEST_NAME = 80


class Watch:
    """Times operations. One that took `slow` seconds or more is logged; its variables never are."""

    def __init__(self, slow: float = 1.0) -> None:
        self.slow = slow

    @contextmanager
    def over(self, asked: Parameters, context: Context) -> Iterator["Watched"]:
        """Watch one operation, which puts its response into what the block is given."""
        watched, began = Watched(), time.monotonic()
        tally = metrics.Tally()
        try:
            with metrics.tallied(tally):
                yield watched
        except asyncio.CancelledError:
            watched.outcome = "cancelled"
            raise
        finally:
            seconds = time.monotonic() - began
            name = context.operation[:_LONGEST_NAME] or "other"
            metrics.operation_ran(name, watched.settled(), seconds)
            if seconds >= self.slow:
                log.warning(
                    "graphql.slow",
                    operation=name,
                    outcome=watched.settled(),
                    seconds=round(seconds, 3),
                    statements=tally.statements,
                    cost=context.extensions.get("cost", {}).get("rows"),
                    caller=context.viewer.name,
                    document=hashlib.sha256(asked.query.encode(errors="replace")).hexdigest()[:16],
                    request_id=context.request_id,
                )


@dataclass(slots=True)
class Watched:
    """How one operation ended; where it has no response, it broke."""

    response: Response | None = None
    outcome: metrics.Outcome = "failed"

    def settled(self) -> metrics.Outcome:
        if self.response is None:
            return self.outcome
        if not self.response.began:
            return "refused"
        ours = any(error.get("extensions", {}).get("code") in _OURS for error in self.response.errors)
        return "failed" if ours else "ok"
