"""What the hub counts for Prometheus, in whichever process it happens."""

from prometheus_client import Counter, Histogram

_JOB_SECONDS = Histogram(
    "crossdock_job_duration_seconds",
    "How long one call of a job took; a batch is one call.",
    ["job"],
    buckets=(0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300),
)
_JOB_FAILURES = Counter("crossdock_job_failures_total", "Calls of jobs that failed, whether retried or not.", ["job"])


def job_ran(name: str, seconds: float, *, failed: bool) -> None:
    _JOB_SECONDS.labels(name).observe(seconds)
    if failed:
        _JOB_FAILURES.labels(name).inc()
