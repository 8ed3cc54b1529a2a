"""What a channel says has happened already: shipments and fees. Facts; what does not fit opens a case."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.catalog import service as catalog
from core.catalog.models import Channel
from core.flows import book, ship
from core.orders.models import OrderLine
from core.origin import Origin
from core.stock.models import Location
from crossdock.orders import FulfillmentData, OrderData

Told = Sequence[tuple[int, OrderData]]
"""(order id, what the channel says of it)"""


def record(
    session: Session, channel: Channel, told: Told, shipped_from: int | None, *, counted: Collection[int] = ()
) -> None:
    """Write shipments and fees that are not known yet. `counted`: new orders whose lines are written as shipped."""
    place = _place(session, channel, shipped_from) if any(data.fulfillments for _, data in told) else None
    _shipments(session, [each for each in told if each[0] not in counted], place, counted=False)
    _shipments(session, [each for each in told if each[0] in counted], place, counted=True)
    book.fees(
        session,
        [
            book.Fee(
                key=f"{channel.key}:{data.external_id}:{fee.external_id}",
                kind=fee.kind,
                amount_minor=fee.amount.minor,
                currency=fee.amount.currency,
                at=fee.at,
                title=fee.title,
                order_id=order_id,
                channel_id=channel.id,
            )
            for order_id, data in told
            for fee in data.fees
        ],
    )


def whole(data: OrderData) -> OrderData:
    """A telling of an order that we have, with what it means for new lines: all goods have left, says who names none.

    They get a shipment of their own, named after that telling; where nothing is left to ship, it is none.
    """
    version = data.fingerprint or data.version
    later = [
        replace(sent, external_id=f"{sent.external_id}+{version}") for sent in data.fulfillments if sent.lines is None
    ]
    return replace(data, fulfillments=(*data.fulfillments, *later)) if later else data


def _shipments(session: Session, told: Told, place: int | None, *, counted: bool) -> None:
    left = [(order_id, data, sent) for order_id, data in told for sent in data.fulfillments]
    if not left:
        return
    names = line_ids(session, {order_id for order_id, _, sent in left if sent.lines is not None})
    ship.record(
        session,
        [
            ship.ShipmentFact(
                order_id=order_id,
                shipped_at=sent.shipped_at,
                origin=Origin.CHANNEL,
                lines=_lines(sent, order_id, names),
                location_id=None if data.fulfilled_by_channel else place,
                external_id=sent.external_id,
                carrier=sent.carrier,
                service=sent.service,
                tracking_number=sent.tracking_number,
            )
            for order_id, data, sent in left
        ],
        counted=counted,
    )


def line_ids(session: Session, order_ids: Iterable[int]) -> dict[tuple[int, str], int]:
    """Lines of orders by the channel's names for them."""
    wanted = sorted(order_ids)
    if not wanted:
        return {}
    query = select(OrderLine.order_id, OrderLine.external_id, OrderLine.id).where(
        OrderLine.order_id.in_(wanted), OrderLine.external_id.is_not(None)
    )
    return {(order_id, external or ""): line_id for order_id, external, line_id in session.execute(query)}


def _lines(sent: FulfillmentData, order_id: int, names: dict[tuple[int, str], int]) -> Sequence[tuple[int, int]] | None:
    if sent.lines is None:
        return None
    known = ((names.get((order_id, external)), quantity) for external, quantity in sent.lines)
    return [(line_id, quantity) for line_id, quantity in known if line_id is not None]


def _place(session: Session, channel: Channel, shipped_from: int | None) -> int | None:
    """Where goods left from: as the caller says, else the channel's one place; where it has more, nobody knows."""
    if shipped_from is not None:
        return shipped_from
    places = catalog.locations_of(session, channel.id)
    if not places:
        places = set(session.scalars(select(Location.id).where(Location.active, Location.kind != "SUPPLIER").limit(2)))
    return min(places) if len(places) == 1 else None
