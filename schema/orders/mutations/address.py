"""Sending an order somewhere else."""

from core.errors import Invalid
from core.flows import readdress
from schema.acting import perform
from schema.context import Context
from schema.engine import Ref, mutation
from schema.ids import OrderId
from schema.orders import inputs
from schema.orders.payloads import OrderPayload
from schema.orders.types import Order
from schema.scalars import AddressInput


@mutation(scope="orders:write")
async def order_set_address(
    ctx: Context, id: OrderId, shipping_address: AddressInput, expected_version: int | None = None
) -> OrderPayload:
    """Until its parcels leave; where somebody else has the work already, when they give it back."""
    address = inputs.address(shipping_address)
    if address is None:
        raise Invalid("Give an address.", path=("shippingAddress",))
    await perform(ctx, readdress.send_elsewhere, id, address, expected_version=expected_version)
    return OrderPayload(order=Ref(Order, id))
