"""Available to promise: how many of an item a channel may sell, and every term of the sum.

    free at eligible locations (on hand - reserved - safety stock, each never below 0)
    - demand not yet routed
    - the channel's buffer

never below 0. Eligible are the active locations that the channel names, or all of them where it names none. Demand
counts every open and backordered unit, held or not: it is sold; but none of orders that the channel ships itself. It
counts against a channel when the channel that sold it may take from one of the same locations. A bundle may be sold as
often as its scarcest component allows; services need no stock.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.orm import Session

Asked = tuple[int, int | None]
"""(item id, channel id); None asks of all own locations, without any channel's buffer."""

UNLIMITED = 2**31 - 1
"""Of a service, or of a bundle of services, any number may be sold."""


@dataclass(frozen=True, slots=True)
class Term:
    """One part of the sum, signed, in units of the item asked for. The terms of one promise add up to it."""

    label: str
    quantity: int
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    available: int
    terms: tuple[Term, ...]


@dataclass(slots=True)
class _Place:
    on_hand: int
    reserved: int
    safety: int

    @property
    def free(self) -> int:
        return max(0, self.on_hand - self.reserved - self.safety)


@dataclass(slots=True)
class _Seller:
    """A channel, or nobody in particular: where it may take from, and what it keeps back."""

    locations: frozenset[int]
    buffer: int = 0
    selling: bool = True


@dataclass(slots=True)
class _Figures:
    """All that the sums need, read in a constant number of statements."""

    kinds: dict[int, str] = field(default_factory=dict)
    skus: dict[int, str] = field(default_factory=dict)
    parts: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    places: dict[int, dict[int, _Place]] = field(default_factory=lambda: defaultdict(dict))
    demand: dict[int, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    sellers: dict[int | None, _Seller] = field(default_factory=dict)


_ITEMS = text(
    """
    select items.id, items.sku, items.kind, part.item_id as part_id, part.quantity, part_item.sku as part_sku,
           part_item.kind as part_kind
    from items
    left join bundle_components part on part.bundle_id = items.id and items.kind = 'BUNDLE'
    left join items part_item on part_item.id = part.item_id
    where items.id = any(:items) order by items.id, part.id
    """
)

_SELLERS = text(
    """
    select channels.id, channels.buffer, channels.selling, named.locations
    from channels left join (
        select channel_id, array_agg(location_id) as locations from channel_locations group by channel_id
    ) named on named.channel_id = channels.id
    """
)

_LOCATIONS = text("select id, kind <> 'SUPPLIER' as own from locations where active")

_LEVELS = text(
    """
    select item_id, location_id, on_hand, reserved, safety from stock_levels
    where item_id = any(:items) order by item_id, location_id
    """
)

_DEMAND = text(
    """
    select line.item_id, orders.channel_id, sum(line.open + line.backordered)::int as units
    from order_lines line join orders on orders.id = line.order_id
    where line.item_id = any(:items) and line.open + line.backordered > 0 and not orders.fulfilled_by_channel
    group by line.item_id, orders.channel_id
    """
)


def promised(session: Session, asked: Iterable[Asked]) -> dict[Asked, Promise]:
    """What may be sold, for many items and channels in five statements. Unknown items and channels have no key."""
    wanted = list(dict.fromkeys(asked))
    figures = _read(session, {item for item, _ in wanted})
    return {
        (item, channel): _sum(figures, item, figures.sellers[channel])
        for item, channel in wanted
        if item in figures.kinds and channel in figures.sellers
    }


def less_listing(promise: Promise, *, buffer: int, cap: int | None) -> Promise:
    """What one listing of the item may sell: less its own buffer, and never more than its cap."""
    left, terms = promise.available, list(promise.terms)
    kept = min(left, buffer)
    if kept:
        terms.append(Term("Listing buffer", -kept))
    left -= kept
    if cap is not None and left > cap:
        terms.append(Term("Above the listing's cap", cap - left))
        left = cap
    return Promise(left, tuple(terms))


def _sum(figures: _Figures, item: int, seller: _Seller) -> Promise:
    kind = figures.kinds[item]
    if kind == "SERVICE":
        return Promise(UNLIMITED, (Term("A service needs no stock", UNLIMITED),))
    promise = _of_bundle(figures, item, seller) if kind == "BUNDLE" else _of_item(figures, item, seller)
    if seller.selling or not promise.available:
        return promise
    return Promise(0, (*promise.terms, Term("The channel is not selling", -promise.available)))


def _of_item(figures: _Figures, item: int, seller: _Seller) -> Promise:
    terms: list[Term] = []
    for location, level in figures.places[item].items():
        if location not in seller.locations:
            continue
        parts = (("On hand", level.on_hand), ("Reserved", -level.reserved), ("Safety stock", -level.safety))
        terms += [Term(label, quantity, location) for label, quantity in parts if quantity]
        short = level.free - (level.on_hand - level.reserved - level.safety)
        if short:
            terms.append(Term("Never below zero here", short, location))
    for channel, units in figures.demand[item].items():
        if units and not seller.locations.isdisjoint(figures.sellers[channel].locations):
            terms.append(Term("Sold and not yet routed", -units))
    if seller.buffer:
        terms.append(Term("Channel buffer", -seller.buffer))
    left = sum(term.quantity for term in terms)
    if left < 0:
        terms.append(Term("Never below zero", -left))
    return Promise(max(0, left), tuple(terms))


def _of_bundle(figures: _Figures, bundle: int, seller: _Seller) -> Promise:
    """The first term is what the scarcest component allows; the others say how far theirs would go."""
    whole = [
        (_of_item(figures, part, seller).available // each, part, each)
        for part, each in figures.parts[bundle]
        if figures.kinds[part] != "SERVICE"
    ]
    if not figures.parts[bundle]:
        return Promise(0, (Term("A bundle without components", 0),))
    if not whole:
        return Promise(UNLIMITED, (Term("Services need no stock", UNLIMITED),))
    scarcest = min(whole)
    terms = [Term(f"Enough {figures.skus[scarcest[1]]}, {scarcest[2]} in each", scarcest[0])]
    for enough, part, each in whole:
        if part != scarcest[1]:
            terms.append(Term(f"{figures.skus[part]}, {each} in each, would be enough for {enough}", 0))
    return Promise(scarcest[0], tuple(terms))


def _read(session: Session, items: Collection[int]) -> _Figures:
    session.flush()
    figures = _Figures()
    for row in session.execute(_ITEMS, {"items": list(items)}):
        figures.kinds[row.id], figures.skus[row.id] = row.kind, row.sku
        if row.part_id is not None:
            figures.parts[row.id].append((row.part_id, row.quantity))
            figures.kinds[row.part_id], figures.skus[row.part_id] = row.part_kind, row.part_sku
    active = {row.id: row.own for row in session.execute(_LOCATIONS)}
    figures.sellers[None] = _Seller(frozenset(location for location, own in active.items() if own))
    for row in session.execute(_SELLERS):
        locations = frozenset(row.locations) & active.keys() if row.locations else frozenset(active)
        figures.sellers[row.id] = _Seller(frozenset(locations), row.buffer, row.selling)
    stocked = {"items": [item for item, kind in figures.kinds.items() if kind == "SIMPLE"]}
    for row in session.execute(_LEVELS, stocked):
        if row.location_id in active:
            figures.places[row.item_id][row.location_id] = _Place(row.on_hand, row.reserved, row.safety)
    for row in session.execute(_DEMAND, stocked):
        figures.demand[row.item_id][row.channel_id] = row.units
    return figures
