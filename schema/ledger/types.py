"""LedgerAccount, JournalEntry, Posting and TrialBalanceRow."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from core.ledgers import models, queries
from core.ledgers.models import AccountKind as AccountKind
from schema.context import Context
from schema.engine import column, computed, many, money, node, one
from schema.errors import Payload
from schema.orders.visible import belonging_to
from schema.scalars import Money, money_of

if TYPE_CHECKING:
    from schema.catalog.types import Channel, Item
    from schema.orders.types import Order, OrderLine

strawberry.enum(AccountKind)
SCOPE = "ledger:read"


@node(models.LedgerAccount, prefix="acc", scope=SCOPE)
class LedgerAccount:
    """An account of the chart."""

    code: str = column(models.LedgerAccount.code)
    name: str = column(models.LedgerAccount.name)
    kind: AccountKind = column(models.LedgerAccount.kind)

    @computed(requires=[models.LedgerAccount.id])
    @staticmethod
    async def balances(accounts: Sequence[models.LedgerAccount], ctx: Context) -> list[list[Money]]:
        """What stands on it now, one amount a currency; debits are positive."""
        held: dict[int, list[Money]] = {account.id: [] for account in accounts}
        for row in await ctx.select(queries.balances()):
            if row.account_id in held and row.amount_minor:
                held[row.account_id].append(money_of(row.amount_minor, row.currency))
        return [sorted(held[account.id], key=lambda amount: amount.currency) for account in accounts]


@node(models.Posting, scope=SCOPE)
class Posting:
    """Debits are positive, credits negative."""

    account: LedgerAccount = one(models.Posting.account)
    amount: Money = money(models.Posting.amount_minor, models.Posting.currency)
    item: "Item | None" = one(models.Posting.item)
    channel: "Channel | None" = one(models.Posting.channel)
    order_line: "OrderLine | None" = one(models.Posting.order_line)


@node(models.JournalEntry, prefix="jrn", scope=SCOPE, visible=belonging_to(models.JournalEntry.order_id))
class JournalEntry:
    """Immutable. Its postings sum to zero in every currency; a mistake is reversed, never edited."""

    number: str = column(models.JournalEntry.number)
    rule: str = column(models.JournalEntry.rule)
    description: str = column(models.JournalEntry.description)
    postings: list[Posting] = many(models.JournalEntry.postings, order_by=models.Posting.id)
    order: "Order | None" = one(models.JournalEntry.order)
    source: strawberry.ID | None = column(
        models.JournalEntry.source, shown_as=strawberry.ID, description="The document it books."
    )
    reverses: "JournalEntry | None" = one(models.JournalEntry.reverses)
    reversed_by: "JournalEntry | None" = one(models.JournalEntry.reversed_by)
    effective_at: datetime = column(models.JournalEntry.effective_at)
    recorded_at: datetime = column(models.JournalEntry.recorded_at)


@strawberry.type
class TrialBalanceRow:
    """One row per account and currency."""

    account: LedgerAccount
    debit: Money
    credit: Money


@strawberry.type
class ExchangeRate:
    """One unit of `base` in units of `quote`, from `at` on."""

    base: str
    quote: str
    rate: Decimal
    at: datetime


@strawberry.type
class ExchangeRatesPayload(Payload):
    exchange_rates: list[ExchangeRate] = strawberry.field(default_factory=list)


@strawberry.type
class JournalPayload(Payload):
    journal_entry: JournalEntry | None = None
