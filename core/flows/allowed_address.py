"""Asking an order's channel whether it may go to another address: some marketplaces forbid it."""

from typing import TYPE_CHECKING

from sqlalchemy import select

import crossdock
from core.catalog.models import Channel
from core.errors import PluginRejected, PluginUnavailable
from core.integrations.models import Integration
from core.orders.models import Order
from crossdock.address import Address

if TYPE_CHECKING:
    from core.hub import Hub

_PATH = ("shippingAddress",)


def check(hub: "Hub", order_id: int, address: Address) -> None:
    """Nothing where the channel minds nothing. No transaction is open.

    Raises PluginRejected with the channel's own reason, PluginUnavailable where it does not answer.
    """
    with hub.transaction() as session:
        row = session.execute(
            select(Integration.key, Order.external_id)
            .select_from(Order)
            .join(Channel, Channel.id == Order.channel_id)
            .join(Integration, Integration.id == Channel.integration_id)
            .where(Order.id == order_id, Order.external_id.is_not(None))
        ).first()
    if row is None:
        return
    key, external_id = row
    guard = dict(hub.providers("channel", "addresses")).get(key)
    if guard is None:
        return
    try:
        guard.allow_address(hub.context(key), external_id, address)
    except crossdock.Rejected as error:
        raise PluginRejected(f"{key} does not let this order go elsewhere: {error.message}", path=_PATH) from error
    except Exception as error:
        raise PluginUnavailable(
            f"{key} did not say whether this order may go elsewhere: {error}", path=_PATH
        ) from error
