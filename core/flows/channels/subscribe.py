"""Telling a channel where to send what happens there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.integrations import runs
from core.integrations.health import note_trouble
from core.integrations.models import HealthStatus, Integration
from core.integrations.runs import Counts
from crossdock import Subscription

if TYPE_CHECKING:
    from core.hub import Hub

JOB = "subscribe"


def subscribe(hub: "Hub", key: str) -> int | None:
    """See to it that every topic comes here; the run's id, None where nobody outside can reach this hub.

    A topic that the channel does not send for now makes the integration DEGRADED, with the reason.
    """
    if not reaches_us(hub, key):
        return None
    with hub.transaction() as session:
        integration_id = session.scalars(select(Integration.id).where(Integration.key == key)).one()
        run_id = runs.begin(session, integration_id, JOB)
    try:
        topics: Sequence[Subscription] = hub.provider(key, "channel").subscribe(hub.context(key))
    except Exception as error:
        with hub.transaction() as session:
            runs.end(session, run_id, error=str(error) or type(error).__name__)
        raise
    silent = [each for each in topics if not each.active]
    with hub.transaction() as session:
        runs.count(session, run_id, Counts(seen=len(topics), unchanged=len(topics) - len(silent), rejected=len(silent)))
        said = "; ".join(f"{each.topic}: {each.message or 'not sent for now'}" for each in silent)
        runs.end(session, run_id, error=said or None, partial=bool(silent))
        if silent:
            note_trouble(session, key, HealthStatus.DEGRADED, f"Some topics are not sent to us. {said}")
    return run_id


def reaches_us(hub: "Hub", key: str) -> bool:
    """Whether what a channel tells gets here: to our address, or into a queue that we empty."""
    able = hub.registry.integration(key).capabilities
    queued = "channel.notifications" in able and "channel.webhooks" not in able
    return queued or hub.address_of(key) is not None
