"""Shipments that somebody else made: the shop itself, a supplier, a person without our label. Facts, never refused.

Set-based: an import's twenty thousand shipments take the same statements as one. The caller has locked the orders, or
made them, and refreshes their statuses last.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.catalog.models import Item
from core.db import insert_rows, next_ids
from core.flows import book
from core.flows.ship import correction, duplicates, known, stock_taken
from core.flows.ship.share import Share, share_out
from core.orders.lines import Shift, shift
from core.origin import Origin
from core.shipments.models import Package, Shipment, ShipmentLine, ShipmentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentFact:
    """What left, by somebody's word. `lines` is (order line id, units); None is all that has not shipped.

    A bundle's line means its components. `location_id` None: from no place that we keep stock of.
    `external_id` is the other side's name for it: the same one is recorded once.
    `fulfillment_order_id`: the work that it was made for; None takes units from whatever work the order has.
    `substitutes`: by order line, how many of its units are told to be the substitute; else those ordered leave first.
    """

    order_id: int
    shipped_at: datetime
    origin: Origin
    lines: Sequence[tuple[int, int]] | None = None
    location_id: int | None = None
    fulfillment_order_id: int | None = None
    substitutes: Mapping[int, int] = field(default_factory=dict)
    external_id: str | None = None
    carrier: str | None = None
    service: str | None = None
    tracking_number: str | None = None
    cost_minor: int | None = None
    cost_currency: str | None = None


_SHIPMENT = [
    Shipment.id,
    Shipment.order_id,
    Shipment.fulfillment_order_id,
    Shipment.location_id,
    Shipment.origin,
    Shipment.external_id,
    Shipment.status,
    Shipment.carrier,
    Shipment.service,
    Shipment.tracking_number,
    Shipment.cost_minor,
    Shipment.cost_currency,
    Shipment.shipped_at,
    Shipment.created_at,
]
_PACKAGE = [Package.id, Package.shipment_id, Package.tracking_number]
_LINE = [
    ShipmentLine.shipment_id,
    ShipmentLine.package_id,
    ShipmentLine.order_line_id,
    ShipmentLine.item_id,
    ShipmentLine.sku,
    ShipmentLine.quantity,
    ShipmentLine.cost_minor,
    ShipmentLine.cost_currency,
]


def record(session: Session, facts: Sequence[ShipmentFact], *, counted: bool = False) -> list[int | None]:
    """Write shipments that have left; their ids, in the order of the facts.

    Units are taken from the order's work first: what was reserved for it is consumed and that work stops. Then from
    what is open or waits for stock. What was known already gives the id that it has; what is more than the order has
    left opens a case about a duplicate shipment and is no shipment (None where nothing else is in it).

    counted: the orders are new and their lines were written as shipped, so that none is written twice.
    """
    seen, again = known.find(session, facts), known.first_of_each(facts)
    correction.follow(session, facts, seen)
    fresh = [index for index in range(len(facts)) if index not in seen and index not in again]
    shares = share_out(session, [facts[index] for index in fresh], counted=counted)
    shipped = [(index, share) for index, share in zip(fresh, shares, strict=True) if share.units]
    numbers = next_ids(session, Shipment, len(shipped))
    packages = next_ids(session, Package, len(shipped))
    parts = zip(shipped, numbers, packages, strict=True)
    _write(session, [(number, package, facts[index], share) for (index, share), number, package in parts], counted)
    _tell(session, [(number, facts[index]) for (index, _), number in zip(shipped, numbers, strict=True)])
    duplicates.open_cases(session, [(facts[index], share) for index, share in zip(fresh, shares, strict=True)])
    made = {index: number for (index, _), number in zip(shipped, numbers, strict=True)}
    ids_of = {**made, **seen}
    return [ids_of.get(again.get(index, index)) for index in range(len(facts))]


def _write(session: Session, made: Sequence[tuple[int, int, ShipmentFact, Share]], counted: bool) -> None:  # noqa: FBT001  # passed on
    if not made:
        return
    now = clock.now()
    skus = _skus(session, {item_id for *_, share in made for item_id, _ in share.instead.values()})
    insert_rows(session, Shipment, _SHIPMENT, (_row(number, fact, share, now) for number, _, fact, share in made))
    insert_rows(
        session, Package, _PACKAGE, ((package, number, fact.tracking_number) for number, package, fact, _ in made)
    )
    if not counted:
        moves = [(line, bucket, units) for *_, share in made for line, bucket, units in share.shifts]
        shift(session, [Shift(line, bucket, "shipped", units) for line, bucket, units in moves])
    stock_taken.take(session, [(number, fact, share) for number, _, fact, share in made])
    lines = [row for number, package, _, share in made for row in _lines(number, package, share, skus)]
    told = [book.Leaving(number, order_line, item, units) for number, _, order_line, item, _, units in lines]
    costs = book.leaving(session, told)
    insert_rows(session, ShipmentLine, _LINE, [row + cost for row, cost in zip(lines, costs, strict=True)])


def _row(number: int, fact: ShipmentFact, share: Share, now: datetime) -> tuple[Any, ...]:
    return (
        number,
        fact.order_id,
        fact.fulfillment_order_id,
        share.location_id,
        fact.origin,
        fact.external_id,
        ShipmentStatus.HANDED_OVER,
        fact.carrier,
        fact.service,
        fact.tracking_number,
        fact.cost_minor,
        fact.cost_currency,
        fact.shipped_at,
        now,
    )


def _lines(number: int, package: int, share: Share, skus: Mapping[int, str]) -> Iterator[tuple[Any, ...]]:
    """What was sent, by what it is: units of a line that left as another item are a line of their own."""
    for line, units in share.units.items():
        item_id, instead = share.instead.get(line, (0, 0))
        if units > instead:
            yield (number, package, line.id, line.item_id, line.sku, units - instead)
        if instead:
            yield (number, package, line.id, item_id, skus[item_id], instead)


def _skus(session: Session, item_ids: Collection[int]) -> dict[int, str]:
    if not item_ids:
        return {}
    return {row.id: row.sku for row in session.execute(select(Item.id, Item.sku).where(Item.id.in_(item_ids)))}


def _tell(session: Session, made: Iterable[tuple[int, ShipmentFact]]) -> None:
    for number, fact in made:
        by = f" with {fact.carrier} {fact.tracking_number or ''}".rstrip() if fact.carrier else ""
        outbox.record(
            session,
            "shipment.handed_over",
            ids.encode("ship", number),
            f"Shipment ship_{number} left{by}, by word of {_WORDS[fact.origin]}.",
            order_id=fact.order_id,
            occurred_at=fact.shipped_at,
        )


_WORDS: Mapping[Origin, str] = defaultdict(
    lambda: "another system",
    {Origin.CHANNEL: "the channel", Origin.SUPPLIER: "the supplier", Origin.PERSON: "a person", Origin.HUB: "the hub"},
)
