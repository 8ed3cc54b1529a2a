"""Parcels, confirmed: each as a fulfillment of the fulfillment orders that its units belong to.

Shopify may have given an order to several of its locations, and wants one fulfillment for each of them, even where all
of it went into one parcel. The receipt then names them all.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from crossdock import OutcomeUnknown, Receipt, Rejected, ShipmentNotice
from plugins.shopify.access import Ctx
from plugins.shopify.client import ask, model_of, refuse
from plugins.shopify.documents import parcels
from plugins.shopify.whole import first_of, parcel, parcels_of, work, work_of
from plugins.shopify.wire.orders import Fulfillment, FulfillmentOrder

_OPEN = {"OPEN", "IN_PROGRESS"}
_KNOWN = "known:"


def confirm_shipment(ctx: Ctx, notice: ShipmentNotice) -> Receipt:
    """Fulfil the units, or correct the tracking of those that were fulfilled before."""
    if notice.corrects is not None:
        return _correct(ctx, notice, notice.corrects.split(","))
    sent, waiting = _state(ctx, notice.order_external_id)
    ours = [each for each in sent if _tracked(each, notice)]
    left = _less(dict(notice.lines), ours)
    made = [each.id for each in ours]
    known = ",".join(each.id for each in sent)
    for place in _by_place(waiting, left, notice):
        try:
            said = ask(ctx, parcels.FULFILL, fulfillment=_wish(ctx, notice, place))["fulfillmentCreate"]
        except OutcomeUnknown as error:
            raise OutcomeUnknown(error.message, handle=f"{_KNOWN}{known}") from None
        refuse(said["userErrors"])
        made.append(said["fulfillment"]["id"])
    return Receipt(external_id=",".join(made), at=ctx.now())


def find_shipment(ctx: Ctx, notice: ShipmentNotice) -> Receipt | None:
    """The fulfillments of this parcel, where they hold all of its units.

    A parcel with a number is known by it. One without is known by its units, among those that were not there before.
    """
    sent, _ = _state(ctx, notice.order_external_id)
    if notice.tracking_number is not None:
        ours = [each for each in sent if _tracked(each, notice)]
    else:
        before = (ctx.handle or "").removeprefix(_KNOWN).split(",")
        units = dict(notice.lines)
        ours = [each for each in sent if each.id not in before and not _numbers(each) and each.units == units][:1]
    if not ours or _less(dict(notice.lines), ours):
        return None
    return Receipt(external_id=",".join(each.id for each in ours), at=max(each.created_at for each in ours))


def _state(ctx: Ctx, order: str) -> tuple[list[Fulfillment], list[FulfillmentOrder]]:
    """What has left, and what waits to leave."""
    said = first_of(ctx, parcels.PARCELS, order)
    names = work_of(ctx, said)
    sent = [model_of(Fulfillment, parcel(ctx, each), "A fulfillment") for each in parcels_of(ctx, said, names)]
    waiting = [model_of(FulfillmentOrder, work(ctx, each), "A fulfillment order") for each in names]
    return [each for each in sent if each.status == "SUCCESS"], [each for each in waiting if each.status in _OPEN]


def _correct(ctx: Ctx, notice: ShipmentNotice, names: Iterable[str]) -> Receipt:
    tracking, notify = _tracking(notice), ctx.settings.notify_customer
    for name in (made := list(names)):
        said = ask(ctx, parcels.TRACK, id=name, tracking=tracking, notify=notify)["fulfillmentTrackingInfoUpdate"]
        refuse(said["userErrors"])
    return Receipt(external_id=",".join(made), at=ctx.now())


def _by_place(
    waiting: Iterable[FulfillmentOrder], units: Mapping[str, int], notice: ShipmentNotice
) -> list[list[dict[str, Any]]]:
    """The units by fulfillment orders, those of one location together. Raises Rejected where they do not wait there."""
    left = dict(units)
    places: dict[str | None, list[dict[str, Any]]] = {}
    for each in waiting:
        lines = []
        for line in each.line_items.nodes:
            quantity = min(left.get(line.line_item.id, 0), line.remaining_quantity)
            if quantity > 0:
                left[line.line_item.id] -= quantity
                lines.append({"id": line.id, "quantity": quantity})
        if lines:
            wish = {"fulfillmentOrderId": each.id, "fulfillmentOrderLineItems": lines}
            places.setdefault(each.place, []).append(wish)
    if missing := sum(left.values()):
        message = f"{missing} units of parcel {notice.package_key} do not wait to be shipped at Shopify."
        raise Rejected("NOT_FULFILLABLE", message, field="lines")
    return list(places.values())


def _wish(ctx: Ctx, notice: ShipmentNotice, lines: list[dict[str, Any]]) -> dict[str, Any]:
    wish: dict[str, Any] = {"lineItemsByFulfillmentOrder": lines, "notifyCustomer": ctx.settings.notify_customer}
    if tracking := _tracking(notice):
        wish["trackingInfo"] = tracking
    return wish


def _tracking(notice: ShipmentNotice) -> dict[str, str]:
    said = {"company": notice.carrier, "number": notice.tracking_number, "url": notice.tracking_url}
    return {name: value for name, value in said.items() if value}


def _numbers(sent: Fulfillment) -> list[str]:
    return [each.number for each in sent.tracking_info if each.number]


def _tracked(sent: Fulfillment, notice: ShipmentNotice) -> bool:
    return notice.tracking_number is not None and notice.tracking_number in _numbers(sent)


def _less(units: Mapping[str, int], sent: Iterable[Fulfillment]) -> dict[str, int]:
    """What of these units is in none of those parcels."""
    left = dict(units)
    for each in sent:
        for line, quantity in each.units.items():
            if line in left:
                left[line] = max(0, left[line] - quantity)
    return {line: quantity for line, quantity in left.items() if quantity}
