"""Cancellations and refunds.

Shopify cancels an order as a whole, or not at all. Single units are taken off by a refund that pays nothing: it has a
note, in which the key of our act is found again, and an idempotency key.
"""

from datetime import datetime, timedelta
from typing import Any

from crossdock import CancelOrder, Money, NotSupported, Pending, Receipt, RefundOrder, Rejected
from plugins.shopify.access import Ctx
from plugins.shopify.client import ask, refuse
from plugins.shopify.documents import money, parcels
from plugins.shopify.mapping.money import paid
from plugins.shopify.mapping.orders import read
from plugins.shopify.orders import fetch_order
from plugins.shopify.whole import first_of, refunds_of, work
from plugins.shopify.wire.orders import FulfillmentOrder, Order, Transaction

_REASONS = {"CUSTOMER": "CUSTOMER", "FRAUD": "FRAUD", "OUT_OF_STOCK": "INVENTORY", "PAYMENT": "DECLINED"}
_ASK_AGAIN = timedelta(seconds=10)
_ACCEPTED, _REJECTED = "CANCELLATION_ACCEPTED", "CANCELLATION_REJECTED"


def cancel(ctx: Ctx, request: CancelOrder) -> Receipt:
    """Cancel the order, or take units off where only some are meant or some have left.

    Raises Pending: Shopify takes its time.
    """
    order = read(fetch_order(ctx, request.order_external_id))
    if order.cancelled_at is not None:
        return Receipt(external_id=order.id, at=order.cancelled_at, message="It was cancelled before.")
    if request.lines is None and not any(each.status == "SUCCESS" for each in order.fulfillments):
        return _cancel_whole(ctx, request)
    return _take_off(ctx, request, order)


def find_cancel(ctx: Ctx, request: CancelOrder) -> Receipt | None:
    """Whether it was cancelled, or the units taken off."""
    if ctx.handle is not None and ctx.handle.startswith("gid://shopify/Job/"):
        said = ask(ctx, money.CANCEL_JOB, job=ctx.handle, id=request.order_external_id)
        order, job = said["order"], said["job"]
        if order is not None and order["cancelledAt"] is None:
            if job is not None and not job["done"]:
                raise Pending("Shopify is cancelling it.", ctx.handle, _ASK_AGAIN)
            raise Rejected("NOT_CANCELLED", "Shopify did not cancel it: see the order's timeline there.")
    return _noted(ctx, request.order_external_id, cancelled=True)


def accept_cancel(ctx: Ctx, request: CancelOrder, *, accepted: bool) -> Receipt:
    """Answer a fulfillment order that the shop asks to stop."""
    document = parcels.ACCEPT_CANCEL if accepted else parcels.REJECT_CANCEL
    (said,) = ask(ctx, document, id=request.request_external_id, message=request.note or None).values()
    refuse(said["userErrors"])
    return Receipt(external_id=request.request_external_id or "", at=ctx.now())


def find_accept_cancel(ctx: Ctx, request: CancelOrder) -> Receipt | None:
    asked = FulfillmentOrder.model_validate(work(ctx, request.request_external_id or ""))
    if asked.request_status not in {_ACCEPTED, _REJECTED}:
        return None
    return Receipt(external_id=asked.id, at=asked.updated_at, message=asked.request_status)


def refund(ctx: Ctx, request: RefundOrder) -> Receipt:
    """Pay back by the ways in which it was paid.

    Only units that have left are named: Shopify takes named ones that have not off the order, which is what `cancel`
    did already where they were cancelled.
    """
    order = read(fetch_order(ctx, request.order_external_id))
    waiting = _remaining(order.fulfillment_orders.nodes)
    left = {each.id: each.current_quantity - waiting.get(each.id, 0) for each in order.line_items.nodes}
    lines = [
        {"lineItemId": name, "quantity": min(units, left.get(name, 0)), "restockType": "NO_RESTOCK"}
        for name, units, _, _ in request.lines
        if min(units, left.get(name, 0)) > 0
    ]
    wish: dict[str, Any] = {
        "orderId": order.id,
        "note": _note(ctx, request.reason),
        "notify": ctx.settings.notify_customer,
        "currency": request.amount.currency,
        "refundLineItems": lines,
        "transactions": _ways(order, request),
    }
    if request.shipping is not None and request.shipping:
        wish["shipping"] = {"amount": _decimal(request.shipping)}
    return _make(ctx, wish)


def find_refund(ctx: Ctx, request: RefundOrder) -> Receipt | None:
    return _noted(ctx, request.order_external_id)


