"""Which orders a key may see, and with them all that belongs to an order."""

from collections.abc import Callable, Iterator

from sqlalchemy import exists, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from core.fulfillment.models import FulfillmentOrder
from core.orders.models import Order
from schema.context import Context


def orders_of(ctx: Context) -> Iterator[ColumnElement[bool]]:
    """A key of some channels sees their orders; a key of some locations, such as a 3PL's, those it has work for."""
    if ctx.viewer.channels:
        yield Order.channel_id.in_(ctx.viewer.channels)
    if ctx.viewer.locations:
        theirs = FulfillmentOrder.location_id.in_(ctx.viewer.locations)
        yield exists(select(1).where(FulfillmentOrder.order_id == Order.id, theirs))


def belonging_to(
    order_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
) -> Callable[[Context], Iterator[ColumnElement[bool]]]:
    """The same for rows that name an order in this column."""

    def seen(ctx: Context) -> Iterator[ColumnElement[bool]]:
        conditions = list(orders_of(ctx))
        if conditions:
            yield exists(select(1).where(Order.id == order_id, *conditions))

    return seen
