"""Figures by day equal the sums of what is measured of each order."""

from core.kpis.terms import COLUMNS, LISTED
from core.verify.check import sql

_SUMMED = ", ".join(f"sum({name}) as {name}" for name in COLUMNS)
_DIFFER = " or ".join(f"coalesce(kept.{name}, 0) <> coalesce(summed.{name}, 0)" for name in COLUMNS)

CHECKS = (
    sql(
        0,
        "kpi_days",
        "The rollup kpi_days = the sums of its orders",
        f"""
        select 'chn_' || coalesce(kept.channel_id, summed.channel_id) as subject, format(
            'On %s it has %s orders and %s units shipped; its orders make %s and %s.',
            coalesce(kept.day, summed.day), coalesce(kept.orders, 0), coalesce(kept.shipped_units, 0),
            coalesce(summed.orders, 0), coalesce(summed.shipped_units, 0)) as message
        from (select day, channel_id, {LISTED} from kpi_days) kept
        full join (select day, channel_id, {_SUMMED} from order_kpis group by day, channel_id) summed
            on summed.day = kept.day and summed.channel_id = kept.channel_id
        where {_DIFFER}
        """,
    ),
)
