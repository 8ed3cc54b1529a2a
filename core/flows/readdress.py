"""Sending an order somewhere else, as long as its parcels have not left."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids, outbox
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.errors import IllegalState, VersionConflict
from core.flows import advance, allowed_address, fulfil, statuses
from core.flows.capture import write
from core.flows.route.unmoved import unmoved
from core.fulfillment.models import FulfillmentOrder, RequestState
from core.orders import queries
from core.orders.models import Order, OrderLine
from core.orders.views import address_of
from crossdock.address import Address
from crossdock.orders import OrderData

if TYPE_CHECKING:
    from core.hub import Hub


def send_elsewhere(hub: "Hub", order_id: int, address: Address, *, expected_version: int | None = None) -> int:
    """Send it to this address: at once where the work is ours to stop, else when whoever has it gives it back.

    The address is checked anew. Work that nobody has begun stays where location, service, cost and tax do not change;
    else the order is routed anew, and labels for the old address are voided. The billing address stays. Raises
    IllegalState once nothing is left to ship, VersionConflict, and PluginRejected where the channel forbids it.
    """
    allowed_address.check(hub, order_id, address)
    same_at = unmoved(hub, order_id, write.address(address) or {})
    with hub.transaction() as session:
        return set_address(session, order_id, address, expected_version=expected_version, same_at=same_at)


def set_address(
    session: Session,
    order_id: int,
    address: Address,
    *,
    expected_version: int | None = None,
    same_at: int | None = None,
) -> int:
    """The same within a transaction. `same_at`: the version of the order whose work may stay where it is."""
    (order,) = queries.locked(session, [order_id])
    if expected_version is not None and order.version != expected_version:
        said = f"Order {order.number} is at version {order.version}, not {expected_version}. Read it again."
        raise VersionConflict(said, path=("expectedVersion",))
    lines = queries.lines_of(session, [order_id])[order_id]
    if not _left(lines):
        raise IllegalState(f"Nothing of order {order.number} is left to ship; its address stays.", path=("id",))
    if write.address(address) != order.shipping_address:
        if order.version == same_at:
            _take_over(session, order, address)
        else:
            _change(session, order, lines, address)
        statuses.refresh(session, [order_id])
        advance.later(session, [order_id])
    return order_id


def follow(session: Session, order: Order, data: OrderData) -> None:
    """The channel says another address: a fact. Too late, it is a case. The caller locks and refreshes."""
    address = data.shipping_address
    if address is None or write.address(address) in (order.shipping_address, order.pending_shipping_address):
        return
    lines = queries.lines_of(session, [order.id])[order.id]
    if _left(lines):
        _change(session, order, lines, address)
        return
    open_case(
        session,
        kind=CaseKind.SHIPMENT,
        code="address_changed_after_shipping",
        title=f"The address of {order.number} changed after it shipped",
        message=f"The channel now says: {', '.join(address.lines)}. Ask the carrier to redirect the parcel.",
        subject=ids.encode("ord", order.id),
        order_id=order.id,
        same_as=f"address_changed_after_shipping:{order.id}:{write.version_of(data)}",
        data={"address": write.address(address)},
    )


def settle(session: Session, order_ids: Iterable[int]) -> None:
    """Take a waiting address over once everybody has answered; where the goods were not given back, ask a person."""
    query = select(Order.id).where(Order.id.in_(list(order_ids)), Order.pending_shipping_address.is_not(None))
    waiting = sorted(session.scalars(query))
    if not waiting:
        return
    asked = select(FulfillmentOrder.order_id).where(
        FulfillmentOrder.order_id.in_(waiting), FulfillmentOrder.request_state == RequestState.CANCELLATION_REQUESTED
    )
    unanswered = set(session.scalars(asked))
    answered = [order for order in queries.locked(session, waiting) if order.id not in unanswered]
    for order in answered:
        pending = address_of(order.pending_shipping_address)
        order.pending_shipping_address = None
        lines = queries.lines_of(session, [order.id])[order.id]
        if pending is None:
            continue
        if any(line.allocated for line in lines) or not _left(lines):
            _refused(session, order, pending)
        else:
            _take_over(session, order, pending)
    statuses.refresh(session, [order.id for order in answered])


def _change(session: Session, order: Order, lines: list[OrderLine], address: Address) -> None:
    in_work = {
        line.id: line.allocated - line.cancelling for line in lines if line.ships and line.allocated > line.cancelling
    }
    withdrawn = fulfil.withdraw(session, order.id, in_work) if in_work else fulfil.Withdrawn()
    if withdrawn.asked:
        order.pending_shipping_address = write.address(address)
        said = f"Order {order.number} is to go elsewhere: whoever has the goods was asked to give them back first."
        outbox.record(session, "order.address_pending", ids.encode("ord", order.id), said, order_id=order.id)
        return
    _take_over(session, order, address)


def _take_over(session: Session, order: Order, address: Address) -> None:
    order.shipping_address = write.address(address)
    order.pending_shipping_address = None
    order.address_check = None
    order.country = address.country or order.country
    order.phone = address.phone or order.phone
    order.validated_at = None
    where = ", ".join(address.lines)
    subject = ids.encode("ord", order.id)
    outbox.record(session, "order.readdressed", subject, f"Order {order.number} goes to {where}.", order_id=order.id)
    session.flush()


def _refused(session: Session, order: Order, address: Address) -> None:
    open_case(
        session,
        kind=CaseKind.ORDER,
        code="address_change_refused",
        title=f"{order.number} goes to the old address",
        message=f"Whoever has the goods did not give them back, so they could not go to {', '.join(address.lines)}.",
        subject=ids.encode("ord", order.id),
        order_id=order.id,
        same_as=f"address_change_refused:{order.id}:{order.version}",
        data={"address": write.address(address)},
    )


def _left(lines: list[OrderLine]) -> bool:
    return any(line.ships and line.open + line.backordered + line.allocated for line in lines)
