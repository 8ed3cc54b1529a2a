"""Telling the sales channel that a package has left, at most once."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.catalog.models import Channel
from core.external.models import CallState
from core.external.service import intend
from core.flows.asking import Outcome, perform
from core.flows.shipment_lock import locked
from core.integrations.models import Integration
from core.jobs.registry import enqueue, job
from core.orders.models import Order
from core.origin import Origin
from core.shipments.models import ChannelConfirmation, ConfirmationState, Package, Shipment
from crossdock import Receipt, ShipmentNotice

if TYPE_CHECKING:
    from core.hub import Hub

# Lines by the names of the channel, which knows a bundle and not its components: as many as are whole in the package.
_CONTENTS = text(
    """
    select line.external_id, sum(packed.quantity) as units
    from shipment_lines packed join order_lines line on line.id = packed.order_line_id
    where packed.package_id = :package and line.external_id is not null
    group by line.id
    union all
    select bundle.external_id, min(coalesce(packed.quantity, 0) / part.per_bundle)
    from order_lines bundle
    join order_lines part on part.bundle_line_id = bundle.id
    left join shipment_lines packed on packed.order_line_id = part.id and packed.package_id = :package
    where bundle.external_id is not null and bundle.id in (
        select inside.bundle_line_id from shipment_lines sent join order_lines inside on inside.id = sent.order_line_id
        where sent.package_id = :package)
    group by bundle.id
    having min(coalesce(packed.quantity, 0) / part.per_bundle) > 0
    """
)
_OPEN = (ConfirmationState.PENDING, ConfirmationState.SENT, ConfirmationState.FAILED)
_STATES = {
    CallState.SUCCEEDED: ConfirmationState.CONFIRMED,
    CallState.REJECTED: ConfirmationState.REJECTED,
    CallState.UNKNOWN: ConfirmationState.SENT,
}


def confirm_later(session: Session, shipment_id: int) -> None:
    """Have the channel told after this transaction, if it is one that wants to know and has not told us itself."""
    enqueue(session, confirm, same_as=str(shipment_id), shipment_id=shipment_id)


@job("shipments.confirm", queue="channels")
def confirm(hub: "Hub", shipment_id: int) -> None:
    """Tell the channel of each package. Raises Retryable where it has not answered: the next run goes on."""
    told = _about(hub, shipment_id)
    if told is None:
        return
    integration, notices = told
    waiting: Exception | None = None
    for confirmation_id, call_id, notice in notices:
        outcome = _tell(hub, integration, call_id, notice)
        with hub.transaction() as session:
            _answered(session, confirmation_id, shipment_id, outcome)
        waiting = outcome.again or waiting
    if waiting is not None:
        raise waiting


def _about(hub: "Hub", shipment_id: int) -> tuple[str, list[tuple[int, int, ShipmentNotice]]] | None:
    """What is still to be told, written down before it is; None where nobody wants to know."""
    capable = {key for key, _ in hub.registry.providers("channel", "shipments")}
    with hub.transaction() as session:
        (shipment,) = locked(session, [shipment_id])
        order = session.get_one(Order, shipment.order_id)
        channel = session.get_one(Channel, order.channel_id)
        integration = session.get(Integration, channel.integration_id) if channel.integration_id else None
        if shipment.origin is Origin.CHANNEL or order.external_id is None or shipment.shipped_at is None:
            return None
        if integration is None or integration.key not in capable:
            return None
        notices = []
        for package in _packages(session, shipment_id):
            confirmation = _confirmation(session, shipment_id, package.id)
            if confirmation.state not in _OPEN:
                continue
            name = ids.encode("pkg", package.id)
            call_id = intend(
                session,
                purpose="shipment_confirmation",
                subject=ids.encode("ship", shipment_id),
                call_key=f"confirm:{name}",
                integration_id=integration.id,
                order_id=order.id,
            )
            confirmation.external_call_id = call_id
            confirmation.attempts += 1
            notice = _notice(session, order.external_id, shipment, package, shipment.shipped_at)
            notices.append((confirmation.id, call_id, notice))
        return integration.key, notices


def _packages(session: Session, shipment_id: int) -> list[Package]:
    return list(session.scalars(select(Package).where(Package.shipment_id == shipment_id).order_by(Package.position)))


def _confirmation(session: Session, shipment_id: int, package_id: int) -> ChannelConfirmation:
    known = session.scalar(select(ChannelConfirmation).where(ChannelConfirmation.package_id == package_id))
    if known is None:
        known = ChannelConfirmation(
            shipment_id=shipment_id, package_id=package_id, state=ConfirmationState.PENDING, attempts=0
        )
        session.add(known)
        session.flush()
    return known


def _notice(session: Session, external_id: str, shipment: Shipment, package: Package, at: datetime) -> ShipmentNotice:
    return ShipmentNotice(
        order_external_id=external_id,
        package_key=ids.encode("pkg", package.id),
        lines=tuple((row.external_id, row.units) for row in session.execute(_CONTENTS, {"package": package.id})),
        shipped_at=at,
        carrier=shipment.carrier,
        service=shipment.service,
        tracking_number=package.tracking_number or shipment.tracking_number,
        tracking_url=shipment.tracking_url,
    )


def _tell(hub: "Hub", integration: str, call_id: int, notice: ShipmentNotice) -> Outcome[Receipt]:
    return perform(
        hub,
        call_id,
        integration,
        "channel",
        lambda provider, ctx: provider.confirm_shipment(ctx, notice),
        lambda provider, ctx: provider.find_shipment(ctx, notice),
        note=lambda receipt: {"external_id": receipt.external_id, "message": receipt.message},
    )


def _answered(session: Session, confirmation_id: int, shipment_id: int, outcome: Outcome[Receipt]) -> None:
    (shipment,) = locked(session, [shipment_id])
    confirmation = session.get_one(ChannelConfirmation, confirmation_id, populate_existing=True)
    if confirmation.state not in _OPEN:
        return
    confirmation.state = _STATES.get(outcome.state, ConfirmationState.FAILED)
    confirmation.message = outcome.message
    name = ids.encode("ship", shipment_id)
    if outcome.succeeded:
        confirmation.confirmed_at = clock.now()
        answer = outcome.answer or {}
        external = outcome.value.external_id if outcome.value is not None else answer.get("external_id")
        # The channel will tell us of this shipment by its own name for it: so we know it when it does.
        shipment.external_id = shipment.external_id or external
        said = f"The channel was told that {name} left."
        outbox.record(session, "shipment.confirmed", name, said, order_id=shipment.order_id)
    elif outcome.state is CallState.REJECTED:
        open_case(
            session,
            kind=CaseKind.SHIPMENT,
            code="confirmation_refused",
            title=f"The channel does not take the confirmation of {name}",
            message=outcome.message or "It gave no reason.",
            subject=name,
            order_id=shipment.order_id,
            same_as=f"confirmation_refused:{confirmation_id}",
        )
