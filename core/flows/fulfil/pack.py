"""Putting units into packages: a shipment that has not left yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.catalog.models import Item
from core.errors import IllegalState, Invalid
from core.flows import statuses
from core.flows.fulfil.pick import begin, workable
from core.flows.packing_slip import print_later
from core.fulfillment import queries
from core.fulfillment.models import FulfillmentLine
from core.fulfillment.queries import Work
from core.fulfillment.service import substitutes_among
from core.origin import Origin
from core.shipments.models import Package, PackageKind, Shipment, ShipmentLine, ShipmentStatus

_HEAVIEST = 10_000_000
"""Grams: ten tonnes. More is a slip of the keyboard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """One package: grams, millimetres, and units by order line. `lines` None: all that is in no package yet."""

    weight_grams: int
    kind: PackageKind = PackageKind.PARCEL
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    lines: Mapping[int, int] | None = None


_Contents = dict[tuple[FulfillmentLine, int], int]
"""Units of each line in a package, by the item that they are: the one ordered, or its substitute."""


def pack(session: Session, work_id: int, packages: Sequence[Packed]) -> int:
    """Pack units of one fulfillment order into one shipment; its id. What was not counted as picked now is.

    Raises IllegalState for work that may not be done or has nothing left to pack, Invalid for packages that do not fit.
    """
    if not packages:
        raise Invalid("Name at least one package.", path=("packages",))
    work = workable(session, work_id)
    contents = [_contents(work, package, ("packages", str(index))) for index, package in enumerate(packages)]
    items = _items(session, work)
    order = work.order
    shipment = Shipment(
        order_id=order.order_id,
        fulfillment_order_id=order.id,
        location_id=order.location_id,
        origin=Origin.HUB,
        status=ShipmentStatus.PACKED,
        created_at=clock.now(),
    )
    session.add(shipment)
    session.flush()
    for position, (package, units) in enumerate(zip(packages, contents, strict=True), start=1):
        _put_in(session, shipment, position, package, units, items)
    begin(work)
    session.flush()
    name = ids.encode("ship", shipment.id)
    packed = sum(sum(units.values()) for units in contents)
    said = f"{packed} units were packed into {len(packages)} packages."
    outbox.record(session, "shipment.packed", name, said, order_id=order.order_id)
    print_later(session, shipment.id)
    statuses.refresh(session, [order.order_id])
    return shipment.id


def _contents(work: Work, package: Packed, path: tuple[str, ...]) -> _Contents:
    """Take the units into the package, on the lines; which of them are substitutes."""
    if not 0 < package.weight_grams <= _HEAVIEST:
        raise Invalid(f"A package cannot weigh {package.weight_grams} g.", path=(*path, "weightGrams"))
    for name in ("length_mm", "width_mm", "height_mm"):
        side = getattr(package, name)
        if side is not None and side <= 0:
            raise Invalid(f"A side of {side} mm is impossible.", path=path)
    units: dict[FulfillmentLine, int] = {}
    if package.lines is None:
        units = {line: queries.unpacked(line) for line in work.lines if queries.unpacked(line)}
    for line_id, quantity in (package.lines or {}).items():
        line = work.line_of(line_id)
        if not 0 < quantity <= queries.unpacked(line):
            possible = queries.unpacked(line)
            raise Invalid(f"{line.sku}: {possible} are left to pack, not {quantity}.", path=(*path, "lines"))
        units[line] = quantity
    if not units:
        raise IllegalState(f"ful_{work.order.id} has nothing left to pack.", path=path)
    return _inside(units)


def _inside(units: Mapping[FulfillmentLine, int]) -> _Contents:
    inside: _Contents = {}
    for line, quantity in units.items():
        instead = substitutes_among(line, quantity)
        if quantity > instead:
            inside[line, line.item_id] = quantity - instead
        if instead and line.substitute_item_id is not None:
            inside[line, line.substitute_item_id] = instead
        line.substituted -= instead
        line.packed += quantity
        line.picked = max(line.picked, line.shipped + line.packed)
    return inside


def _put_in(
    session: Session,
    shipment: Shipment,
    position: int,
    packed: Packed,
    units: _Contents,
    items: Mapping[int, Item],
) -> None:
    weights = [(items[item_id].weight_grams or 0) * quantity for (_, item_id), quantity in units.items()]
    package = Package(
        shipment_id=shipment.id,
        position=position,
        kind=packed.kind,
        weight_grams=packed.weight_grams,
        expected_weight_grams=sum(weights) if all(weights) else None,
        length_mm=packed.length_mm,
        width_mm=packed.width_mm,
        height_mm=packed.height_mm,
    )
    session.add(package)
    session.flush()
    for (line, item_id), quantity in units.items():
        session.add(
            ShipmentLine(
                shipment_id=shipment.id,
                package_id=package.id,
                order_line_id=line.order_line_id,
                item_id=item_id,
                sku=line.sku if item_id == line.item_id else items[item_id].sku,
                quantity=quantity,
            )
        )


def _items(session: Session, work: Work) -> dict[int, Item]:
    """What may be in the packages: what was ordered, and what may be sent instead."""
    wanted = {item_id for line in work.lines for item_id in (line.item_id, line.substitute_item_id) if item_id}
    return {item.id: item for item in session.scalars(select(Item).where(Item.id.in_(wanted)))}
