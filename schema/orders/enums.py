"""The words of orders, as the core has them."""

import enum

import strawberry

from core.orders.states import CancelReason as CancelReason
from core.orders.states import FulfillmentStatus as FulfillmentStatus
from core.orders.states import HoldKind as HoldKind
from core.orders.states import OrderStatus as OrderStatus
from core.orders.states import PaymentState as PaymentState
from core.orders.states import PaymentStatus as PaymentStatus
from core.orders.states import ReturnStatus as ReturnStatus
from core.orders.states import RiskLevel as RiskLevel

strawberry.enum(CancelReason)
strawberry.enum(FulfillmentStatus)
strawberry.enum(HoldKind)
strawberry.enum(OrderStatus)
strawberry.enum(PaymentState)
strawberry.enum(PaymentStatus)
strawberry.enum(ReturnStatus)
strawberry.enum(RiskLevel)


@strawberry.enum
class AddressVerdict(enum.Enum):
    VALID = "VALID"
    CORRECTABLE = "CORRECTABLE"
    INVALID = "INVALID"
    UNCHECKED = "UNCHECKED"
