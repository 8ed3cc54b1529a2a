"""Finding orders."""

from core.catalog.models import Channel
from core.errors import Invalid
from core.orders.models import Order as Row
from schema.context import Context
from schema.engine import Find, Page, Ref, query
from schema.ids import OrderId
from schema.orders.filters import SORTS, OrderFilter, OrderSort, conditions
from schema.orders.types import Order
from schema.pagination import Connection, Slice


@query(scope="orders:read")
def order(
    ctx: Context,
    id: OrderId | None = None,
    number: str | None = None,
    channel: str | None = None,
    external_id: str | None = None,
) -> Order | None:
    """One order: by its id, its number, or the channel's own id for it."""
    if id is not None:
        return Ref(Order, id)
    if number is not None:
        return Find(Order, Row.number == number)
    if channel is not None and external_id is not None:
        return Find(Order, Row.channel.has(Channel.key == channel), Row.external_id == external_id)
    raise Invalid("Give an id, a number, or a channel and an externalId.")


@query(scope="orders:read")
def orders(
    ctx: Context, page: Slice, filter: OrderFilter | None = None, sort: OrderSort | None = OrderSort.PLACED_AT_DESC
) -> Connection[Order]:
    """Orders, newest first unless `sort` says otherwise."""
    return Page(Order, page, conditions(filter), order_by=SORTS[sort or OrderSort.PLACED_AT_DESC])
