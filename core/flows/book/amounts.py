"""What a line of a sale is worth on each account. Integers in minor units of the order's currency."""

from collections.abc import Sequence
from typing import NamedTuple

from core.ledgers import accounts
from core.ledgers.drafts import Line
from core.money import divide
from crossdock.orders import LineKind

INCOME = {
    LineKind.GOODS: accounts.SALES,
    LineKind.MANUAL: accounts.SALES,
    LineKind.SAMPLE: accounts.SALES,
    LineKind.SHIPPING: accounts.SHIPPING_CHARGED,
    LineKind.DISCOUNT: accounts.DISCOUNTS,
    LineKind.VOUCHER: accounts.VOUCHERS,
    LineKind.COMMISSION: accounts.COMMISSIONS,
    LineKind.MARKETPLACE_FEE: accounts.MARKETPLACE_FEES,
    LineKind.BANK_CHARGE: accounts.BANK_CHARGES,
    LineKind.BAD_DEBT: accounts.BAD_DEBT,
}
"""The account that a line on an order credits."""

GIVEN_BACK = {
    **INCOME,
    LineKind.GOODS: accounts.REFUNDS,
    LineKind.MANUAL: accounts.REFUNDS,
    LineKind.SAMPLE: accounts.REFUNDS,
    LineKind.SHIPPING: accounts.SHIPPING_REFUNDED,
}
"""The account that giving such a line back debits."""

UNITS_SOLD = {LineKind.GOODS, LineKind.MANUAL, LineKind.SAMPLE}
"""Kinds whose quantities count as units sold."""


TAX = {accounts.SALES_TAX, accounts.CHANNEL_RECEIVABLE}
"""Where the tax of a sale goes: to us, who owe it, or to the channel, which remits what it has collected."""


class Worth(NamedTuple):
    """Revenue before discount and the discount, both without tax; and the tax. Paid: revenue - discount + tax."""

    revenue: int
    discount: int
    tax: int


def worth(total: int, discount: int, tax: int, *, taxes_included: bool) -> Worth:
    """Part what a line comes to. `total` is what the customer pays, tax and discount accounted for.

    A discount on prices with tax carries tax as well: its share without it is that of the line.
    """
    net = total - tax
    if taxes_included and discount and total:
        discount = divide(discount * net, total)
    return Worth(net + discount, discount, tax)


def collected_by_channel(tax_lines: list[dict[str, object]], tax: int) -> int:
    """How much of an order's tax the channel collects and remits itself, by what the order's tax lines say.

    Where the lines' own tax leaves that part out already, nothing.
    """
    if not tax_lines:
        return 0
    theirs = sum(_minor(line) for line in tax_lines if line.get("collected_by_channel"))
    ours = sum(_minor(line) for line in tax_lines if not line.get("collected_by_channel"))
    return max(0, min(theirs, tax - ours))


def tax_back(
    sold: Sequence[Line], tax: int, currency: str, channel_id: int, order_line_id: int | None = None
) -> list[Line]:
    """The tax of what is given back, parted between us and the channel as it was when it was `sold`."""
    ours = -sum(line.amount_minor for line in sold if line.account == accounts.SALES_TAX)
    theirs = -sum(line.amount_minor for line in sold if line.account == accounts.CHANNEL_RECEIVABLE)
    part = divide(tax * theirs, ours + theirs) if theirs else 0
    return [
        Line(accounts.SALES_TAX, tax - part, currency, None, channel_id, order_line_id),
        Line(accounts.CHANNEL_RECEIVABLE, part, currency, None, channel_id, order_line_id),
    ]


def _minor(line: dict[str, object]) -> int:
    amount = line["amount_minor"]
    assert isinstance(amount, int)
    return amount
