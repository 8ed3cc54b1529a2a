"""Orders of other channels with Amazon (Multi-Channel Fulfillment): what it would take, handing over, taking back."""

from crossdock import Quote, QuoteRequest, Rejected, Submission, SupplierOrder
from plugins.amazon.client import Ctx, ask, held, listed, must_hold
from plugins.amazon.mapping.outbound import body_of, displayed, name_of, shipped_units, speed_of
from plugins.amazon.mapping.previews import preview_body, quotes_of
from plugins.amazon.operations import CANCEL_OUTBOUND, CREATE_OUTBOUND, GET_OUTBOUND, PREVIEW_OUTBOUND
from plugins.amazon.wire.base import read
from plugins.amazon.wire.outbound import OutboundOrder, Preview

_CANCELLED = "cancelled"
_UNKNOWN = {"NotFound", "ResourceNotFound", "InvalidInput", "404"}
"""How Amazon says that there is no order of a name; a name of ours is never malformed."""
_OFF = "Amazon ships nothing for other channels here. Set multi_channel to have it do so."


def submit(ctx: Ctx, order: SupplierOrder) -> Submission:
    """Amazon takes a name once: where it refuses, the order may be there already. Whether it ships is told as news."""
    if not ctx.settings.multi_channel:
        raise Rejected("MULTI_CHANNEL_OFF", _OFF)
    body = body_of(order, ctx.settings, ctx.now())
    try:
        ask(ctx, CREATE_OUTBOUND, body=body)
    except Rejected:
        known = find(ctx, order)
        if known is None:
            raise
        return known
    return Submission(external_id=_name(order), at=ctx.now())


def quote(ctx: Ctx, request: QuoteRequest) -> list[Quote]:
    """Amazon's preview, which sets nothing aside; nothing where Amazon ships its own orders alone."""
    if not ctx.settings.multi_channel:
        return []
    try:
        body = preview_body(request, ctx.settings)
    except Rejected as error:
        return [Quote(service=speed_of(request.shipping_method, ctx.settings), refused=error.message)]
    said = ask(ctx, PREVIEW_OUTBOUND, body=body)
    must_hold(said, "payload")
    previews = listed(held(said, "payload"), "fulfillmentPreviews")
    return quotes_of([read(Preview, each, "The preview") for each in previews], request, ctx.settings)


def find(ctx: Ctx, order: SupplierOrder) -> Submission | None:
    said = _known(ctx, _name(order))
    return Submission(external_id=said.order.name, at=said.order.received) if said is not None else None


def request_cancel(ctx: Ctx, order: SupplierOrder) -> Submission:
    """Amazon cancels an order whole, and only until it begins to pick. Raises Rejected otherwise."""
    said = fetched(ctx, _name(order))
    if said.order.status == _CANCELLED:
        return _given_back(ctx, order, accepted=True)
    wanted, sent = {line.line: line.quantity for line in order.lines}, shipped_units(said)
    for each in said.items:
        if each.quantity - each.cancelled_quantity - sent.get(each.item, 0) > wanted.get(each.item, 0):
            raise Rejected("NOT_IN_PART", "Amazon cancels an order whole or not at all, and the rest is still wanted.")
    ask(ctx, CANCEL_OUTBOUND, path={"sellerFulfillmentOrderId": _name(order)})
    return _given_back(ctx, order, accepted=fetched(ctx, _name(order)).order.status == _CANCELLED)


def find_cancel(ctx: Ctx, order: SupplierOrder) -> Submission | None:
    """Asking twice is harmless, so only what is cancelled counts as asked."""
    said = _known(ctx, _name(order))
    return _given_back(ctx, order, accepted=True) if said is not None and said.order.status == _CANCELLED else None


def fetched(ctx: Ctx, name: str) -> OutboundOrder:
    """One order as it is now. Raises Rejected where Amazon knows none, BadData."""
    said = ask(ctx, GET_OUTBOUND, path={"sellerFulfillmentOrderId": name})
    must_hold(said, "payload")
    return read(OutboundOrder, held(said, "payload"), "The fulfillment order")


def _known(ctx: Ctx, name: str) -> OutboundOrder | None:
    try:
        return fetched(ctx, name)
    except Rejected as error:
        if error.code in _UNKNOWN:
            return None
        raise


def _name(order: SupplierOrder) -> str:
    return name_of(order.reference, displayed(order))


def _given_back(ctx: Ctx, order: SupplierOrder, *, accepted: bool) -> Submission:
    return Submission(external_id=_name(order), at=ctx.now(), accepted=accepted)
