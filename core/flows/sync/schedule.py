"""Having the jobs of integrations run when they are due, or have something to do."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.flows.sync.jobs import SyncJob, jobs_of
from core.integrations import runs
from core.integrations.models import Integration, SyncCursor
from core.jobs.registry import enqueue, job, periodic
from core.plugins import Registry

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

BEGAN = ":began"
"""What follows a job's name in the cursor that says when it last began."""


@periodic("integrations.tick", every=timedelta(seconds=15), queue="channels")
def tick(hub: "Hub") -> None:
    """Have every job of every integration run that is due."""
    hub.refresh(now=True)
    with hub.transaction() as session:
        for integration, each in _due(session, hub.registry):
            run_later(session, integration.id, integration.key, each.name)
            runs.keep_cursor(session, integration.id, each.name + BEGAN, clock.now().isoformat())


def next_run_at(each: SyncJob, began: str | None) -> datetime | None:
    """When it runs by itself next, by its cursor of `BEGAN`; None where that is not known."""
    return datetime.fromisoformat(began) + each.every if began is not None and each.every is not None else None


def _due(session: Session, registry: Registry) -> Iterator[tuple[Integration, SyncJob]]:
    began = {
        (row.integration_id, row.job): datetime.fromisoformat(row.cursor)
        for row in session.scalars(select(SyncCursor).where(SyncCursor.job.like(f"%{BEGAN}")))
    }
    now = clock.now()
    for integration in session.scalars(select(Integration).where(Integration.enabled).order_by(Integration.id)):
        for each in jobs_of(registry, integration.key):
            last = began.get((integration.id, each.name + BEGAN))
            if each.every is not None and (last is None or last + each.every <= now):
                yield integration, each


def run_later(session: Session, integration_id: int, key: str, name: str) -> None:
    """Have a job run after the commit; where it waits already, once."""
    enqueue(session, run, same_as=f"{key}:{name}", integration_id=integration_id, integration=key, name=name)


@job("integrations.run", queue="channels")
def run(hub: "Hub", integration: str, name: str) -> None:
    """Run one job of one integration. One that the integration no longer has is forgotten."""
    hub.refresh(now=integration not in hub.registry.integrations)
    hub.registry.integration(integration)  # where it does not run for now, its work waits
    found = {each.name: each for each in jobs_of(hub.registry, integration)}.get(name)
    if found is None:
        log.warning("integration.job_unknown", integration=integration, job=name)
        return
    found.run(hub, integration)
