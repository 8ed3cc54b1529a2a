"""What the sales channel is still to be told of a shipment's packages: that they left, or how they are tracked now."""

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import ids
from core.catalog.models import Channel
from core.external.models import CallState, ExternalCall
from core.external.service import intend
from core.flows.shipment_lock import locked
from core.integrations.models import Integration
from core.orders.models import Order
from core.origin import Origin
from core.shipments.models import ChannelConfirmation, ConfirmationState, Package, Shipment
from crossdock import ShipmentNotice

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
OPEN = (ConfirmationState.PENDING, ConfirmationState.SENT, ConfirmationState.FAILED)
_NOT_DONE = (CallState.INTENDED, CallState.FAILED)
_OVER = (CallState.SUCCEEDED, CallState.REJECTED)


class Telling(NamedTuple):
    """What is told of one package, and where it is written down."""

    confirmation_id: int
    call_id: int
    notice: ShipmentNotice


def due(hub: "Hub", shipment_id: int) -> tuple[str, list[Telling]] | None:
    """(the integration, what it is to be told), written down before it is; None where nobody wants to know."""
    capable = set(hub.able("channel", "shipments"))
    with hub.transaction() as session:
        (shipment,) = locked(session, [shipment_id])
        order = session.get_one(Order, shipment.order_id)
        channel = session.get_one(Channel, order.channel_id)
        integration = session.get(Integration, channel.integration_id) if channel.integration_id else None
        if shipment.origin is Origin.CHANNEL or order.external_id is None or shipment.shipped_at is None:
            return None
        if integration is None or integration.key not in capable:
            return None
        tellings = []
        for package in _packages(session, shipment_id):
            confirmation = _confirmation(session, shipment_id, package.id)
            if not _is_due(session, confirmation, _tracking(shipment, package)):
                continue
            confirmation.external_call_id = _intended(session, confirmation, shipment, integration.id)
            confirmation.attempts += 1
            notice = _notice(session, order.external_id, shipment, confirmation)
            tellings.append(Telling(confirmation.id, confirmation.external_call_id, notice))
        return integration.key, tellings


def remember(session: Session, shipment: Shipment) -> None:
    """Write down what was told of a shipment before it changes, where an earlier release told it and did not."""
    for package in _packages(session, shipment.id):
        known = _known(session, package.id)
        if known is not None and known.told is None:
            known.told = _tracking(shipment, package)
    session.flush()


def has_changed(session: Session, shipment: Shipment, confirmation: ChannelConfirmation) -> bool:
    """Whether a package is tracked in another way by now than the channel was told."""
    return confirmation.told != _tracking(shipment, session.get_one(Package, confirmation.package_id))


def _is_due(session: Session, confirmation: ChannelConfirmation, tracking: dict[str, Any]) -> bool:
    """Whether the channel does not know of it yet, or not of its tracking as it is now.

    Where nobody knows yet what became of the last telling, that is found out first, as it was told then.
    """
    if confirmation.told is None:
        confirmation.told = tracking
    if confirmation.told != tracking:
        call = session.get(ExternalCall, confirmation.external_call_id) if confirmation.external_call_id else None
        if call is None or call.state in _NOT_DONE:
            confirmation.told = tracking
        elif call.state in _OVER:
            if not confirmation.external_ids and call.answer and call.answer.get("external_id"):
                confirmation.external_ids = [call.answer["external_id"]]
            confirmation.told, confirmation.state = tracking, ConfirmationState.PENDING
            confirmation.corrections += 1
    return confirmation.state in OPEN


def _intended(session: Session, confirmation: ChannelConfirmation, shipment: Shipment, integration_id: int) -> int:
    name = f"confirm:{ids.encode('pkg', confirmation.package_id or 0)}"
    return intend(
        session,
        purpose="shipment_confirmation",
        subject=ids.encode("ship", shipment.id),
        call_key=f"{name}:{confirmation.corrections}" if confirmation.corrections else name,
        integration_id=integration_id,
        order_id=shipment.order_id,
    )


def _notice(
    session: Session, external_id: str, shipment: Shipment, confirmation: ChannelConfirmation
) -> ShipmentNotice:
    assert shipment.shipped_at is not None
    contents = session.execute(_CONTENTS, {"package": confirmation.package_id})
    return ShipmentNotice(
        order_external_id=external_id,
        package_key=ids.encode("pkg", confirmation.package_id or 0),
        lines=tuple((row.external_id, row.units) for row in contents),
        shipped_at=shipment.shipped_at,
        corrects=confirmation.external_ids[-1] if confirmation.external_ids else None,
        **(confirmation.told or {}),
    )


def _tracking(shipment: Shipment, package: Package) -> dict[str, Any]:
    return {
        "carrier": shipment.carrier,
        "service": shipment.service,
        "tracking_number": package.tracking_number or shipment.tracking_number,
        "tracking_url": shipment.tracking_url,
    }


def _packages(session: Session, shipment_id: int) -> list[Package]:
    return list(session.scalars(select(Package).where(Package.shipment_id == shipment_id).order_by(Package.position)))


def _known(session: Session, package_id: int) -> ChannelConfirmation | None:
    return session.scalar(select(ChannelConfirmation).where(ChannelConfirmation.package_id == package_id))


def _confirmation(session: Session, shipment_id: int, package_id: int) -> ChannelConfirmation:
    known = _known(session, package_id)
    if known is None:
        known = ChannelConfirmation(
            shipment_id=shipment_id,
            package_id=package_id,
            external_ids=[],
            corrections=0,
            state=ConfirmationState.PENDING,
            attempts=0,
        )
        session.add(known)
        session.flush()
    return known
