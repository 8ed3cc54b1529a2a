"""Moving stock for shipments by somebody else. The goods have left, whatever our figures say."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import ids
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.flows import book
from core.flows.ship.counted import Gone, counted_without
from core.flows.ship.share import Share
from core.stock import service as stock
from core.stock.models import MovementReason
from core.stock.service import Movement, Place

if TYPE_CHECKING:
    from core.flows.ship.record import ShipmentFact

_FREE = text(
    """
    select level.item_id, level.location_id, level.on_hand - level.reserved as free
    from stock_levels level
    join unnest(cast(:items as bigint[]), cast(:locations as bigint[])) as asked(item_id, location_id)
        using (item_id, location_id)
    where level.owned
    order by level.item_id, level.location_id
    for update of level
    """
)
_PROMISED = text(
    "select fulfillment_line_id, item_id, location_id from reservations where fulfillment_line_id = any(:lines)"
)
_OWN = text("select id from locations where id = any(:locations) and kind <> 'SUPPLIER'")


def take(session: Session, made: "Sequence[tuple[int, ShipmentFact, Share]]") -> None:
    """Consume what was reserved; take the rest from the shelf, one movement for each shipment and item."""
    reserved: dict[int, int] = {}
    references: dict[int, tuple[str, datetime]] = {}
    for number, fact, share in made:
        for line_id, units in share.reserved.items():
            reserved[line_id] = reserved.get(line_id, 0) + units
            references[line_id] = (ids.encode("ship", number), fact.shipped_at)
    movements = [movement for number, fact, share in made for movement in _from_shelf(number, fact, share)]
    counted = counted_without(session, [*_promised(session, reserved, references), *_free(movements)])
    stock.move(session, counted)
    for line_id, units in reserved.items():
        reference, at = references[line_id]
        stock.consume(session, {line_id: units}, reference=reference, occurred_at=at)
    found = _found(session, movements)
    stock.move(session, [*found, *movements])
    book.stock_value(session, [*counted, *found])


def _promised(
    session: Session, reserved: Mapping[int, int], references: Mapping[int, tuple[str, datetime]]
) -> Iterator[Gone]:
    if not reserved:
        return
    for line_id, item_id, location_id in session.execute(_PROMISED, {"lines": list(reserved)}):
        reference, at = references[line_id]
        yield Gone(
            item_id=item_id,
            location_id=location_id,
            units=reserved[line_id],
            at=at,
            reserved=True,
            reference=reference,
        )


def _free(movements: Iterable[Movement]) -> Iterator[Gone]:
    for movement in movements:
        assert movement.occurred_at is not None
        yield Gone(
            item_id=movement.item_id,
            location_id=movement.location_id,
            units=-movement.on_hand,
            at=movement.occurred_at,
            reserved=False,
            reference=movement.reference or "",
        )


def _from_shelf(number: int, fact: "ShipmentFact", share: Share) -> Iterable[Movement]:
    units: dict[Place, int] = {}
    for place, (item_id, quantity) in [
        *((fact.location_id, each) for each in share.free),
        *((share.location_id, each) for each in share.instead.values()),
    ]:
        if place is not None:
            units[item_id, place] = units.get((item_id, place), 0) + quantity
    for (item_id, location_id), quantity in units.items():
        yield Movement(
            item_id=item_id,
            location_id=location_id,
            reason=MovementReason.SHIP,
            on_hand=-quantity,
            reference=ids.encode("ship", number),
            occurred_at=fact.shipped_at,
        )


def _found(session: Session, movements: Sequence[Movement]) -> list[Movement]:
    """Units that left though our books had none free: put there first, and somebody is asked to count."""
    if not movements:
        return []
    needed: dict[Place, int] = {}
    since: dict[Place, datetime | None] = {}
    for movement in movements:
        place = (movement.item_id, movement.location_id)
        needed[place] = needed.get(place, 0) - movement.on_hand
        since.setdefault(place, movement.occurred_at)
    locations = {location for _, location in needed}
    own = set(session.scalars(_OWN, {"locations": sorted(locations)}))
    columns = {"items": [item for item, _ in needed], "locations": [location for _, location in needed]}
    free = {(row.item_id, row.location_id): row.free for row in session.execute(_FREE, columns)}
    short = {
        place: units - free.get(place, 0)
        for place, units in sorted(needed.items())
        if place[1] in own and units > free.get(place, 0)
    }
    if short:
        _ask_for_count(session, short)
    return [
        Movement(
            item_id=item_id,
            location_id=location_id,
            reason=MovementReason.ADJUST,
            on_hand=units,
            note="It was shipped though our books had none free.",
            occurred_at=since[item_id, location_id],
        )
        for (item_id, location_id), units in short.items()
    ]


def _ask_for_count(session: Session, short: dict[Place, int]) -> None:
    names = stock.names(session, short)
    for place, units in short.items():
        sku, code = names[place]
        open_case(
            session,
            kind=CaseKind.STOCK,
            code="shipped_without_stock",
            title=f"{sku} left {code} though our books had none free",
            message=f"{units} more left than were free. They were added so that it could be booked: count the shelf.",
            subject=ids.encode("loc", place[1]),
            data={"sku": sku, "location": code, "quantity": units},
        )
