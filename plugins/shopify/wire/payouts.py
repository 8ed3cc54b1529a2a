"""Payouts of Shopify Payments and the rows that they are made of."""

from datetime import datetime

from plugins.shopify.wire.base import MoneyV2, Named, Wire


class Payout(Wire):
    id: str
    legacy_resource_id: str
    issued_at: datetime
    status: str
    transaction_type: str
    net: MoneyV2


class Row(Wire):
    id: str
    type: str
    transaction_date: datetime
    amount: MoneyV2
    fee: MoneyV2
    net: MoneyV2
    associated_order: Named | None = None
    adjustment_reason: str | None = None
