"""Giving back all labels of a shipment that has not left."""

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

import crossdock
from core.errors import CrossdockError, IllegalState, OutcomeUnknown, PluginRejected
from core.flows.labels.void import void, void_later
from core.flows.shipment_lock import locked
from core.shipments.models import Label, LabelState, Package, Shipment, ShipmentStatus
from core.shipments.tracking import HERE

if TYPE_CHECKING:
    from core.hub import Hub


def void_all(hub: "Hub", shipment_id: int) -> list[CrossdockError]:
    """Ask the carriers at once. A refusal is in the answer, and the cost stays; voiding twice is harmless.

    Raises NotFound, and IllegalState for a shipment that has left or has no label.
    """
    with hub.transaction() as session:
        shipment = locked(session, [shipment_id], path=("shipmentId",))[0]
        if shipment.status not in HERE:
            raise IllegalState(
                f"Shipment ship_{shipment_id} is {shipment.status.lower()}; its labels stay.", path=("shipmentId",)
            )
        asked = void_later(session, [shipment_id])
        waiting = set(
            session.scalars(
                select(Label.id).where(Label.shipment_id == shipment_id, Label.state == LabelState.VOID_REQUESTED)
            )
        )
        known = session.scalar(select(Label.id).where(Label.shipment_id == shipment_id).limit(1))
        if known is None:
            raise IllegalState(f"Shipment ship_{shipment_id} has no label to give back.", path=("shipmentId",))
    errors: list[CrossdockError] = []
    for label_id in sorted(waiting | set(asked)):
        try:
            void(hub, label_id)
        except crossdock.ProviderError as error:
            errors.append(
                OutcomeUnknown(f"The carrier has not answered; it is asked again: {error}", path=("shipmentId",))
            )
    with hub.transaction() as session:
        errors += _settled(session, locked(session, [shipment_id])[0])
    return errors


def _settled(session: Session, shipment: Shipment) -> list[CrossdockError]:
    """A shipment without a live label is packed again, and nothing more."""
    labels = list(session.scalars(select(Label).where(Label.shipment_id == shipment.id).order_by(Label.id)))
    live = [label for label in labels if label.state not in {LabelState.VOIDED, LabelState.FAILED}]
    if not live and shipment.status is ShipmentStatus.LABELLED:
        shipment.status = ShipmentStatus.PACKED
        shipment.tracking_number = shipment.tracking_url = shipment.carrier = shipment.service = None
        shipment.cost_minor = shipment.cost_currency = None
        for package in session.scalars(select(Package).where(Package.shipment_id == shipment.id)):
            package.tracking_number = None
    return [
        PluginRejected(
            f"{label.carrier} does not take it back: {label.message or 'no reason given'}", path=("shipmentId",)
        )
        for label in live
        if label.state is LabelState.VOID_REJECTED
    ]
