"""Booking by hand: what no event books by itself."""

from datetime import date, datetime
from decimal import Decimal

import strawberry

from core.flows import exchange_rates as exchange
from core.flows import journal as flows
from schema.acting import transact, transact_once
from schema.context import Context
from schema.engine import Ref, mutation
from schema.ids import JournalEntryId
from schema.inputs import money
from schema.ledger.types import ExchangeRate, ExchangeRatesPayload, JournalEntry, JournalPayload
from schema.scalars import MoneyInput
from schema.settings.types import Settings, SettingsPayload


@strawberry.input
class PostingInput:
    """Debits positive, credits negative."""

    account: str
    amount: MoneyInput
    sku: str | None = None
    channel: str | None = None


@strawberry.input
class ExchangeRateInput:
    """One unit of `base` is `rate` units of `quote`, from `at` on; without it, from now on."""

    base: str
    quote: str
    rate: Decimal
    at: datetime | None = None


@mutation(scope="ledger:write")
async def journal_post(
    ctx: Context,
    description: str,
    postings: list[PostingInput],
    idempotency_key: str,
    effective_at: datetime | None = None,
) -> JournalPayload:
    """Storage, adverts, corrections: what no event books by itself."""
    wanted = [
        flows.Posting(
            one.account, *money(one.amount, "postings", str(place), "amount"), sku=one.sku, channel=one.channel
        )
        for place, one in enumerate(postings)
    ]
    entry = await transact_once(ctx, idempotency_key, flows.post, description, wanted, effective_at=effective_at)
    return JournalPayload(journal_entry=Ref(JournalEntry, entry))


@mutation(scope="ledger:write")
async def journal_reverse(ctx: Context, id: JournalEntryId, reason: str, idempotency_key: str) -> JournalPayload:
    """Books the opposite of an entry; reversing it twice is the same reversal."""
    entry = await transact_once(ctx, idempotency_key, flows.reverse, id, reason)
    return JournalPayload(journal_entry=Ref(JournalEntry, entry))


@mutation(scope="ledger:write")
async def exchange_rate_set(ctx: Context, rates: list[ExchangeRateInput]) -> ExchangeRatesPayload:
    """Says what currencies are worth. What was booked without a rate gets its value; what has one keeps it."""
    wanted = [exchange.Rate(one.base, one.quote, one.rate, one.at) for one in rates]
    named = await transact(ctx, exchange.set_rates, wanted)
    return ExchangeRatesPayload(
        exchange_rates=[
            ExchangeRate(base=base, quote=quote, rate=one.rate, at=at)
            for one, (base, quote, at) in zip(wanted, named, strict=True)
        ]
    )


@mutation(scope="ledger:write")
async def ledger_close(ctx: Context, through: date) -> SettingsPayload:
    """Lets nothing more be booked with an effective day up to this one."""
    await transact(ctx, flows.close, through)
    return SettingsPayload(settings=Ref(Settings, 1))
