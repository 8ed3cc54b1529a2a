"""What one update of a supplier means for the work that it is about."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

import crossdock
from core import ids
from core.catalog.models import Item
from core.errors import Invalid, NotFound
from core.flows.fulfil.answer import accept, reject
from core.flows.fulfil.answer_cancel import answer as answer_cancel
from core.flows.fulfil.asked import locked_work
from core.flows.ship.record import ShipmentFact
from core.fulfillment.models import FulfillmentLine
from core.fulfillment.queries import Work
from core.integrations.models import Integration
from core.origin import Origin
from core.purchasing.models import Supplier, SupplierOffer
from crossdock import UpdateKind

_YES = {UpdateKind.ACCEPTED, UpdateKind.PARTIAL}


def work_of(update: crossdock.SupplierUpdate, known: Mapping[int, int]) -> int:
    """The fulfillment order that it names. Raises NotFound where there is none."""
    number = ids.decode(update.reference)
    if number is None or number.prefix != "ful" or number.number not in known:
        raise NotFound(
            f"There is no fulfillment order {update.reference!r}. Send the reference of the order's HEADER back."
        )
    return number.number


def answer(session: Session, work_id: int, update: crossdock.SupplierUpdate) -> bool:
    """Apply all but shipments; says whether it tells of one. Quantities of an update add to what was said before.

    Raises NotFound for a SKU that is not in the work and a substitute that is no item, Invalid for absurd quantities.
    """
    work = locked_work(session, work_id)
    work.order.external_id = update.external_id or work.order.external_id
    shipped = False
    for told in update.lines:
        if told.quantity <= 0:
            raise Invalid(f"{told.quantity} units of {told.sku} mean nothing; write a number above zero.")
        line = _line(session, work, told)
        if told.kind in _YES:
            accept(session, work_id, lines={line.order_line_id: line.accepted + told.quantity}, ship_by=update.ship_by)
        elif told.kind is UpdateKind.SHIPPED:
            shipped = True
        elif told.kind is UpdateKind.CANCEL_REFUSED or (told.kind is UpdateKind.CANCELLED and line.cancelling):
            answer_cancel(session, work_id, accepted=told.kind is UpdateKind.CANCELLED, reason=told.reason or None)
        else:
            _no(session, work_id, line, told)
    return shipped


def shipment(session: Session, update: crossdock.SupplierUpdate) -> ShipmentFact:
    """The shipment that an update tells of."""
    work = locked_work(session, ids.number_of("ful", update.reference))
    carrier = update.carrier
    known = session.scalar(select(Integration.key).where(Integration.key == carrier)) if carrier else None
    shipped = [(_line(session, work, told), told) for told in update.lines if told.kind is UpdateKind.SHIPPED]
    return ShipmentFact(
        order_id=work.order.order_id,
        shipped_at=update.at,
        origin=Origin.SUPPLIER,
        lines=[(line.order_line_id, told.quantity) for line, told in shipped],
        substitutes=_substitutes(session, work, shipped),
        location_id=work.order.location_id,
        fulfillment_order_id=work.order.id,
        external_id=update.update_id,
        carrier=known or carrier,
        service=update.service,
        tracking_number=update.tracking_number,
        cost_minor=update.cost.minor if update.cost else None,
        cost_currency=update.cost.currency if update.cost else None,
    )


def _no(session: Session, work_id: int, line: FulfillmentLine, told: crossdock.UpdatedLine) -> None:
    reason = told.reason or "The supplier gave no reason."
    if told.kind is UpdateKind.SUBSTITUTED:
        lines = {line.order_line_id: told.quantity}
        reject(session, work_id, lines=lines, reason=reason, substitute_sku=told.substitute_sku or "")
        return
    reject(session, work_id, lines={line.order_line_id: line.rejected + told.quantity}, reason=reason)


def _line(session: Session, work: Work, told: crossdock.UpdatedLine) -> FulfillmentLine:
    """By the hub's name for the line, else by our SKU or the supplier's."""
    if told.line is not None:
        named = ids.decode(told.line)
        if named is not None and named.prefix == "orl":
            return work.line_of(named.number)
    found = [line for line in work.lines if line.sku == told.sku] or _by_supplier_sku(session, work, told.sku)
    found = found or [line for line in work.lines if told.sku in _names_of_substitute(session, work, line)]
    if not found:
        raise NotFound(f"ful_{work.order.id} has no line {told.line or told.sku!r}.")
    return max(found, key=lambda line: line.quantity - line.accepted - line.rejected - line.cancelled)


def _substitutes(
    session: Session, work: Work, shipped: Sequence[tuple[FulfillmentLine, crossdock.UpdatedLine]]
) -> dict[int, int]:
    """Units of each order line that are told under the substitute's name."""
    units: dict[int, int] = {}
    for line, told in shipped:
        if told.sku in _names_of_substitute(session, work, line):
            units[line.order_line_id] = units.get(line.order_line_id, 0) + told.quantity
    return units


def _names_of_substitute(session: Session, work: Work, line: FulfillmentLine) -> set[str]:
    """Our SKU and the supplier's of what is sent instead, where something is."""
    if line.substitute_item_id is None:
        return set()
    theirs = (
        select(SupplierOffer.supplier_sku)
        .join(Supplier, Supplier.id == SupplierOffer.supplier_id)
        .where(Supplier.location_id == work.order.location_id, SupplierOffer.item_id == line.substitute_item_id)
    )
    return {*session.scalars(select(Item.sku).where(Item.id == line.substitute_item_id)), *session.scalars(theirs)}


def _by_supplier_sku(session: Session, work: Work, sku: str) -> list[FulfillmentLine]:
    items = set(
        session.scalars(
            select(SupplierOffer.item_id)
            .join(Supplier, Supplier.id == SupplierOffer.supplier_id)
            .where(Supplier.location_id == work.order.location_id, SupplierOffer.supplier_sku == sku)
        )
    )
    return [line for line in work.lines if line.item_id in items]
