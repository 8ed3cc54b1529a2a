"""What mutations of orders answer with."""

import strawberry

from schema.engine import Node
from schema.errors import Payload
from schema.orders.types import Order, Payment


@strawberry.type
class OrderPayload(Payload):
    order: Order | None = None


@strawberry.type
class PaymentPayload(Payload):
    payment: Payment | None = None
    order: Order | None = None


@strawberry.type
class MetadataPayload(Payload):
    node: Node | None = None
