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


def pack(session: Session, work_id: int, packages: Sequence[Packed]) -> int:
    """Pack units of one fulfillment order into one shipment; its id. What was not counted as picked now is.

    Raises IllegalState for work that may not be done or has nothing left to pack, Invalid for packages that do not fit.
    """
    if not packages:
        raise Invalid("Name at least one package.", path=("packages",))
    work = workable(session, work_id)
    contents = [_contents(work, package, ("packages", str(index))) for index, package in enumerate(packages)]
    weights = _weights(session, work)
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
        _put_in(session, shipment, position, package, units, weights)
    begin(work)
    session.flush()
    name = ids.encode("ship", shipment.id)
    said = f"{sum(sum(units.values()) for units in contents)} units were packed into {len(packages)} packages."
    outbox.record(session, "shipment.packed", name, said, order_id=order.order_id)
    print_later(session, shipment.id)
    statuses.refresh(session, [order.order_id])
    return shipment.id


def _contents(work: Work, package: Packed, path: tuple[str, ...]) -> dict[FulfillmentLine, int]:
    """Take the units into the package, on the lines."""
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
    for line, quantity in units.items():
        line.packed += quantity
        line.picked = max(line.picked, line.shipped + line.packed)
    return units


def _put_in(
    session: Session,
    shipment: Shipment,
    position: int,
    packed: Packed,
    units: Mapping[FulfillmentLine, int],
    weights: Mapping[int, int | None],
) -> None:
    known = [weights.get(line.item_id) for line in units]
    expected = sum((weights[line.item_id] or 0) * quantity for line, quantity in units.items()) if all(known) else None
    package = Package(
        shipment_id=shipment.id,
        position=position,
        kind=packed.kind,
        weight_grams=packed.weight_grams,
        expected_weight_grams=expected,
        length_mm=packed.length_mm,
        width_mm=packed.width_mm,
        height_mm=packed.height_mm,
    )
    session.add(package)
    session.flush()
    for line, quantity in units.items():
        session.add(
            ShipmentLine(
                shipment_id=shipment.id,
                package_id=package.id,
                order_line_id=line.order_line_id,
                item_id=line.item_id,
                sku=line.sku,
                quantity=quantity,
            )
        )


def _weights(session: Session, work: Work) -> dict[int, int | None]:
    items = {line.item_id for line in work.lines}
    rows = session.execute(select(Item.id, Item.weight_grams).where(Item.id.in_(items)))
    return {row.id: row.weight_grams for row in rows}
