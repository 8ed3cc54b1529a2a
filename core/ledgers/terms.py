"""The terms of profit, as SQL over postings: amounts in minor units of the reporting currency, without tax.

Costs are positive numbers that lessen the profit: net = revenue - discounts - refunds - cogs - shipping cost -
channel fees - payment fees - other costs. A positive exchange difference is a gain; it is no part of net.
Units and orders are those sold, less what was cancelled; refunds do not lessen them.
"""

from decimal import Decimal
from typing import NamedTuple

from core.ledgers.models import ProfitPart

_PARTS = {
    "revenue_minor": (ProfitPart.REVENUE, -1),
    "discounts_minor": (ProfitPart.DISCOUNTS, 1),
    "refunds_minor": (ProfitPart.REFUNDS, 1),
    "cogs_minor": (ProfitPart.COGS, 1),
    "shipping_cost_minor": (ProfitPart.SHIPPING_COST, 1),
    "channel_fees_minor": (ProfitPart.CHANNEL_FEES, 1),
    "payment_fees_minor": (ProfitPart.PAYMENT_FEES, 1),
    "other_costs_minor": (ProfitPart.OTHER_COSTS, 1),
    "exchange_difference_minor": (ProfitPart.EXCHANGE_DIFFERENCE, -1),
}

COLUMNS = ("orders", "units", *_PARTS)
"""The columns of every rollup of profit."""

AMOUNTS = tuple(_PARTS)

SUMS = ",\n    ".join(
    [
        "count(distinct order_id) filter (where rule = 'sale') as orders",
        f"coalesce(sum(quantity) filter (where part = '{ProfitPart.REVENUE}'), 0) as units",
        *(
            f"coalesce({'-' if sign < 0 else ''}sum(reporting_minor) filter (where part = '{part}'), 0) as {name}"
            for name, (part, sign) in _PARTS.items()
        ),
    ]
)
"""All terms of a group of postings, rows of (order_id, rule, part, reporting_minor, quantity); no rule: a reversal."""

NET_SALES = "revenue_minor - discounts_minor - refunds_minor"
NET = f"{NET_SALES} - cogs_minor - shipping_cost_minor - channel_fees_minor - payment_fees_minor - other_costs_minor"


class Profit(NamedTuple):
    """The terms of one profit, in minor units of the reporting currency."""

    revenue_minor: int = 0
    discounts_minor: int = 0
    refunds_minor: int = 0
    cogs_minor: int = 0
    shipping_cost_minor: int = 0
    channel_fees_minor: int = 0
    payment_fees_minor: int = 0
    other_costs_minor: int = 0
    exchange_difference_minor: int = 0
    settled: bool = False

    @property
    def net_minor(self) -> int:
        return self.net_sales_minor - sum(self[3:8])

    @property
    def net_sales_minor(self) -> int:
        """What was earned by selling: revenue less discounts and refunds."""
        return self.revenue_minor - self.discounts_minor - self.refunds_minor

    @property
    def margin_percent(self) -> Decimal | None:
        """Net profit of net sales, to two decimals; None where nothing was sold."""
        if self.net_sales_minor <= 0:
            return None
        return (Decimal(100) * self.net_minor / self.net_sales_minor).quantize(Decimal("0.01"))
