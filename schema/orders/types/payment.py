"""Payment."""

from datetime import datetime

from core.orders import models
from schema.engine import column, money, node
from schema.orders.enums import PaymentState
from schema.orders.visible import belonging_to
from schema.scalars import Money

_CURRENCY = models.Payment.currency


@node(models.Payment, prefix="pay", scope="orders:read", visible=belonging_to(models.Payment.order_id))
class Payment:
    """Money for an order through one gateway."""

    state: PaymentState = column(models.Payment.state)
    gateway: str = column(models.Payment.gateway)
    reference: str | None = column(models.Payment.reference)
    amount: Money = money(models.Payment.amount_minor, _CURRENCY)
    captured_amount: Money = money(models.Payment.captured_minor, _CURRENCY)
    refunded_amount: Money = money(models.Payment.refunded_minor, _CURRENCY)
    disputed_amount: Money = money(models.Payment.disputed_minor, _CURRENCY)
    dispute_due_at: datetime | None = column(models.Payment.dispute_due_at)
    expires_at: datetime | None = column(models.Payment.expires_at)
    created_at: datetime = column(models.Payment.created_at)
