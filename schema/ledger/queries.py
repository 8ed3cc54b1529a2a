"""Reading the books."""

from collections.abc import Iterator
from datetime import datetime

import strawberry
from sqlalchemy import func, select
from sqlalchemy.sql.elements import ColumnElement

from core.errors import Forbidden
from core.ids import number_of
from core.ledgers import models, queries
from schema.context import Context
from schema.engine import All, Page, Ref, query
from schema.events.filters import within
from schema.ledger.types import SCOPE, ExchangeRate, JournalEntry, LedgerAccount, TrialBalanceRow
from schema.pagination import Connection, Slice
from schema.scalars import DateTimeRange, money_of

_NEWEST = (models.JournalEntry.effective_at.desc(), models.JournalEntry.id.desc())


@strawberry.input
class JournalEntryFilter:
    account: list[str] | None = None
    order_id: strawberry.ID | None = None
    source: strawberry.ID | None = None
    rule: list[str] | None = None
    effective_at: DateTimeRange | None = None


@query(scope=SCOPE)
def ledger_accounts(ctx: Context) -> list[LedgerAccount]:
    """The chart of accounts."""
    return All(LedgerAccount, order_by=models.LedgerAccount.code)


@query(scope=SCOPE)
def journal_entries(ctx: Context, page: Slice, filter: JournalEntryFilter | None = None) -> Connection[JournalEntry]:
    """What was booked, the latest effective day first."""
    return Page(JournalEntry, page, _conditions(filter), order_by=_NEWEST)


@query(scope=SCOPE)
async def trial_balance(ctx: Context, at: datetime | None = None) -> list[TrialBalanceRow]:
    """Every account's balance on its side, as at a moment or now; in every currency both sides sum to the same."""
    if ctx.viewer.limited:
        raise Forbidden("A key of some channels or locations sees the books of its orders, not the balance of all.")
    return [
        TrialBalanceRow(
            account=Ref(LedgerAccount, row.account_id),
            debit=money_of(row.debit_minor, row.currency),
            credit=money_of(row.credit_minor, row.currency),
        )
        for row in await ctx.select(queries.trial_balance(at))
    ]


@query(scope=SCOPE)
async def exchange_rates(
    ctx: Context, base: str | None = None, quote: str | None = None, at: datetime | None = None
) -> list[ExchangeRate]:
    """The rates in force at a moment, or now."""
    rate = models.ExchangeRate
    newest = select(rate.base, rate.quote, func.max(rate.at).label("at")).where(rate.at <= (at or func.now()))
    if base is not None:
        newest = newest.where(rate.base == base)
    if quote is not None:
        newest = newest.where(rate.quote == quote)
    latest = newest.group_by(rate.base, rate.quote).subquery()
    same = (rate.base == latest.c.base) & (rate.quote == latest.c.quote) & (rate.at == latest.c.at)
    found = select(rate.base, rate.quote, rate.rate, rate.at).join(latest, same).order_by(rate.base, rate.quote)
    return [ExchangeRate(base=row.base, quote=row.quote, rate=row.rate, at=row.at) for row in await ctx.select(found)]


def _conditions(filter: JournalEntryFilter | None) -> Iterator[ColumnElement[bool]]:
    if filter is None:
        return
    entry = models.JournalEntry
    if filter.account is not None:
        yield entry.postings.any(models.Posting.account.has(models.LedgerAccount.code.in_(filter.account)))
    if filter.order_id is not None:
        yield entry.order_id == number_of("ord", filter.order_id, path=("filter", "orderId"))
    if filter.source is not None:
        yield entry.source == filter.source
    if filter.rule is not None:
        yield entry.rule.in_(filter.rule)
    if filter.effective_at is not None:
        yield from within(entry.effective_at, filter.effective_at)
