"""Profit by order, item, channel, place or time.

Read from the rollups and what was booked since; from postings alone where no rollup can say.
"""

import enum
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Numeric, String, TextualSelect, column, text
from sqlalchemy.orm import Session

from core import clock
from core.ledgers import books
from core.ledgers.terms import AMOUNTS, COLUMNS, NET, NET_SALES, SUMS, Profit


class ProfitGroup(enum.StrEnum):
    ORDER = "ORDER"
    SKU = "SKU"
    CHANNEL = "CHANNEL"
    SUPPLIER = "SUPPLIER"
    LOCATION = "LOCATION"
    COUNTRY = "COUNTRY"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


class ProfitSort(enum.StrEnum):
    KEY = "KEY"
    NET_DESC = "NET_DESC"
    NET_ASC = "NET_ASC"
    REVENUE_DESC = "REVENUE_DESC"
    UNITS_DESC = "UNITS_DESC"
    MARGIN_ASC = "MARGIN_ASC"


SORTS = {
    ProfitSort.KEY: "key",
    ProfitSort.NET_DESC: "net_minor desc, key",
    ProfitSort.NET_ASC: "net_minor, key",
    ProfitSort.REVENUE_DESC: "revenue_minor desc, key",
    ProfitSort.UNITS_DESC: "units desc, key",
    ProfitSort.MARGIN_ASC: "margin_percent nulls last, key",
}

# Key, label and joins of each group, over rows of (order_id, item_id, channel_id, country, day, location_id).
_WORDS = {
    ProfitGroup.ORDER: ("'ord_' || orders.id", "orders.number", "join orders on orders.id = fact.order_id"),
    ProfitGroup.SKU: ("items.sku", "items.name", "join items on items.id = fact.item_id"),
    ProfitGroup.CHANNEL: (
        "coalesce(channels.key, '')",
        "coalesce(channels.name, 'No channel')",
        "left join channels on channels.id = fact.channel_id",
    ),
    ProfitGroup.LOCATION: (
        "coalesce(locations.code, '')",
        "coalesce(locations.name, 'Not shipped')",
        "left join locations on locations.id = fact.location_id",
    ),
    ProfitGroup.SUPPLIER: (
        "coalesce(suppliers.key, '')",
        "coalesce(suppliers.name, 'Own stock')",
        "left join suppliers on suppliers.location_id = fact.location_id",
    ),
    ProfitGroup.COUNTRY: ("fact.country", "coalesce(nullif(fact.country, ''), 'Unknown')", ""),
    ProfitGroup.DAY: ("to_char(fact.day, 'YYYY-MM-DD')", "to_char(fact.day, 'YYYY-MM-DD')", ""),
    ProfitGroup.WEEK: (
        """to_char(fact.day, 'IYYY-"W"IW')""",
        """to_char(fact.day, '"Week "IW" of "IYYY')""",
        "",
    ),
    ProfitGroup.MONTH: ("to_char(fact.day, 'YYYY-MM')", "to_char(fact.day, 'YYYY-MM')", ""),
}
_OF_ORDERS = {ProfitGroup.ORDER, ProfitGroup.SUPPLIER, ProfitGroup.LOCATION}
_OF_ITEMS = {ProfitGroup.SKU, ProfitGroup.CHANNEL, ProfitGroup.DAY, ProfitGroup.WEEK, ProfitGroup.MONTH}

_TERMS = ", ".join(COLUMNS)
_BY_DAY = f"select null::bigint, null::bigint, channel_id, country, day, null::bigint, {_TERMS} from profit_days"
_BY_ITEM = f"select null::bigint, item_id, channel_id, '', day, null::bigint, {_TERMS} from item_profit_days"
_BY_ORDER = f"""
    select order_id, null::bigint, channel_id, coalesce(country, ''), day, location_id, {_TERMS} from order_profits
"""

# Postings as the rollups see them. `known` keeps the country and place that the rollup of the order has.
_POSTED = """
    select entry.order_id, case when entry.reverses_id is null then entry.rule end as rule,
        account.profit_part as part, posting.reporting_minor, posting.quantity, posting.item_id,
        coalesce(orders.channel_id, posting.channel_id, 0) as channel_id,
        coalesce(case when known.order_id is null then orders.country else known.country end, '') as country,
        (coalesce(orders.placed_at, entry.effective_at) at time zone :zone)::date as day,
        coalesce(orders.placed_at, entry.effective_at) as placed_at,
        coalesce(known.location_id, (
            select location_id from shipments
            where shipments.order_id = entry.order_id and shipped_at is not null and location_id is not null
            order by shipped_at, id limit 1)) as location_id
    from journal_entries entry
    join postings posting on posting.entry_id = entry.id
    join ledger_accounts account on account.id = posting.account_id and account.profit_part is not null
    left join orders on orders.id = entry.order_id
    left join order_profits known on known.order_id = entry.order_id
"""


