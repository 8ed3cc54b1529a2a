"""What Amazon would take for shipping an order of another channel, by speed. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from crossdock import Lacking, Money, Quote, QuoteRequest
from plugins.amazon.mapping.outbound import destination, items_of, speed_of
from plugins.amazon.settings import SPEEDS, AmazonSettings
from plugins.amazon.wire.outbound import Fee, Preview

_NO_REASON = "Amazon gives no reason."


def preview_body(request: QuoteRequest, settings: AmazonSettings) -> dict[str, Any]:
    """Asks about every speed. Raises Rejected for what Amazon cannot take."""
    return {
        "marketplaceId": settings.marketplace_ids[0],
        "address": destination(request.ship_to),
        "items": items_of(request.lines),
        "shippingSpeedCategories": list(SPEEDS),
    }


def quotes_of(previews: Sequence[Preview], request: QuoteRequest, settings: AmazonSettings) -> list[Quote]:
    """One for each speed, that of the order first. What is paid on delivery is none of ours: it was paid."""
    by_speed = {each.speed: _quote(each, request) for each in reversed(previews)}
    ours = speed_of(request.shipping_method, settings)
    missing = Quote(service=ours, refused="Amazon does not offer this speed there.")
    return [by_speed.pop(ours, missing), *(by_speed[speed] for speed in SPEEDS if speed in by_speed)]


def _quote(said: Preview, request: QuoteRequest) -> Quote:
    parcels = said.shipments or ()
    if said.reasons or not any(item.quantity for parcel in parcels for item in parcel.items):
        return Quote(service=said.speed, refused=_why(said))
    leaves = [each.latest_ship_date for each in parcels]
    arrives = [each.latest_arrival_date for each in parcels]
    return Quote(
        service=said.speed,
        cost=_total(said.fees or ()),
        leaves_at=None if None in leaves else max(filter(None, leaves)),
        arrives_at=None if None in arrives else max(filter(None, arrives)),
        lacking=tuple(_lacking(said, request)),
    )


def _lacking(said: Preview, request: QuoteRequest) -> Iterator[Lacking]:
    """What is in no parcel, whether Amazon names it or not."""
    named = {each.item: ", ".join(each.reasons or ()) for each in said.unfulfillable or ()}
    comes = dict[str, int]()
    for parcel in said.shipments or ():
        for item in parcel.items:
            comes[item.item] = comes.get(item.item, 0) + item.quantity
    for line in request.lines:
        if comes.get(line.line, 0) < line.quantity:
            reason = named.get(line.line) or _NO_REASON
            yield Lacking(line=line.line, quantity=line.quantity - comes.get(line.line, 0), reason=reason)


def _why(said: Preview) -> str:
    reasons = [*(said.reasons or ()), *(why for each in said.unfulfillable or () for why in each.reasons or ())]
    return ", ".join(dict.fromkeys(reasons)) or _NO_REASON


def _total(fees: Sequence[Fee]) -> Money | None:
    """All fees together; None where Amazon tells of none, or of several currencies."""
    amounts = [fee.amount.money for fee in fees]
    currencies = {amount.currency for amount in amounts}
    return Money.sum(amounts, currencies.pop()) if len(currencies) == 1 else None
