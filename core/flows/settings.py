"""Changing settings that name what other parts offer."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select

from core.errors import IllegalState, Invalid
from core.kpis import rollup as kpis
from core.ledgers import rollup
from core.ledgers.models import JournalEntry
from core.settings import service

if TYPE_CHECKING:
    from core.hub import Hub


def update(hub: "Hub", changes: Mapping[str, Any]) -> None:
    """Raises Invalid, also for a strategy that no plugin brings; IllegalState for another currency once in use."""
    strategy = changes.get("routing_strategy")
    if strategy is not None and strategy not in (known := hub.registry.strategies):
        listed = ", ".join(sorted(known))
        raise Invalid(f"No plugin brings the strategy {strategy!r}; there are: {listed}.", path=("routing_strategy",))
    with hub.transaction() as session:
        current = service.current(session)
        changed = {name: value for name, value in changes.items() if getattr(current, name) != value}
        if "currency" in changed and session.scalar(select(exists().where(JournalEntry.id.is_not(None)))):
            raise IllegalState(
                "The reporting currency cannot change once something is booked in it.",
                path=("currency",),
            )
        service.update(session, **changed)
        if "timezone" in changed:
            # Days begin at another moment now: reports read what is not rolled up again from the entries.
            rollup.forget(session)
            kpis.move_days(session, changed["timezone"])
