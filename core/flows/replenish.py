"""The job that keeps the advice what to order again."""

from datetime import timedelta

from core import clock
from core.hub import Hub
from core.jobs.registry import periodic
from core.replenishment import advise
from core.settings import service as settings


@periodic("reorder.advise", every=timedelta(minutes=30), queue="stock")
def advise_all(hub: Hub) -> None:
    """Compute the advice of all items anew from their demand, stock and offers."""
    with hub.transaction() as session:
        now = clock.now()
        advise.advise(session, clock.day_of(now, settings.current(session).timezone), now)
