"""Cancelling orders, and answering shoppers who asked for it.

EBay cancels whole orders only, and gives the money back with the cancellation, whatever it is asked: see `refunds`. Of
some units it knows nothing but their refund.
"""

import json

from crossdock import CancelOrder, NotSupported, OutcomeUnknown, Receipt, Rejected
from plugins.ebay.client import Ctx, ask
from plugins.ebay.operations import APPROVE_CANCELLATION, CREATE_CANCELLATION, REJECT_CANCELLATION
from plugins.ebay.orders import fulfillments_of, order_of
from plugins.ebay.wire import Said, moment_or_none, part, reading, rows, text, text_or_none

_REASONS = {"CUSTOMER": "BUYER_ASKED_CANCEL", "ADDRESS": "ADDRESS_ISSUES", "PAYMENT": "ORDER_UNPAID"}
_OTHERWISE = "OUT_OF_STOCK_OR_CANNOT_FULFILL"
_REFUNDED_ONLY = "eBay cancels whole orders only: it is told of the refund of these units, and of nothing else."


def cancel(ctx: Ctx, request: CancelOrder) -> Receipt:
    """Where only some units are meant there is nothing to tell: their refund, an act of its own, is all that eBay has.

    Raises NotSupported for them where no refund is to follow, Rejected with eBay's reasons for what it does not cancel.
    """
    order = order_of(ctx, request.order_external_id)
    with reading("order", json.dumps(order)):
        if request.lines is not None and not _whole(order, request.lines):
            if not request.refunded:
                raise NotSupported("eBay cancels whole orders only: refund these lines, and ship the others.")
            return Receipt(external_id=request.order_external_id, at=ctx.now(), message=_REFUNDED_ONLY)
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
    answer = ask(ctx, CREATE_CANCELLATION, body=said)
    if made := answer.get("cancelId"):
        return Receipt(external_id=str(made), at=ctx.now())
    _check_eligible(answer)
    raise OutcomeUnknown("eBay took the cancellation and did not name it.")


def _check_eligible(answer: Said) -> None:
    """An order that cannot be cancelled is no error of eBay's: it is told with the reasons. Raises Rejected."""
    result = answer.get("orderEligibilityResult")
    if isinstance(result, dict) and result.get("eligible") is False:
        reasons = [str(each) for each in result.get("failureReason") or ()] or ["it gave no reason"]
        raise Rejected(reasons[0], f"eBay does not cancel this order: {', '.join(reasons)}.")


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
