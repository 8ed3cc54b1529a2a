"""Reading the figures of a range: whole days from their sums, days that the range cuts through from their orders."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.kpis.terms import LISTED, SUMS

_SUMS = text(
    f"""
    select {SUMS} from (
        select {LISTED} from kpi_days
        where (cast(:first as date) is null or day >= :first) and (cast(:end as date) is null or day < :end)
          and (not :some or channel_id in (select id from channels where key = any(:channels)))
        union all
        select {LISTED} from order_kpis
        where day = any(:cut) and (cast(:placed_from as timestamptz) is null or placed_at >= :placed_from)
          and (cast(:placed_to as timestamptz) is null or placed_at < :placed_to)
          and (not :some or channel_id in (select id from channels where key = any(:channels)))
    ) found
    """  # noqa: S608  # the names are our own
)

_CUSTOMERS = text(
    """
    select count(distinct customer_id) from order_kpis
    where (cast(:since as date) is null or day >= :since) and (cast(:until as date) is null or day <= :until)
      and (cast(:placed_from as timestamptz) is null or placed_at >= :placed_from)
      and (cast(:placed_to as timestamptz) is null or placed_at < :placed_to)
      and orders > 0 and (not :some or channel_id in (select id from channels where key = any(:channels)))
    """
)


def measures(
    session: Session,
    zone: str,
    placed_from: datetime | None,
    placed_to: datetime | None,
    channels: Sequence[str] | None,
) -> dict[str, int]:
    """The sum of each measure over the orders placed from one moment to before another, by the name of its column."""
    first, end, cut = _days(placed_from, placed_to, zone)
    given = {"first": first, "end": end, "cut": cut, **_named(placed_from, placed_to, channels)}
    return {name: int(value) for name, value in session.execute(_SUMS, given).mappings().one().items()}


def customers(
    session: Session,
    zone: str,
    placed_from: datetime | None,
    placed_to: datetime | None,
    channels: Sequence[str] | None,
) -> int:
    """How many different customers placed them. No sums of days can say that, so the range's orders are counted."""
    since = clock.day_of(placed_from, zone) if placed_from else None
    until = clock.day_of(placed_to, zone) if placed_to else None
    given = {"since": since, "until": until, **_named(placed_from, placed_to, channels)}
    return int(session.scalars(_CUSTOMERS, given).one())


def _named(placed_from: datetime | None, placed_to: datetime | None, channels: Sequence[str] | None) -> dict[str, Any]:
    some = channels is not None
    return {"placed_from": placed_from, "placed_to": placed_to, "some": some, "channels": list(channels or ())}


def _days(
    placed_from: datetime | None, placed_to: datetime | None, zone: str
) -> tuple[date | None, date | None, list[date]]:
    """The first whole day, the day after the last whole one, and the days that are cut through."""
    first, cut = None, set()
    if placed_from is not None:
        first = clock.day_of(placed_from, zone)
        if clock.start_of_day(first, zone) != placed_from:
            cut.add(first)
            first += timedelta(days=1)
    end = None
    if placed_to is not None:
        end = clock.day_of(placed_to, zone)
        if clock.start_of_day(end, zone) != placed_to:
            cut.add(end)
    return first, end, sorted(cut)
