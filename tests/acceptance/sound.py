"""The invariants that every case ends with."""

from core import verify
from core.hub import Hub
from core.jobs.run import run_jobs


def everything_adds_up(hub: Hub) -> None:
    """No job is left, and `crossdock verify` finds nothing."""
    run_jobs(hub)
    assert verify.run(hub.engine) == []
