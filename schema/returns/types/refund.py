"""Refund and its parts, and the preview of one."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from core.returns import models
from schema.engine import column, many, money, node, one
from schema.errors import UserError
from schema.orders.visible import belonging_to
from schema.returns.enums import Origin, RefundState
from schema.scalars import Money

if TYPE_CHECKING:
    from schema.orders.types import Order, OrderLine, Payment
    from schema.returns.types.request import Return

Row = models.Refund


@node(models.RefundLine, scope="orders:read")
class RefundLine:
    """The part of a refund that is for units of one order line. `amount` includes `tax`."""

    order_line: "OrderLine" = one(models.RefundLine.order_line)
    quantity: int = column(models.RefundLine.quantity)
    amount: Money = money(models.RefundLine.amount_minor, models.RefundLine.currency)
    tax: Money = money(models.RefundLine.tax_minor, models.RefundLine.currency)


@node(models.RefundPayment, scope="orders:read")
class RefundPayment:
    """The part of a refund that goes back through one payment."""

    payment: "Payment" = one(models.RefundPayment.payment)
    state: RefundState = column(models.RefundPayment.state)
    amount: Money = money(models.RefundPayment.amount_minor, models.RefundPayment.currency)
    reference: str | None = column(models.RefundPayment.reference)


@node(Row, prefix="ref", scope="orders:read", visible=belonging_to(Row.order_id))
class Refund:
    """Money back. amount = lines + shipping + goodwill, tax included."""

    order: "Order" = one(Row.order)
    return_: "Return | None" = one(Row.return_, name="return")
    origin: Origin = column(Row.origin)
    state: RefundState = column(Row.state)
    amount: Money = money(Row.amount_minor, Row.currency)
    tax: Money = money(Row.tax_minor, Row.currency)
    shipping: Money = money(Row.shipping_minor, Row.currency)
    goodwill: Money = money(Row.goodwill_minor, Row.currency)
    lines: list[RefundLine] = many(Row.lines, order_by=models.RefundLine.id)
    payments: list[RefundPayment] = many(Row.payments, order_by=models.RefundPayment.id)
    reason: str | None = column(Row.reason)
    created_at: datetime = column(Row.created_at)


@strawberry.type
class RefundPreview:
    amount: Money
    tax: Money
    shipping: Money
    goodwill: Money
    lines: list[RefundLine]
    refundable: Money
    user_errors: list[UserError]
