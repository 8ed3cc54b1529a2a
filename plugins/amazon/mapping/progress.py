"""What became of an Amazon order: what left, what was cancelled, and what the buyer wants cancelled."""

from collections.abc import Iterator

from crossdock import CancellationData, CancelRequestData, FulfillmentData
from plugins.amazon.wire.orders import Order, OrderItem, Package

_CANCELLED = "CANCELLED"
_OVER = {_CANCELLED, "SHIPPED"}
_NEVER_LEFT = {"PENDING", "CANCELLED"}


def left(order: Order) -> Iterator[FulfillmentData]:
    """Packages, where the seller ships; of what Amazon ships, each item once all of it has left."""
    for package in order.packages:
        status = package.package_status.status if package.package_status is not None else "SHIPPED"
        if status not in _NEVER_LEFT and package.package_items:
            yield _parcel(package, order)
    if order.packages or order.fulfillment is None or order.fulfillment.fulfilled_by != "AMAZON":
        return
    for item in order.order_items:
        units = item.fulfillment
        if units is not None and units.quantity_fulfilled and not units.quantity_unfulfilled:
            yield FulfillmentData(
                external_id=f"{item.order_item_id}/amazon",
                shipped_at=order.last_updated_time,
                lines=((item.order_item_id, units.quantity_fulfilled),),
                carrier="Amazon",
            )


def _parcel(package: Package, order: Order) -> FulfillmentData:
    return FulfillmentData(
        external_id=package.package_reference_id,
        shipped_at=package.ship_time or package.created_time or order.last_updated_time,
        lines=tuple((each.order_item_id, each.quantity) for each in package.package_items),
        carrier=package.carrier,
        service=package.shipping_service,
        tracking_number=package.tracking_number,
    )


def cancelled(order: Order) -> Iterator[CancellationData]:
    """The whole order by its status; else items, each as one: Amazon cancels no part of an item."""
    if order.fulfillment is not None and order.fulfillment.fulfillment_status == _CANCELLED:
        reasons = [_reason(item) for item in order.order_items]
        why = next((reason for reason in reasons if reason), "")
        yield CancellationData(external_id=order.order_id, at=order.last_updated_time, reason=why)
        return
    for item in order.order_items:
        done = item.cancellation is not None and item.cancellation.cancellation_execution is not None
        sent = item.fulfillment.quantity_fulfilled or 0 if item.fulfillment is not None else 0
        if done and item.quantity_ordered > sent:
            yield CancellationData(
                external_id=item.order_item_id,
                at=order.last_updated_time,
                reason=_reason(item),
                lines=((item.order_item_id, item.quantity_ordered - sent),),
            )


def _reason(item: OrderItem) -> str:
    execution = item.cancellation.cancellation_execution if item.cancellation is not None else None
    if execution is None:
        return ""
    return " by ".join(part for part in (execution.cancel_reason, execution.cancelled_by) if part)


def asked(order: Order) -> Iterator[CancelRequestData]:
    """Items whose cancellation the buyer asked for, as one request: Amazon knows no name for it."""
    wanted = [
        (item, item.cancellation.cancellation_request)
        for item in order.order_items
        if item.cancellation is not None
        and item.cancellation.cancellation_request is not None
        and item.cancellation.cancellation_execution is None
        and item.quantity_ordered
    ]
    over = order.fulfillment is not None and order.fulfillment.fulfillment_status in _OVER
    if not wanted or over:
        return
    yield CancelRequestData(
        external_id="/".join([order.order_id, *sorted(item.order_item_id for item, _ in wanted)]),
        at=order.last_updated_time,
        reason=next((request.cancel_reason for _, request in wanted if request.cancel_reason), ""),
        lines=tuple((item.order_item_id, item.quantity_ordered) for item, _ in wanted),
    )
