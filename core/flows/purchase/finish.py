"""The end of a purchase order: nothing more is on its way."""

from sqlalchemy.orm import Session

from core.flows.purchase import incoming, short
from core.purchasing import queries, service


def close(session: Session, purchase_order_id: int, *, reason: str | None = None) -> int:
    """No more will come: what is short goes on waiting for another. Closing twice is harmless.

    Raises NotFound, IllegalState.
    """
    order = queries.locked(session, purchase_order_id)
    if service.close(session, order, reason):
        short.settle(session, order, "It was closed.")
        incoming.count(session, order)
    return order.id


def cancel(session: Session, purchase_order_id: int, *, reason: str) -> int:
    """Nothing will come. Cancelling twice is harmless. Raises NotFound, IllegalState once some has come."""
    order = queries.locked(session, purchase_order_id)
    if service.cancel(session, order, reason):
        incoming.count(session, order)
    return order.id
