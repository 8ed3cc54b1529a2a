"""What the hub counts for Prometheus, in whichever process it happens."""

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

_STATEMENTS = Counter("crossdock_sql_statements_total", "SQL statements sent to PostgreSQL.")


def job_ran(name: str, seconds: float, *, failed: bool) -> None:
    _JOB_SECONDS.labels(name).observe(seconds)
    if failed:
        _JOB_FAILURES.labels(name).inc()


def request_answered(place: str, method: str, status: int, seconds: float) -> None:
    _REQUESTS.labels(place, method, f"{status // 100}xx").inc()
    _REQUEST_SECONDS.labels(place).observe(seconds)


def orders_captured(channel: str, count: int) -> None:
    """Count orders that are about to be committed; one that fails to be is counted all the same."""
    _ORDERS.labels(channel).inc(count)


def sql_sent() -> None:
    """Count one statement; rows copied in one go are one."""
    _STATEMENTS.inc()
