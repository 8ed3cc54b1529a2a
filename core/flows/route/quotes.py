"""What a supplier says of an order, beside what the hub knows of the supplier's location. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

import crossdock
from core import ids
from core.flows.route.facts import Facts, Location, Order


@dataclass(frozen=True, slots=True)
class Quoted:
    """The answer of whoever ships from a location. `unheard`: in a sentence, why there is none."""

    request: crossdock.QuoteRequest
    quotes: tuple[crossdock.Quote, ...] = ()
    unheard: str = ""


Quotes = Mapping[tuple[int, int], Quoted]
"""By (order id, location id); where nobody was to be asked there is nothing."""


def request_of(order: Order, location: Location, facts: Facts) -> crossdock.QuoteRequest | None:
    """What the location could be asked to ship of it; None where it has nothing, or nobody knows where to."""
    if order.shipping_address is None:
        return None
    left = {line.item_id: facts.available.get((line.item_id, location.id), 0) for line in order.lines}
    lines = []
    for line in order.lines:
        units = min(line.wanted, left[line.item_id])
        if units <= 0 or (line.item_id, location.id) in order.refused:
            continue
        left[line.item_id] -= units
        offer = facts.offers.get((line.item_id, location.id))
        name = offer.supplier_sku if offer is not None else None
        lines.append(
            crossdock.SupplierLine(line=ids.encode("orl", line.id), sku=line.sku, quantity=units, supplier_sku=name)
        )
    if not lines:
        return None
    return crossdock.QuoteRequest(
        location=location.code,
        ship_to=crossdock.Address(**order.shipping_address),
        lines=tuple(lines),
        shipping_method=order.shipping_method,
    )


def applied(
    candidate: crossdock.Candidate, quoted: Quoted, *, order: Order, location: Location, at: datetime
) -> crossdock.Candidate:
    """The candidate as the first quote has it: price, days, and what would not come along."""
    if not quoted.quotes:
        return replace(candidate, remarks=(*candidate.remarks, quoted.unheard))
    first, *others = quoted.quotes
    said = _said(quoted.quotes, location)
    if first.refused:
        refused = f"It cannot ship this at {first.service}: {first.refused}"
        return replace(candidate, excluded=(*candidate.excluded, refused), remarks=tuple(_said(others, location)))
    lacking = _lacking(first, quoted.request, order)
    leaves, arrives = _day(first.leaves_at, location), _day(first.arrives_at, location)
    today = location.calendar.day_of(at)
    return replace(
        candidate,
        cost=first.cost if first.cost is not None and first.cost.currency == order.channel_currency else None,
        eta_days=None if arrives is None else Decimal(max(0, (arrives - today).days)),
        ship_on=leaves or candidate.ship_on,
        available={
            item: min(units, lacking[item].there) if item in lacking else units
            for item, units in candidate.available.items()
        },
        excluded_items={
            **{item: each.words for item, each in lacking.items() if each.there == 0},
            **candidate.excluded_items,
        },
        remarks=(*candidate.remarks, *said, *(each.words for each in lacking.values() if each.there > 0)),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """What would come of an item. `there`: units."""

    there: int
    words: str


def _lacking(quote: crossdock.Quote, request: crossdock.QuoteRequest, order: Order) -> dict[str, _Part]:
    """Items of which some would not be shipped, by item. Nothing is believed of lines that were not asked about."""
    items = {ids.encode("orl", line.id): line.item for line in order.lines}
    asked = {line.line: line.quantity for line in request.lines}
    parts = dict[str, _Part]()
    for each in quote.lacking:
        if each.quantity <= 0 or each.line not in asked:
            continue
        item = items[each.line]
        before = parts.get(item)
        all_of_it = sum(units for line, units in asked.items() if items[line] == item)
        there = max(0, (before.there if before is not None else all_of_it) - each.quantity)
        why = f": {each.reason}" if each.reason else "."
        parts[item] = _Part(there, f"It would ship {there} of {all_of_it} {item}{why}")
    return parts


def _said(quotes: Sequence[crossdock.Quote], location: Location) -> Iterator[str]:
    """For people, quote by quote."""
    for quote in quotes:
        if quote.refused:
            continue
        leaves, arrives = _day(quote.leaves_at, location), _day(quote.arrives_at, location)
        facts = [
            "at a price that it does not say" if quote.cost is None else f"for {quote.cost}",
            "" if leaves is None else f"leaving on {leaves}",
            "" if arrives is None else f"arriving by {arrives}",
        ]
        yield f"It offers {quote.service} {', '.join(filter(None, facts))}."


def _day(moment: datetime | None, location: Location) -> date | None:
    return None if moment is None else location.calendar.day_of(moment)


__all__ = ["Quoted", "Quotes", "applied", "request_of"]
