"""What mutations of returns and refunds answer with."""

import strawberry

from schema.errors import Payload
from schema.returns.types import Refund, Return


@strawberry.type
class ReturnPayload(Payload):
    return_: Return | None = strawberry.field(name="return", default=None)


@strawberry.type
class RefundPayload(Payload):
    refund: Refund | None = None
