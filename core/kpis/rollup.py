"""Keeping the sums by day: whatever happens to an order, its part in them is taken out and put in anew."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import locks
from core.kpis.terms import COLUMNS, LISTED, MEASURED, SUMS

_SET = ", ".join(f"{name} = excluded.{name}" for name in ("day", "channel_id", "placed_at", "customer_id", *COLUMNS))
_ADD = ", ".join(f"{name} = kpi_days.{name} + excluded.{name}" for name in COLUMNS)
_LESS = ", ".join(f"-{name}" for name in COLUMNS)

# `taken` stops below the oldest transaction that still runs: none that commits later has an earlier place.
_ROLL_UP = text(
    f"""
with taken as materialized (
    select transaction, id, order_id from events
    where (transaction, id) > (
        (select transaction from event_followers where name = 'kpis'),
        (select event_id from event_followers where name = 'kpis'))
      and transaction < hub_horizon()
    order by transaction, id limit :limit
), fresh as materialized (
    {MEASURED} where orders.id in (select order_id from taken)
), old as materialized (
    select * from order_kpis where order_id in (select order_id from fresh)
), kept as (
    insert into order_kpis (order_id, day, channel_id, placed_at, customer_id, {LISTED})
    select order_id, day, channel_id, placed_at, customer_id, {LISTED} from fresh
    on conflict (order_id) do update set {_SET}
), to_days as (
    insert into kpi_days (day, channel_id, {LISTED})
    select day, channel_id, {SUMS} from (
        select day, channel_id, {LISTED} from fresh union all select day, channel_id, {_LESS} from old
    ) both_of_them group by day, channel_id
    on conflict (day, channel_id) do update set {_ADD}
), moved as (
    update event_followers set transaction = last.transaction, event_id = last.id
    from (select transaction, id from taken order by transaction desc, id desc limit 1) last
    where name = 'kpis'
)
select count(*) from taken
"""  # noqa: S608  # the names are our own
)

_NEW_DAYS = [
    text("update order_kpis set day = (placed_at at time zone :zone)::date"),
    text("delete from kpi_days"),
    text(
        f"""
        insert into kpi_days (day, channel_id, {LISTED})
        select day, channel_id, {SUMS} from order_kpis group by day, channel_id
        """  # noqa: S608  # likewise
    ),
]


def roll_up(session: Session, zone: str, *, limit: int) -> int:
    """Take in what up to `limit` events say has changed, oldest first, and answer how many there were.

    One at a time may do this; another finds nothing to do.
    """
    if not session.scalar(text("select pg_try_advisory_xact_lock(:lock)"), {"lock": locks.MEASURING}):
        return 0
    return int(session.scalars(_ROLL_UP, {"zone": zone, "limit": limit}).one())


def move_days(session: Session, zone: str) -> None:
    """Put every order on its day in another zone."""
    session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": locks.MEASURING})
    for statement in _NEW_DAYS:
        session.execute(statement, {"zone": zone} if ":zone" in statement.text else {})
