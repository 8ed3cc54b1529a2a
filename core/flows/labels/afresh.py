"""Reading an order from its channel once more before money is spent on it: it may have been cancelled there."""

from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select

from core.catalog.models import Channel
from core.flows import capture
from core.integrations.models import Integration
from core.orders.models import Order
from core.shipments.models import Shipment

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)


def read(hub: "Hub", shipment_id: int) -> None:
    """Take in what the channel says of the shipment's order now; one that does not answer is no reason not to ship."""
    with hub.transaction() as session:
        row = session.execute(
            select(Integration.key, Order.external_id, Channel.id)
            .select_from(Shipment)
            .join(Order, Order.id == Shipment.order_id)
            .join(Channel, Channel.id == Order.channel_id)
            .join(Integration, Integration.id == Channel.integration_id)
            .where(Shipment.id == shipment_id, Order.external_id.is_not(None))
        ).first()
    if row is None:
        return
    key, external_id, channel_id = row
    provider = dict(hub.providers("channel", "orders")).get(key)
    if provider is None:
        return
    try:
        data = provider.map_order(provider.fetch_order(hub.context(key), external_id))
    except Exception as error:  # noqa: BLE001  # a plugin may raise anything; what we know of the order stands
        log.warning("channel.order_not_read", integration=key, order=external_id, error=str(error))
        return
    with hub.transaction() as session:
        capture.capture(session, session.get_one(Channel, channel_id), [data])
