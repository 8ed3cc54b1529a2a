"""What the hub counts for Prometheus, in whichever process it happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Literal

from prometheus_client import Counter, Histogram

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in which the processes of one host share their counts. It must be set before they start."""

_JOB_SECONDS = Histogram(
    "crossdock_job_duration_seconds",
    "How long one call of a job took; a batch is one call.",
    ["job"],
    buckets=(0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300),
)
_REQUESTS = Counter("crossdock_http_requests_total", "HTTP requests answered.", ["place", "method", "status"])
_REQUEST_SECONDS = Histogram(
    "crossdock_http_request_duration_seconds",
    "How long an HTTP request took, subscriptions included.",
    ["place"],
    buckets=(0.002, 0.01, 0.05, 0.2, 1, 5, 30),
)
_ORDERS = Counter("crossdock_orders_captured_total", "New orders taken in.", ["channel"])
_JOB_FAILURES = Counter("crossdock_job_failures_total", "Calls of jobs that failed, whether retried or not.", ["job"])

_WEBHOOKS = Counter(
    "crossdock_webhooks_total",
    "Webhooks answered, by how they were taken: new, known, challenge, unreadable, untrusted, too large, failed.",
    ["integration", "outcome"],
)
_STATEMENTS = Counter("crossdock_sql_statements_total", "SQL statements sent to PostgreSQL.")
_OPERATIONS = Counter("crossdock_graphql_operations_total", "GraphQL operations by name.", ["operation", "outcome"])
_OPERATION_SECONDS = Histogram(
    "crossdock_graphql_operation_duration_seconds",
    "How long a query or mutation took, by its name.",
    ["operation"],
    buckets=(0.002, 0.01, 0.05, 0.2, 1, 5, 30),
)
_MOST_NAMES = 200
_names: set[str] = set()

Outcome = Literal["ok", "failed", "refused", "cancelled"]


@dataclass(slots=True)
class Tally:
    """What one operation has cost so far."""

    statements: int = 0


_tally: ContextVar[Tally | None] = ContextVar("tally", default=None)


def job_ran(name: str, seconds: float, *, failed: bool) -> None:
    _JOB_SECONDS.labels(name).observe(seconds)
    if failed:
        _JOB_FAILURES.labels(name).inc()


def request_answered(place: str, method: str, status: int, seconds: float) -> None:
    counted, timed = _series_of_requests(place, method, status // 100)
    counted.inc()
    timed.observe(seconds)


@cache
def _series_of_requests(place: str, method: str, kind: int) -> tuple[Counter, Histogram]:
    """Found once: every request counts, and looking its labels up takes longer than counting it."""
    return _REQUESTS.labels(place, method, f"{kind}xx"), _REQUEST_SECONDS.labels(place)


def orders_captured(channel: str, count: int) -> None:
    """Count orders that are about to be committed; one that fails to be is counted all the same."""
    _ORDERS.labels(channel).inc(count)


def webhook_heard(integration: str, outcome: str) -> None:
    """Callers may name integrations that there are not: those count as "unknown"."""
    _WEBHOOKS.labels(integration, outcome).inc()


def sql_sent() -> None:
    """Count one statement; rows copied in one go are one."""
    _STATEMENTS.inc()
    if (tally := _tally.get()) is not None:
        tally.statements += 1


@contextmanager
def tallied(tally: Tally) -> Iterator[None]:
    """Count what is done in the block apart: by it, its tasks and its threads."""
    token = _tally.set(tally)
    try:
        yield
    finally:
        _tally.reset(token)


def operation_ran(name: str, outcome: Outcome, seconds: float) -> None:
    """Count one GraphQL operation. Names are the callers' own: after the first few hundred, new ones are `other`."""
    if name not in _names:
        if outcome == "refused" or len(_names) >= _MOST_NAMES:
            name = "other"
        else:
            _names.add(name)
    counted, timed = _series_of_operations(name, outcome)
    counted.inc()
    timed.observe(seconds)


@cache
def _series_of_operations(name: str, outcome: Outcome) -> tuple[Counter, Histogram]:
    return _OPERATIONS.labels(name, outcome), _OPERATION_SECONDS.labels(name)
