"""Rolling entries up into days, so that no report sums all of history. Each entry is consumed exactly once."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import locks
from core.ledgers import books
from core.ledgers.terms import COLUMNS, SUMS

_TERMS = ", ".join(COLUMNS)


def _add(table: str) -> str:
    return ", ".join(f"{column} = {table}.{column} + excluded.{column}" for column in COLUMNS)


_ROLL_UP = text(
    f"""
with taken as materialized (
    update journal_entries set rolled_up = true
    where id in (select id from journal_entries where not rolled_up order by id limit :limit)
    returning id, order_id, case when reverses_id is null then rule end as rule,
        (effective_at at time zone :zone)::date as effective_day
), posted as materialized (
    select taken.order_id, taken.rule, taken.effective_day, posting.account_id, posting.amount_minor, posting.currency,
        posting.reporting_minor, posting.item_id, posting.quantity, account.profit_part as part,
        coalesce(orders.channel_id, posting.channel_id, 0) as channel_id,
        coalesce((orders.placed_at at time zone :zone)::date, taken.effective_day) as day,
        coalesce(case when known.order_id is null then orders.country else known.country end, '') as country
    from taken
    join postings posting on posting.entry_id = taken.id
    join ledger_accounts account on account.id = posting.account_id
    left join orders on orders.id = taken.order_id
    left join order_profits known on known.order_id = taken.order_id
), to_accounts as (
    insert into account_days (account_id, currency, day, debit_minor, credit_minor)
    select account_id, currency, effective_day, coalesce(sum(amount_minor) filter (where amount_minor > 0), 0),
        coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0)
    from posted group by 1, 2, 3
    on conflict (account_id, currency, day) do update
        set debit_minor = account_days.debit_minor + excluded.debit_minor,
            credit_minor = account_days.credit_minor + excluded.credit_minor
), to_orders as (
    insert into order_profits (order_id, channel_id, country, day, location_id, {_TERMS})
    select order_id, channel_id, nullif(country, ''), day,
        (select location_id from shipments
         where shipments.order_id = posted.order_id and shipped_at is not null and location_id is not null
         order by shipped_at, id limit 1),
        {SUMS}
    from posted where order_id is not null and part is not null group by order_id, channel_id, country, day
    on conflict (order_id) do update
        set location_id = coalesce(order_profits.location_id, excluded.location_id), {_add("order_profits")}
), to_days as (
    insert into profit_days (day, channel_id, country, {_TERMS})
    select day, channel_id, country, {SUMS}
    from posted where part is not null group by day, channel_id, country
    on conflict (day, channel_id, country) do update set {_add("profit_days")}
), to_items as (
    insert into item_profit_days (item_id, day, channel_id, {_TERMS})
    select item_id, day, channel_id, {SUMS}
    from posted where part is not null and item_id is not null group by item_id, day, channel_id
    on conflict (item_id, day, channel_id) do update set {_add("item_profit_days")}
)
select count(*) from taken
"""
)

_FORGET = [
    text(f"delete from {table}") for table in ("account_days", "order_profits", "profit_days", "item_profit_days")
]


def roll_up(session: Session, *, limit: int = 20_000) -> int:
    """Add up to `limit` entries, oldest first, to the rollups, and say how many there were. One at a time may do this.

    An order keeps the country that it had when it was first rolled up.
    """
    if not session.scalar(text("select pg_try_advisory_xact_lock(:lock)"), {"lock": locks.ROLLING_UP}):
        return 0
    parameters = {"limit": limit, "zone": books.read(session).timezone}
    return int(session.scalars(_ROLL_UP, parameters).one())


def forget(session: Session) -> None:
    """Empty the rollups, so that all entries are rolled up again: where the zone of sales days has changed."""
    session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": locks.ROLLING_UP})
    for statement in _FORGET:
        session.execute(statement)
    session.execute(text("update journal_entries set rolled_up = false where rolled_up"))
