"""Tables of the ledger. Postings are written once; the database refuses to change them or leave an entry unbalanced."""

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, func, text

from core.db import Base, BigInt, Currency, Id, Mapped, Minor, mapped_column, related
from core.events.models import TransactionId

if TYPE_CHECKING:
    from core.catalog.models import Channel, Item
    from core.orders.models import Order, OrderLine


class AccountKind(enum.StrEnum):
    ASSET = "ASSET"
    LIABILITY = "LIABILITY"
    EQUITY = "EQUITY"
    INCOME = "INCOME"
    EXPENSE = "EXPENSE"


class ProfitPart(enum.StrEnum):
    """The term of the profit that postings to an account belong to."""

    REVENUE = "REVENUE"
    DISCOUNTS = "DISCOUNTS"
    REFUNDS = "REFUNDS"
    COGS = "COGS"
    SHIPPING_COST = "SHIPPING_COST"
    CHANNEL_FEES = "CHANNEL_FEES"
    PAYMENT_FEES = "PAYMENT_FEES"
    OTHER_COSTS = "OTHER_COSTS"
    EXCHANGE_DIFFERENCE = "EXCHANGE_DIFFERENCE"


class LedgerAccount(Base):
    """An account of the chart. `profit_part` is null where its postings are no part of profit."""

    __tablename__ = "ledger_accounts"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[AccountKind]
    profit_part: Mapped[ProfitPart | None]

    days: Mapped[list["AccountDay"]] = related()


class JournalEntry(Base):
    """One booking. `book_key` (rule and document) makes booking the same thing twice impossible."""

    __tablename__ = "journal_entries"
    __table_args__ = (
        Index("ix_journal_entries_rule", "rule"),
        Index("uq_journal_entries_book_key", "book_key", unique=True),
        Index("ix_journal_entries_order", "order_id", "id"),
        Index("ix_journal_entries_effective", "effective_at", "id"),
        Index("ix_journal_entries_source", "source"),
        Index("ix_journal_entries_unrolled", "id", postgresql_where=text("not rolled_up")),
        Index("ix_journal_entries_unvalued", "id", postgresql_where=text("not valued")),
    )

    id: Mapped[Id]
    number: Mapped[str]
    rule: Mapped[str]
    book_key: Mapped[str]
    description: Mapped[str]
    order_id: Mapped[BigInt | None] = mapped_column(ForeignKey("orders.id"))
    source: Mapped[str | None]
    """The document it books, by the id that clients see."""
    reverses_id: Mapped[BigInt | None] = mapped_column(ForeignKey("journal_entries.id"), unique=True)
    effective_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    transaction: Mapped[int] = mapped_column(TransactionId, server_default=text("hub_transaction()"))
    """Postings may join it only in the transaction that wrote it."""
    valued: Mapped[bool] = mapped_column(server_default="true")
    """False while a rate into the reporting currency is missing; an entry of its own brings the value later."""
    rolled_up: Mapped[bool] = mapped_column(server_default="false")
    """Whether the daily rollups contain it. This and `valued` are the only columns that may ever change."""

    order: Mapped["Order | None"] = related()
    reverses: Mapped["JournalEntry | None"] = related(remote_side="JournalEntry.id")
    reversed_by: Mapped["JournalEntry | None"] = related(remote_side=[reverses_id], uselist=False)
    postings: Mapped[list["Posting"]] = related(primaryjoin="JournalEntry.id == foreign(Posting.entry_id)")


class Posting(Base):
    """One side of an entry: debits positive, credits negative.

    The largest table. It names its entry without a foreign key, for a trigger looks at all entries of a set at once;
    and item, channel and order line: rows are only ever added, what they name is never deleted, and `crossdock verify`
    looks for names without a thing.
    """

    __tablename__ = "postings"

    id: Mapped[Id]
    entry_id: Mapped[BigInt] = mapped_column(index=True)
    account_id: Mapped[BigInt]
    amount_minor: Mapped[Minor]
    currency: Mapped[Currency]
    reporting_minor: Mapped[Minor]
    """The same in the reporting currency, at the rate of the entry's day."""
    item_id: Mapped[BigInt | None]
    channel_id: Mapped[BigInt | None]
    order_line_id: Mapped[BigInt | None]
    quantity: Mapped[int | None]
    """Units that a revenue or refund posting is for, so that profit by SKU can count them."""

    entry: Mapped[JournalEntry] = related(primaryjoin="foreign(Posting.entry_id) == JournalEntry.id")
    account: Mapped[LedgerAccount] = related(primaryjoin="foreign(Posting.account_id) == LedgerAccount.id")
    item: Mapped["Item | None"] = related(primaryjoin="foreign(Posting.item_id) == Item.id")
    channel: Mapped["Channel | None"] = related(primaryjoin="foreign(Posting.channel_id) == Channel.id")
    order_line: Mapped["OrderLine | None"] = related(primaryjoin="foreign(Posting.order_line_id) == OrderLine.id")


