"""The list of events."""

from core.events import models
from schema.context import Context
from schema.engine import Page, query
from schema.events.filters import EventFilter, conditions
from schema.events.types import Event
from schema.pagination import Connection, Slice

ORDER = (models.Event.transaction, models.Event.id)


@query(scope="orders:read")
def events(ctx: Context, page: Slice, filter: EventFilter | None = None) -> Connection[Event]:
    """What happened, oldest first; ask for the `last` few to see the newest."""
    return Page(Event, page, conditions(filter), order_by=ORDER)
