"""Emptying a channel's queue of notifications: kept first, deleted there after."""

from typing import TYPE_CHECKING

from sqlalchemy import select

from core.actor import acting_as
from core.flows.channels import events
from core.integrations import runs
from core.integrations.models import Integration
from core.integrations.runs import Counts
from crossdock import Notifications

if TYPE_CHECKING:
    from core.hub import Hub

JOB = "notifications"
_MOST_ROUNDS = 200


def drain(hub: "Hub", key: str) -> int | None:
    """Take what waits until there is no more; the run's id, None where nothing waited."""
    provider = hub.provider(key, "channel")
    run_id: int | None = None
    for _ in range(_MOST_ROUNDS):
        told: Notifications = provider.fetch_notifications(hub.context(key))
        if told.events or told.receipts:
            with hub.transaction() as session, acting_as(f"channel:{key}"):
                if run_id is None:
                    integration_id = session.scalars(select(Integration.id).where(Integration.key == key)).one()
                    run_id = runs.begin(session, integration_id, JOB)
                new = sum(events.take_in(hub, session, key, told.events, aged=True))
                heard = len(told.events)
                runs.count(session, run_id, Counts(seen=heard, created=new, unchanged=heard - new))
            provider.forget_notifications(hub.context(key), told.receipts)
        if not told.more:
            break
    if run_id is not None:
        with hub.transaction() as session:
            runs.end(session, run_id)
    return run_id