class AccountDay(Base):
    """Rollup: what was posted to an account in a currency on a day (reporting zone)."""

    __tablename__ = "account_days"

    account_id: Mapped[BigInt] = mapped_column(ForeignKey("ledger_accounts.id"), primary_key=True)
    currency: Mapped[Currency] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    debit_minor: Mapped[Minor] = mapped_column(server_default="0")
    credit_minor: Mapped[Minor] = mapped_column(server_default="0")


class _ProfitTerms:
    """The terms of profit in the reporting currency; costs are positive numbers that lessen it."""

    orders: Mapped[int] = mapped_column(server_default="0")
    units: Mapped[int] = mapped_column(server_default="0")
    revenue_minor: Mapped[Minor] = mapped_column(server_default="0")
    discounts_minor: Mapped[Minor] = mapped_column(server_default="0")
    refunds_minor: Mapped[Minor] = mapped_column(server_default="0")
    cogs_minor: Mapped[Minor] = mapped_column(server_default="0")
    shipping_cost_minor: Mapped[Minor] = mapped_column(server_default="0")
    channel_fees_minor: Mapped[Minor] = mapped_column(server_default="0")
    payment_fees_minor: Mapped[Minor] = mapped_column(server_default="0")
    other_costs_minor: Mapped[Minor] = mapped_column(server_default="0")
    exchange_difference_minor: Mapped[Minor] = mapped_column(server_default="0")


class OrderProfit(_ProfitTerms, Base):
    """Rollup: the profit of one order, with what reports group by."""

    __tablename__ = "order_profits"
    __table_args__ = (Index("ix_order_profits_day", "day"),)

    order_id: Mapped[BigInt] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    channel_id: Mapped[BigInt]
    country: Mapped[str | None]
    day: Mapped[date]
    """The day it was placed, in the reporting zone."""
    location_id: Mapped[BigInt | None]
    """Where its first shipment left from, once one has."""
    settled: Mapped[bool] = mapped_column(server_default="false")


class ProfitDay(_ProfitTerms, Base):
    """Rollup: profit of the orders placed on one day, by channel and country ('' where unknown).

    What belongs to no order stands on its own day, under its channel, or 0 where it has none.
    """

    __tablename__ = "profit_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    channel_id: Mapped[BigInt] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(primary_key=True)


class ItemProfitDay(_ProfitTerms, Base):
    """Rollup: profit of one item in the orders placed on one day, by channel; costs of whole orders are not in it."""

    __tablename__ = "item_profit_days"
    __table_args__ = (Index("ix_item_profit_days_day", "day"),)

    item_id: Mapped[BigInt] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    channel_id: Mapped[BigInt] = mapped_column(primary_key=True)


class ItemCost(Base):
    """The pool of one item at moving average: our undamaged units and their cost, in the reporting currency."""

    __tablename__ = "item_costs"
    __table_args__ = (CheckConstraint("quantity >= 0", name="quantity"),)

    item_id: Mapped[BigInt] = mapped_column(ForeignKey("items.id"), primary_key=True)
    quantity: Mapped[BigInt] = mapped_column(server_default="0")
    value_minor: Mapped[Minor] = mapped_column(server_default="0")


class ExchangeRate(Base):
    """One unit of `base` is `rate` units of `quote` from `at` on."""

    __tablename__ = "exchange_rates"

    base: Mapped[Currency] = mapped_column(primary_key=True)
    quote: Mapped[Currency] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    rate: Mapped[Decimal] = mapped_column(Numeric(18, 9))
