"""Cancelling orders, and answering shoppers who asked for it. eBay cancels whole orders only.

It gives the money back with the cancellation, whatever it is asked: see `refunds`.
"""

import json

from crossdock import CancelOrder, NotSupported, OutcomeUnknown, Receipt
from plugins.ebay.client import Ctx, ask
from plugins.ebay.operations import APPROVE_CANCELLATION, CREATE_CANCELLATION, REJECT_CANCELLATION
from plugins.ebay.orders import fulfillments_of, order_of
from plugins.ebay.wire import Said, moment_or_none, part, reading, rows, text, text_or_none

_REASONS = {"CUSTOMER": "BUYER_ASKED_CANCEL", "ADDRESS": "ADDRESS_ISSUES", "PAYMENT": "ORDER_UNPAID"}
_OTHERWISE = "OUT_OF_STOCK_OR_CANNOT_FULFILL"


def cancel(ctx: Ctx, request: CancelOrder) -> Receipt:
    """Raises NotSupported where only some of the order is meant."""
    order = order_of(ctx, request.order_external_id)
    with reading("order", json.dumps(order)):
        if request.lines is not None and not _whole(order, request.lines):
            raise NotSupported("eBay cancels whole orders only: refund these lines, and ship the others.")
        paid = order.get("orderPaymentStatus") in {"PAID", "PARTIALLY_REFUNDED"}
        payments = rows(part(order.get("paymentSummary")).get("payments"))
        dates = [text_or_none(each.get("paymentDate")) for each in payments]
    said: dict[str, object] = {
        "legacyOrderId": request.order_external_id,
        "cancelReason": _REASONS.get(request.reason, _OTHERWISE),
        "buyerPaid": paid,
    }
    if paid and dates and dates[0]:
        said["buyerPaidDate"] = {"value": dates[0]}
    made = ask(ctx, CREATE_CANCELLATION, body=said).get("cancelId")
    if not made:
        raise OutcomeUnknown("eBay took the cancellation and did not name it.")
    return Receipt(external_id=str(made), at=ctx.now())


def find_cancel(ctx: Ctx, request: CancelOrder) -> Receipt | None:
    return _found(ctx, request.order_external_id, {"REQUESTED", "COMPLETED"}, seller=True)


def answer(ctx: Ctx, request: CancelOrder, *, accepted: bool) -> Receipt:
    """Accept or reject what the shopper asked for; eBay believes a refusal by the tracking number of what left."""
    name = request.request_external_id or ""
    if accepted:
        ask(ctx, APPROVE_CANCELLATION, {"cancelId": name})
    else:
        ask(ctx, REJECT_CANCELLATION, {"cancelId": name}, body=_left(ctx, request.order_external_id))
    return Receipt(external_id=name, at=ctx.now())


def find_answer(ctx: Ctx, request: CancelOrder) -> Receipt | None:
    name = request.request_external_id
    return _found(ctx, request.order_external_id, {"COMPLETED", "REJECTED"}, name=name)


def _whole(order: Said, lines: tuple[tuple[str, int], ...]) -> bool:
    return sorted(lines) == sorted((text(item["lineItemId"]), item["quantity"]) for item in rows(order["lineItems"]))


def _left(ctx: Ctx, order_id: str) -> dict[str, object]:
    sent = [each for each in fulfillments_of(ctx, order_id) if each.get("shipmentTrackingNumber")]
    if not sent:
        return {}
    return {
        "shipmentDate": {"value": sent[-1].get("shippedDate")},
        "trackingNumber": sent[-1]["shipmentTrackingNumber"],
    }


def _found(
    ctx: Ctx, order_id: str, states: set[str], *, name: str | None = None, seller: bool = False
) -> Receipt | None:
    """A cancellation of an order by its id, or one that we asked for."""
    order = order_of(ctx, order_id)
    with reading("order", json.dumps(order)):
        for each in rows(part(order.get("cancelStatus")).get("cancelRequests")):
            ours = str(each.get("cancelInitiator", "")).upper() == "SELLER"
            wanted = ours if seller else each.get("cancelRequestId") == name
            if wanted and each.get("cancelRequestState") in states:
                at = moment_or_none(each.get("cancelCompletedDate")) or ctx.now()
                return Receipt(external_id=text(each["cancelRequestId"]), at=at)
    return None
