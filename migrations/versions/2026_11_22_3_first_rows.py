"""What every hub starts with: its settings, the chart of accounts and the channel for orders entered by hand.

Safe while the previous release runs: yes, it only adds rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ACCOUNTS = [
    # code, name, kind, part of profit
    ("1000", "Bank", "ASSET", None),
    ("1100", "Receivable from customers", "ASSET", None),
    ("1150", "Receivable from channels", "ASSET", None),
    ("1200", "Inventory", "ASSET", None),
    ("1900", "Currency clearing", "ASSET", None),
    ("2000", "Accounts payable", "LIABILITY", None),
    ("2100", "Goods received, not invoiced", "LIABILITY", None),
    ("2200", "Sales tax payable", "LIABILITY", None),
    ("2300", "Refunds payable", "LIABILITY", None),
    ("2350", "Vouchers outstanding", "LIABILITY", None),
    ("2400", "Accrued shipping", "LIABILITY", None),
    ("2450", "Accrued fees", "LIABILITY", None),
    ("2900", "Suspense", "LIABILITY", None),
    ("3000", "Opening balances", "EQUITY", None),
    ("4000", "Sales", "INCOME", "REVENUE"),
    ("4050", "Shipping charged", "INCOME", "REVENUE"),
    ("4100", "Discounts", "INCOME", "DISCOUNTS"),
    ("4200", "Refunds and allowances", "INCOME", "REFUNDS"),
    ("4210", "Shipping refunded", "INCOME", "REFUNDS"),
    ("5000", "Cost of goods sold", "EXPENSE", "COGS"),
    ("5100", "Shipping cost", "EXPENSE", "SHIPPING_COST"),
    ("5200", "Commissions", "EXPENSE", "CHANNEL_FEES"),
    ("5210", "Marketplace fees", "EXPENSE", "CHANNEL_FEES"),
    ("5300", "Payment and bank charges", "EXPENSE", "PAYMENT_FEES"),
    ("5400", "Stock written off and adjusted", "EXPENSE", "OTHER_COSTS"),
    ("5500", "Bad debt", "EXPENSE", "OTHER_COSTS"),
    ("5900", "Other costs", "EXPENSE", "OTHER_COSTS"),
    ("7000", "Exchange differences", "EXPENSE", "EXCHANGE_DIFFERENCE"),
]


def upgrade() -> None:
    op.execute("insert into settings (id) values (1)")
    accounts = sa.table("ledger_accounts", *(sa.column(name) for name in ("code", "name", "kind", "profit_part")))
    names = ("code", "name", "kind", "profit_part")
    op.bulk_insert(accounts, [dict(zip(names, row, strict=True)) for row in ACCOUNTS])
    op.execute("insert into channels (key, name, currency) values ('manual', 'Entered by hand', 'GBP')")


def downgrade() -> None:
    op.execute("delete from channels where key = 'manual'")
    op.execute("delete from ledger_accounts")
    op.execute("delete from settings")