def profit_report(
    session: Session,
    group: ProfitGroup,
    *,
    placed_from: datetime | None = None,
    placed_to: datetime | None = None,
    channels: Sequence[str] | None = None,
    skus: Sequence[str] | None = None,
) -> TextualSelect:
    """Rows of (key, label, orders, units, the nine terms in minor units, net_minor, margin_percent), unsorted.

    `placed_from` is inclusive, `placed_to` exclusive. Sales days are those of the settings' zone. Costs and credits
    that belong to no order count on the day they were booked for, except by order, place and supplier. An order counts
    for the place its first shipment left from; an item with what is booked for it, so without its orders' shipping.
    Sort with `SORTS`.
    """
    zone = books.read(session).timezone
    first, last = _days(placed_from, placed_to, zone)
    aligned = _starts_day(placed_from, zone) and _starts_day(placed_to, zone)
    rolled = _rollup_for(group, len(skus or ())) if aligned else None
    place = ["true"]
    if placed_from:
        place.append("day >= :first" if rolled else "placed_at >= :placed_from")
    if placed_to:
        place.append("day <= :last" if rolled else "placed_at < :placed_to")
    if channels is not None:
        place.append("channel_id in (select id from channels where key = any(:channels))")
    if skus:
        place.append("item_id in (select id from items where sku = any(:skus))")
    where = " and ".join(place)
    posted = _POSTED + ("where not entry.rolled_up" if rolled else "")
    item = "item_id" if group is ProfitGroup.SKU else "null::bigint"  # else an order would count once for each item
    summed = f"""
        select order_id, {item}, channel_id, country, day, location_id, {SUMS}
        from ({posted}) posted where {where} group by 1, 2, 3, 4, 5, 6
    """
    facts = f"select * from ({rolled}) rolled where {where} union all {summed}" if rolled else summed
    statement = text(_grouped(group, facts))
    known = {
        "zone": zone,
        "first": first,
        "last": last,
        "placed_from": placed_from,
        "placed_to": placed_to,
        "channels": list(channels or ()),
        "skus": list(skus or ()),
    }
    named = {name: value for name, value in known.items() if f":{name}" in statement.text}
    return statement.bindparams(**named).columns(*_COLUMNS)


_COLUMNS: tuple[Any, ...] = (
    column("key", String),
    column("label", String),
    *(column(name, BigInteger) for name in COLUMNS),
    column("net_minor", BigInteger),
    column("margin_percent", Numeric),
)


def _grouped(group: ProfitGroup, facts: str) -> str:
    key, label, joins = _WORDS[group]
    sums = ", ".join(f"cast(sum(fact.{name}) as bigint) as {name}" for name in COLUMNS)
    only = "where fact.order_id is not null" if group in _OF_ORDERS else ""
    return f"""
        select key, label, {_TERMS}, {NET} as net_minor,
            case when {NET_SALES} > 0 then round(100.0 * ({NET}) / ({NET_SALES}), 2) end as margin_percent
        from (
            select {key} as key, {label} as label, {sums} from ({facts}) fact {joins} {only} group by 1, 2
        ) grouped
    """


def _rollup_for(group: ProfitGroup, skus: int) -> str | None:
    """The rollup that a report can be read from, or None where there is none.

    Of several SKUs at once none can say how many orders they share.
    """
    if group is ProfitGroup.SKU or skus:
        return _named(_BY_ITEM) if group is ProfitGroup.SKU or (group in _OF_ITEMS and skus == 1) else None
    return _named(_BY_ORDER) if group in _OF_ORDERS else _named(_BY_DAY)


def _named(statement: str) -> str:
    head = "order_id, item_id, channel_id, country, day, location_id"
    return f"select * from ({statement}) as source({head}, {_TERMS})"


def _days(placed_from: datetime | None, placed_to: datetime | None, zone: str) -> tuple[date | None, date | None]:
    first = clock.day_of(placed_from, zone) if placed_from else None
    last = clock.day_of(placed_to, zone) - timedelta(days=1) if placed_to else None
    return first, last


def _starts_day(moment: datetime | None, zone: str) -> bool:
    return moment is None or clock.start_of_day(clock.day_of(moment, zone), zone) == moment


_OF_EACH_ORDER = text(
    f"""
    select order_id, {SUMS}, exists (
        select from journal_entries paid where paid.order_id = posted.order_id and paid.rule = 'settlement') as settled
    from (
        select entry.order_id, entry.rule, account.profit_part as part, posting.reporting_minor, posting.quantity
        from journal_entries entry
        join postings posting on posting.entry_id = entry.id
        join ledger_accounts account on account.id = posting.account_id
        where entry.order_id = any(:ids) and account.profit_part is not null
    ) posted
    group by order_id
    """
)


def profits_of_orders(session: Session, order_ids: Sequence[int]) -> dict[int, Profit]:
    """The profit of each order from its own postings, however fresh; one statement. Orders without any are all zero."""
    found = {
        row.order_id: Profit._make([*(int(getattr(row, name)) for name in AMOUNTS), row.settled])
        for row in session.execute(_OF_EACH_ORDER, {"ids": list(order_ids)})
    }
    return {order_id: found.get(order_id, Profit()) for order_id in order_ids}
