"""What a carrier answered when it was asked for a label: kept, booked, given back where nobody wants it any more."""

from sqlalchemy import select
from sqlalchemy.orm import Session

import crossdock
from core import ids, outbox
from core.external.models import CallState
from core.flows import book
from core.flows.asking import Outcome
from core.flows.labels.void import void_later
from core.flows.shipment_lock import locked
from core.shipments.models import Document, DocumentKind, Label, LabelState, Package, Shipment, ShipmentStatus

DECIDED = (LabelState.PURCHASED, LabelState.VOID_REQUESTED, LabelState.VOIDED, LabelState.VOID_REJECTED)


def write(session: Session, label_id: int, outcome: Outcome[crossdock.Label]) -> None:
    """Write the outcome to the label, once. One that somebody else is just asking for is left to them."""
    shipment_id = session.scalars(select(Label.shipment_id).where(Label.id == label_id)).one()
    (shipment,) = locked(session, [shipment_id] if shipment_id is not None else [])
    label = session.get_one(Label, label_id, with_for_update=True, populate_existing=True)
    if label.state in DECIDED:
        return
    if outcome.value is None:
        not_bought(label, outcome)
    else:
        _bought(session, shipment, label, outcome.value)
    session.flush()


def not_bought(label: Label, outcome: Outcome[crossdock.Label]) -> None:
    """Note why there is no label, or that nobody knows; while somebody else is asking, nothing."""
    if outcome.state is CallState.UNKNOWN and outcome.error is not None:
        label.state, label.message = LabelState.UNKNOWN, outcome.message
    elif outcome.state in {CallState.REJECTED, CallState.FAILED}:
        label.state, label.message = LabelState.FAILED, outcome.message


def keep(session: Session, label: Label, bought: crossdock.Label, document: Document, *, order_id: int) -> None:
    """Write what was bought to its label, book what it costs, and say so."""
    session.add(document)
    session.flush()
    label.state = LabelState.PURCHASED
    label.document_id = document.id
    label.external_id = bought.external_id
    label.tracking_number = bought.tracking_number
    label.cost_minor, label.cost_currency = bought.cost.minor, bought.cost.currency
    label.format = bought.format.lower()
    label.purchased_at = bought.purchased_at
    label.message = None
    session.flush()
    book.label(session, label.id)
    name = ids.encode("lbl", label.id)
    said = f"Label {bought.tracking_number or name} was bought from {label.carrier} for {bought.cost}."
    outbox.record(session, "label.purchased", name, said, order_id=order_id)


def _bought(session: Session, shipment: Shipment, label: Label, bought: crossdock.Label) -> None:
    document = Document(
        kind=DocumentKind.LABEL, format=bought.format.lower(), content=bought.content, shipment_id=shipment.id, data={}
    )
    keep(session, label, bought, document, order_id=shipment.order_id)
    session.get_one(Package, label.package_id).tracking_number = bought.tracking_number
    session.flush()
    if shipment.status is ShipmentStatus.CANCELLED:
        void_later(session, [shipment.id])
        return
    _labelled(session, shipment, label, bought)


def _labelled(session: Session, shipment: Shipment, label: Label, bought: crossdock.Label) -> None:
    """The shipment is labelled when all of its packages are."""
    shipment.carrier, shipment.service = label.carrier, label.service
    shipment.tracking_number = shipment.tracking_number or bought.tracking_number
    shipment.tracking_url = shipment.tracking_url or bought.tracking_url
    labels = session.scalars(
        select(Label).where(Label.shipment_id == shipment.id, Label.state == LabelState.PURCHASED)
    ).all()
    packages = session.scalars(select(Package.id).where(Package.shipment_id == shipment.id)).all()
    currencies = {each.cost_currency for each in labels}
    if len(currencies) == 1:
        shipment.cost_minor = sum(each.cost_minor or 0 for each in labels)
        shipment.cost_currency = bought.cost.currency
    if {each.package_id for each in labels} >= set(packages) and shipment.status is ShipmentStatus.PACKED:
        shipment.status = ShipmentStatus.LABELLED
        name = ids.encode("ship", shipment.id)
        outbox.record(
            session, "shipment.labelled", name, f"Shipment {name} has its labels.", order_id=shipment.order_id
        )
    session.flush()
