"""The list of events."""

from schema.context import Context
from schema.engine import Page, query
from schema.events.cursors import ORDER, settled
from schema.events.filters import EventFilter, conditions
from schema.events.types import Event
from schema.pagination import Connection, Slice


@query(scope="orders:read")
def events(ctx: Context, page: Slice, filter: EventFilter | None = None) -> Connection[Event]:
    """What happened, oldest first; ask for the `last` few to see the newest.

    Read forward, it ends where something may yet appear: who goes on from a cursor misses nothing.
    """
    where = list(conditions(filter))
    if not page.backward:
        where.append(settled())
    return Page(Event, page, where, order_by=ORDER)
