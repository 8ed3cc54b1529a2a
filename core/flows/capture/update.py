"""A newer telling of orders that we have: what can change changes, what does not fit opens a case."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids, outbox
from core.catalog.models import Channel
from core.flows import advance, book, payments, readdress, statuses
from core.flows.capture import facts, given_back, write
from core.flows.capture.lines import revise
from core.orders import queries
from core.orders.models import Order, OrderLine
from core.stock import service as stock
from crossdock.orders import OrderData


def update(session: Session, channel: Channel, changed: Mapping[int, OrderData], shipped_from: int | None) -> None:
    """Bring orders up to date with what their channel says now."""
    if not changed:
        return
    orders = queries.locked(session, changed)
    told = [(order.id, facts.whole(changed[order.id])) for order in orders]
    for order in orders:
        _head(order, changed[order.id])
    session.flush()
    for order in orders:
        readdress.follow(session, order, changed[order.id])
    repriced = revise(session, channel, [(order, changed[order.id]) for order in orders])
    book.changes(session, repriced)
    payments.take(session, [(order_id, payment) for order_id, data in told for payment in data.payments])
    facts.record(session, channel, told, shipped_from)
    given_back.take_back(session, told)
    _note_restocked(session, changed)
    queries.mark_unchecked(session, changed)
    statuses.refresh(session, changed)
    for order in orders:
        _tell(session, channel, order)
    advance.later(session, sorted(changed))


def _head(order: Order, data: OrderData) -> None:
    """The plain parts: who, until when, and what was noted."""
    order.external_version = write.version_of(data)
    order.external_number = data.external_number or order.external_number
    order.email = write.email_of(data) or order.email
    order.phone = write.phone_of(data) or order.phone
    order.billing_address = write.address(data.billing_address) or order.billing_address
    order.shipping_method = data.shipping_method or order.shipping_method
    order.ship_by = data.ship_by or order.ship_by
    order.deliver_by = data.deliver_by or order.deliver_by
    order.note = data.note or order.note
    order.tags = list(dict.fromkeys([*order.tags, *data.tags]))
    order.extra = {**order.extra, **data.metadata}
    order.search = write.search_text(order.number, data)


def _note_restocked(session: Session, changed: Mapping[int, OrderData]) -> None:
    """A channel puts back on sale what it cancels, whatever becomes of the goods here."""
    given_back = [
        order_id
        for order_id, data in changed.items()
        if (data.cancellations or any(refund.restocked for refund in data.refunds)) and not data.fulfilled_by_channel
    ]
    if not given_back:
        return
    lines = select(OrderLine.item_id, OrderLine.listing_id).where(
        OrderLine.order_id.in_(given_back), OrderLine.item_id.is_not(None), OrderLine.listing_id.is_not(None)
    )
    rows = session.execute(lines).all()
    stock.note_change(session, {row.item_id for row in rows}, restocked={row.listing_id for row in rows})


def _tell(session: Session, channel: Channel, order: Order) -> None:
    said = f"{channel.name} told a newer version of order {order.number}."
    outbox.record(
        session,
        "order.updated",
        ids.encode("ord", order.id),
        said,
        order_id=order.id,
        data={"version": order.external_version},
    )


__all__ = ["update"]
