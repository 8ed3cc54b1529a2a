"""Giving money back through Amazon, which holds it, by feed."""

import hashlib

from crossdock import Money, Pending, Receipt, RefundOrder, Rejected
from plugins.amazon import envelopes, feeds, finances
from plugins.amazon.client import Ctx
from plugins.amazon.envelopes import Adjusted
from plugins.amazon.mapping.proceeds import prices_include_tax
from plugins.amazon.orders import parsed
from plugins.amazon.wire.orders import Order

_REASONS = {"RETURN": "CustomerReturn", "CANCELLED": "BuyerCanceled", "EXCHANGE": "CustomerExchange"}
_OTHER_REASON = "GeneralAdjustment"


def refund(ctx: Ctx, request: RefundOrder) -> Receipt:
    """Submit the feed, and raise Pending until it is done.

    Amazon takes no money for what never left, so there is none to give back: then the receipt comes at once. Raises
    Rejected for money back on an order of which nothing has left and nothing is cancelled.
    """
    order = parsed(ctx, request.order_external_id)
    if not _has_left(order, request):
        return _with_the_cancellation(ctx, order, request)
    content = envelopes.refund(
        ctx.settings.seller_id,
        order.order_id,
        adjusted(order, request),
        _REASONS.get(request.reason.upper(), _OTHER_REASON),
        _name(ctx),
    )
    feed = feeds.submit(ctx, envelopes.ADJUSTMENT, content, envelopes.CONTENT_TYPE)
    raise Pending("Amazon works through the refund.", feed, feeds.AGAIN)


def find_refund(ctx: Ctx, request: RefundOrder) -> Receipt | None:
    """How the feed ended.

    Where it is not known whether one was taken: what Amazon has posted about the order says it, or that no such feed
    was submitted since. Until one of both is sure, it is asked again: money is not given back twice.
    """
    since = feeds.tried_at(ctx)
    if since is None:
        assert ctx.handle is not None
        envelopes.judge(feeds.result(ctx, ctx.handle))
        return Receipt(external_id=_name(ctx), at=ctx.now())
    known = finances.refund_of(ctx, request, since=since)
    if known is not None:
        return Receipt(external_id=_name(ctx), at=known.posted_date or ctx.now())
    feeds.never_taken(ctx, envelopes.ADJUSTMENT, since)
    return None


def adjusted(order: Order, request: RefundOrder) -> list[Adjusted]:
    """The refund by items. What is for no line is given back with the first of them.

    A line's amount holds its tax; where prices do not, Amazon wants both apart.
    """
    currency = request.amount.currency
    apart = not prices_include_tax(order, currency)
    goods = {
        item: {"Principal": amount - tax, "Tax": tax} if apart and tax else {"Principal": amount}
        for item, _, amount, tax in request.lines
    }
    units = {item: count for item, count, _, _ in request.lines}
    said = Money.sum((amount for _, _, amount, _ in request.lines), currency) + (request.shipping or request.amount * 0)
    first = next(iter(goods), order.order_items[0].order_item_id)
    if request.shipping:
        goods.setdefault(first, {})["Shipping"] = request.shipping
    if rest := request.amount - said:
        parts = goods.setdefault(first, {})
        parts["Principal"] = parts.get("Principal", Money.zero(currency)) + rest
    return [Adjusted(item=item, quantity=units.get(item, 0), components=parts) for item, parts in goods.items()]


def _name(ctx: Ctx) -> str:
    """Our name of the refund at Amazon, always the same for one key."""
    return hashlib.sha256(ctx.key.encode()).hexdigest()[:12]


def _has_left(order: Order, request: RefundOrder) -> bool:
    named = {item for item, _, _, _ in request.lines}
    return any(
        item.fulfillment is not None and item.fulfillment.quantity_fulfilled
        for item in order.order_items
        if not named or item.order_item_id in named
    )


def _with_the_cancellation(ctx: Ctx, order: Order, request: RefundOrder) -> Receipt:
    over = order.fulfillment is not None and order.fulfillment.fulfillment_status == "CANCELLED"
    if not request.lines and not over:
        said = "Amazon gives nothing back on an order that has not left. Refund it after the shipment, or cancel it."
        raise Rejected("NOT_SHIPPED", said)
    said = "Amazon takes no money for what was cancelled before it left."
    return Receipt(external_id=_name(ctx), at=ctx.now(), message=said)
