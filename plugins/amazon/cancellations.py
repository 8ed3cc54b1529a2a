"""Cancelling at Amazon, by feed, and answering buyers who asked for it."""

from dataclasses import replace

from crossdock import CancelOrder, Pending, Receipt, Rejected
from plugins.amazon import envelopes, feeds
from plugins.amazon.client import Ctx
from plugins.amazon.orders import parsed, whole_items
from plugins.amazon.wire.orders import Order, OrderItem

_ALL = 1_000_000
"""Units: as many as there are left."""


def cancel(ctx: Ctx, request: CancelOrder) -> Receipt:
    """Submit the feed that cancels, and raise Pending until it is done; a receipt at once where it is cancelled.

    Raises Rejected where all of it has left.
    """
    order = parsed(ctx, request.order_external_id)
    if _is_cancelled(order, request):
        return _already(ctx, order)
    wanted = dict(whole_items(order, None if request.lines is None else dict(request.lines)))
    left = dict(whole_items(order, None))
    if not wanted.keys() & left.keys():
        raise Rejected("ALREADY_SHIPPED", "What is to be cancelled has left already by Amazon's word.")
    seller = ctx.settings.seller_id
    if not any(_sent(item) for item in order.order_items) and all(wanted.get(item, 0) >= left[item] for item in left):
        items = [item.order_item_id for item in order.order_items]
        content = envelopes.whole_cancellation(seller, order.order_id, items, request.reason)
        feed = feeds.submit(ctx, envelopes.ACKNOWLEDGEMENT, content, envelopes.CONTENT_TYPE)
    else:
        lines = [(item, min(units, left[item])) for item, units in wanted.items() if left.get(item)]
        content = envelopes.partial_cancellation(seller, order.order_id, lines, request.reason)
        feed = feeds.submit(ctx, envelopes.ADJUSTMENT, content, envelopes.CONTENT_TYPE)
    raise Pending("Amazon works through the cancellation.", feed, feeds.AGAIN)


def find_cancel(ctx: Ctx, request: CancelOrder) -> Receipt | None:
    """How the feed ended. Where no feed is known of, the order says whether it is cancelled.

    All of it may be cancelled twice without harm. Some units may not: of those it must be sure that no feed was taken.
    """
    since = feeds.tried_at(ctx)
    if since is None:
        assert ctx.handle is not None
        envelopes.judge(feeds.result(ctx, ctx.handle))
        return Receipt(external_id=request.order_external_id, at=ctx.now())
    order = parsed(ctx, request.order_external_id)
    if _is_cancelled(order, request):
        return _already(ctx, order)
    if request.lines is not None:
        feeds.never_taken(ctx, envelopes.ADJUSTMENT, since)
    return None


def answer(ctx: Ctx, request: CancelOrder, *, accepted: bool) -> Receipt:
    """Yes is the cancellation. For no Amazon has no word but the shipment: nothing is told."""
    if not accepted:
        said = "Amazon takes no refusal: it learns of it when the shipment is confirmed."
        return Receipt(external_id=request.request_external_id or request.order_external_id, at=ctx.now(), message=said)
    return cancel(ctx, _asked_for(request))


def find_answer(ctx: Ctx, request: CancelOrder) -> Receipt | None:
    return find_cancel(ctx, _asked_for(request))


def _asked_for(request: CancelOrder) -> CancelOrder:
    """The items that the buyer wants cancelled: the request's own name says them, after the order's."""
    _, *items = (request.request_external_id or "").split("/")
    return replace(request, lines=tuple((item, _ALL) for item in items)) if items else request


def _is_cancelled(order: Order, request: CancelOrder) -> bool:
    """Whether nothing of what is wanted is open any more."""
    if order.fulfillment is not None and order.fulfillment.fulfillment_status == "CANCELLED":
        return True
    wanted = None if request.lines is None else {name for name, _ in request.lines}
    items = [item for item in order.order_items if wanted is None or item.order_item_id in wanted]
    return bool(items) and all(_item_is_cancelled(item) for item in items)


def _item_is_cancelled(item: OrderItem) -> bool:
    return item.cancellation is not None and item.cancellation.cancellation_execution is not None


def _sent(item: OrderItem) -> int:
    return item.fulfillment.quantity_fulfilled or 0 if item.fulfillment is not None else 0


def _already(ctx: Ctx, order: Order) -> Receipt:
    return Receipt(external_id=order.order_id, at=ctx.now(), message="It is cancelled at Amazon.")
