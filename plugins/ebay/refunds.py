"""Giving money back, once.

eBay has no idempotency keys and shows no comment, so a refund is known by its amount. Which refunds were there before
ours goes along as the handle of an outcome that is not known; without it a refund of the same amount counts as ours:
to pay twice is worse than to ask.
"""

import json
from datetime import timedelta

from crossdock import Money, OutcomeUnknown, Receipt, RefundOrder, Rejected, Retryable
from plugins.ebay.client import Ctx, ask
from plugins.ebay.mapping.payments import name_of
from plugins.ebay.operations import ISSUE_REFUND, REFUND_RETURN, SEARCH_RETURNS
from plugins.ebay.orders import order_of
from plugins.ebay.wire import Said, amount, moment_or_none, money, part, reading, rows, text

_UNDER_WAY, _CASE_IS_OPEN, _DONE_ALREADY = "34922", "34916", "34917"
_LONGEST_COMMENT = 100


def refund(ctx: Ctx, request: RefundOrder) -> Receipt:
    """By line where the lines are the whole of it. What eBay gave back with a cancellation is not given again."""
    order = order_of(ctx, request.order_external_id)
    with reading("order", json.dumps(order)):
        before = _refunds(order)
        cancelled = part(order.get("cancelStatus")).get("cancelState") == "CANCELED"
    if cancelled and (given := _of_amount(ctx, before, request.amount, set())):
        return given
    handle = ",".join(sorted(before)) or "none"
    try:
        made = ask(ctx, ISSUE_REFUND, {"order_id": request.order_external_id}, body=_body(order, request))
    except OutcomeUnknown as error:
        raise OutcomeUnknown(error.message, handle) from error
    except Rejected as error:
        return _otherwise(ctx, request, error, before, handle)
    if not made.get("refundId"):
        raise OutcomeUnknown("eBay took the refund and did not name it.", handle)
    return Receipt(external_id=str(made["refundId"]), at=ctx.now(), message=str(made.get("refundStatus", "")))


def find(ctx: Ctx, request: RefundOrder) -> Receipt | None:
    """A refund of this amount that was not there before we asked, as far as we know what was."""
    order = order_of(ctx, request.order_external_id)
    with reading("order", json.dumps(order)):
        known = set() if ctx.handle in {None, "none"} else set((ctx.handle or "").split(","))
        return _of_amount(ctx, _refunds(order), request.amount, known)


def _otherwise(
    ctx: Ctx, request: RefundOrder, error: Rejected, before: dict[str, tuple[Money, Said]], handle: str
) -> Receipt:
    """EBay's other ways: an open return is refunded by its own verb, and what is on its way has to arrive first."""
    if error.code == _UNDER_WAY:
        raise Retryable("eBay is still working on another refund of this order.", after=timedelta(minutes=10))
    if error.code == _DONE_ALREADY and (given := _of_amount(ctx, before, request.amount, set())):
        return given
    name = _open_return(ctx, request.order_external_id) if error.code == _CASE_IS_OPEN else None
    if name is None:
        raise error
    said = {
        "refundDetail": {
            "itemizedRefundDetail": [{"refundFeeType": "PURCHASE_PRICE", "refundAmount": amount(request.amount)}],
            "totalAmount": amount(request.amount),
        },
        "comments": {"content": request.reason[:_LONGEST_COMMENT]},
    }
    try:
        ask(ctx, REFUND_RETURN, {"returnId": name}, body=said)
    except OutcomeUnknown as unknown:
        raise OutcomeUnknown(unknown.message, handle) from unknown
    # Its answer names no refund: the order does.
    after = order_of(ctx, request.order_external_id)
    with reading("order", json.dumps(after)):
        made = _of_amount(ctx, _refunds(after), request.amount, set(before))
    return made or Receipt(external_id=f"return-{name}", at=ctx.now())


def _open_return(ctx: Ctx, order_id: str) -> str | None:
    found = ask(ctx, SEARCH_RETURNS, params={"order_id": order_id, "limit": 25, "offset": 0})
    with reading("returns", json.dumps(found)):
        open_ = [each for each in rows(found.get("members")) if each.get("status") != "CLOSED"]
        return text(open_[0]["returnId"]) if open_ else None


def _body(order: Said, request: RefundOrder) -> dict[str, object]:
    said: dict[str, object] = {"reasonForRefund": _reason(order, request)}
    if request.reason:
        said["comment"] = request.reason[:_LONGEST_COMMENT]
    parts = [(line, value) for line, _, value, _ in request.lines if value]
    if parts and Money.sum((value for _, value in parts), request.amount.currency) == request.amount:
        said["refundItems"] = [{"lineItemId": line, "refundAmount": amount(value)} for line, value in parts]
    else:
        said["orderLevelRefundAmount"] = amount(request.amount)
    return said


def _reason(order: Said, request: RefundOrder) -> str:
    status = part(order.get("cancelStatus"))
    if status.get("cancelState") == "CANCELED":
        by = {str(each.get("cancelInitiator", "")).upper() for each in rows(status.get("cancelRequests"))}
        return "SELLER_CANCEL" if by == {"SELLER"} else "BUYER_CANCEL"
    return "BUYER_RETURN" if "return" in request.reason.lower() else "OTHER_ADJUSTMENT"


def _refunds(order: Said) -> dict[str, tuple[Money, Said]]:
    """All refunds of an order that did not fail, by their names."""
    found: dict[str, tuple[Money, Said]] = {}
    for item in rows(order.get("lineItems")):
        for each in rows(item.get("refunds")):
            value, name = money(each["amount"]), name_of(each)
            found[name] = (found[name][0] + value if name in found else value, each)
    for each in rows(part(order.get("paymentSummary")).get("refunds")):
        found.pop(name_of(each), None)
        if each.get("refundStatus") != "FAILED":
            found[name_of(each)] = (money(each["amount"]), each)
    return found


def _of_amount(ctx: Ctx, found: dict[str, tuple[Money, Said]], value: Money, known: set[str]) -> Receipt | None:
    for name, (given, said) in found.items():
        if name not in known and given == value:
            return Receipt(external_id=name, at=moment_or_none(said.get("refundDate")) or ctx.now())
    return None