def _cancel_whole(ctx: Ctx, request: CancelOrder) -> Receipt:
    said = ask(
        ctx,
        money.CANCEL,
        id=request.order_external_id,
        reason=_REASONS.get(request.reason, "OTHER"),
        method={"originalPaymentMethodsRefund": not request.refunded},
        restock=True,  # its units are free to be sold again there, until we publish what is right
        notify=ctx.settings.notify_customer,
        note=_note(ctx, request.note),
    )["orderCancel"]
    refuse(said["orderCancelUserErrors"])
    raise Pending("Shopify is cancelling it.", said["job"]["id"], _ASK_AGAIN)


def _take_off(ctx: Ctx, request: CancelOrder, order: Order) -> Receipt:
    if not request.refunded:
        raise NotSupported("Shopify takes single units off without paying for them: refund them by an act of its own.")
    waiting = [each for each in order.fulfillment_orders.nodes if each.status not in {"CLOSED", "CANCELLED"}]
    left = _remaining(waiting)
    wanted = left if request.lines is None else dict(request.lines)
    lines = []
    for each in waiting:
        for line in each.line_items.nodes:
            units = min(wanted.get(line.line_item.id, 0), line.remaining_quantity)
            if units <= 0:
                continue
            wanted = {**wanted, line.line_item.id: wanted[line.line_item.id] - units}
            taken: dict[str, Any] = {"lineItemId": line.line_item.id, "quantity": units}
            where = {"restockType": "CANCEL", "locationId": each.place} if each.place else {"restockType": "NO_RESTOCK"}
            lines.append({**taken, **where})
    if not lines or (request.lines is not None and any(wanted.values())):
        raise Rejected("NOT_CANCELLABLE", "These units do not wait to be shipped at Shopify any more.", field="lines")
    note = _note(ctx, request.note)
    return _make(ctx, {"orderId": order.id, "note": note, "notify": False, "refundLineItems": lines})


def _remaining(waiting: list[FulfillmentOrder]) -> dict[str, int]:
    left: dict[str, int] = {}
    for each in waiting:
        for line in each.line_items.nodes:
            left[line.line_item.id] = left.get(line.line_item.id, 0) + line.remaining_quantity
    return left


def _make(ctx: Ctx, wish: dict[str, Any]) -> Receipt:
    said = ask(ctx, money.MAKE_REFUND, input=wish, key=ctx.key)["refundCreate"]
    refuse(said["userErrors"])
    made = said["refund"]
    return Receipt(external_id=made["id"], at=_moment(made["createdAt"] or made["processedAt"]))


def _ways(order: Order, request: RefundOrder) -> list[dict[str, str]]:
    """Which payments give it back: the one that is named first, then the latest. Raises Rejected for too much."""
    takings = [each for each in reversed(order.transactions) if each.kind in {"SALE", "CAPTURE"}]
    takings = [each for each in takings if each.status == "SUCCESS"]
    takings.sort(key=lambda each: request.payment_reference not in {each.id, _parent(each)})
    left, ways = request.amount, []
    for each in takings:
        part = min(left, _refundable(each, order))
        if part.minor > 0:
            left -= part
            ways.append(
                {
                    "orderId": order.id,
                    "parentId": each.id,
                    "kind": "REFUND",
                    "gateway": each.gateway or "manual",
                    "amount": _decimal(part),
                }
            )
    if left:
        raise Rejected("EXCEEDS_PAID", f"{left} more than what is left of the payments of {order.name}.", "amount")
    return ways


def _refundable(taking: Transaction, order: Order) -> Money:
    currency = order.presentment_currency_code
    gone = (
        paid(each.amount_set, currency)
        for each in order.transactions
        if each.kind == "REFUND" and each.status not in {"FAILURE", "ERROR"} and _parent(each) == taking.id
    )
    return paid(taking.amount_set, currency) - Money.sum(gone, currency)


def _parent(transaction: Transaction) -> str | None:
    return transaction.parent_transaction.id if transaction.parent_transaction is not None else None


def _noted(ctx: Ctx, order: str, *, cancelled: bool = False) -> Receipt | None:
    """What has our key in its note; where a whole cancellation is looked for, that."""
    said = first_of(ctx, money.REFUND_NOTES, order)
    for each in refunds_of(ctx, said):
        if (each["note"] or "").endswith(f"[{ctx.key}]"):
            return Receipt(external_id=each["id"], at=_moment(each["createdAt"] or each["processedAt"]))
    if cancelled and said["cancelledAt"] is not None:
        return Receipt(external_id=said["id"], at=_moment(said["cancelledAt"]))
    return None


def _note(ctx: Ctx, words: str) -> str:
    return f"{words} [{ctx.key}]".strip()


def _decimal(amount: Money) -> str:
    return f"{amount.amount:f}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
