"""Types of orders, one module a noun."""

from schema.orders.types.hold import Hold as Hold
from schema.orders.types.line import OrderLine as OrderLine
from schema.orders.types.order import Order as Order
from schema.orders.types.payment import Payment as Payment
from schema.orders.types.risk import RiskAssessment as RiskAssessment
