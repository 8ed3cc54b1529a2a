"""Sending goods again, free of charge, as a new order."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.catalog.models import Channel
from core.errors import Invalid, NotFound
from core.flows.capture import Details, capture
from core.orders import queries
from core.orders.views import address_of
from core.origin import Origin
from crossdock.money import Money
from crossdock.orders import LineData, OrderData


def replace(session: Session, order_id: int, lines: Mapping[int, int], *, reason: str) -> int:
    """A new order for these units (order line id to units, no more than were ordered); its id.

    It names the first one as its original and goes the way of every order. Raises NotFound, Invalid.
    """
    (order,) = queries.locked(session, [order_id])
    known = {line.id: line for line in queries.lines_of(session, [order_id])[order_id]}
    if not lines:
        raise Invalid("Say which lines to send again.", path=("lines",))
    if not reason.strip():
        raise Invalid("Say why it is sent again.", path=("reason",))
    nothing = Money.zero(order.currency)
    wanted = []
    for place, (line_id, quantity) in enumerate(lines.items()):
        line, path = known.get(line_id), ("lines", str(place))
        if line is None:
            raise NotFound(f"Order {order.number} has no line orl_{line_id}.", path=(*path, "lineId"))
        if not 0 < quantity <= line.quantity:
            raise Invalid(f"Between 1 and {line.quantity} of {line.sku} can be sent again.", path=(*path, "quantity"))
        wanted.append(
            LineData(
                external_id=str(place + 1),
                sku=line.sku,
                name=line.name,
                quantity=quantity,
                unit_price=nothing,
                discount=nothing,
                tax=nothing,
            )
        )
    data = OrderData(
        external_id="",
        placed_at=clock.now(),
        currency=order.currency,
        lines=tuple(wanted),
        taxes_included=order.taxes_included,
        shipping_address=address_of(order.shipping_address),
        billing_address=address_of(order.billing_address),
        shipping_method=order.shipping_method,
        tags=("replacement",),
        note=reason,
    )
    details = Details(
        customer_id=order.customer_id, priority=order.priority, origin=Origin.PERSON, original_id=order.id
    )
    channel = session.get_one(Channel, order.channel_id)
    (made,) = capture(session, channel, [data], details=[details]).orders
    said = f"What order {order.number} was for is sent again with ord_{made.order_id}: {reason}"
    outbox.record(session, "order.replaced", ids.encode("ord", order_id), said, order_id=order_id)
    return made.order_id
