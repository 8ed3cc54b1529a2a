"""The figures of the shop: kept by a job that follows the events of orders, and read together with profit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from core import clock
from core.helpdesk.models import TicketLink
from core.hub import Hub
from core.jobs.registry import periodic
from core.kpis import queries, rollup
from core.ledgers import accounts
from core.ledgers.models import AccountDay, LedgerAccount
from core.ledgers.queries import ProfitGroup, profit_report
from core.settings import service as settings
from crossdock.money import divide

BATCH = 20_000
_HUNDREDTH = Decimal("0.01")
_HOUR = 3600
_COSTS = ("shipping_cost_minor", "channel_fees_minor", "payment_fees_minor", "other_costs_minor")
_SOLD = ("orders", "units", "revenue_minor", "discounts_minor", "cogs_minor", *_COSTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpis:
    """Amounts in minor units of the reporting currency, net of tax. None where nothing was measured."""

    currency: str
    orders: int
    units: int
    revenue_minor: int
    average_order_value_minor: int | None
    average_hours_to_ship: Decimal | None
    average_hours_to_deliver: Decimal | None
    on_time_ship_percent: Decimal | None
    on_time_delivery_percent: Decimal | None
    fill_rate_percent: Decimal | None
    fulfillment_accuracy_percent: Decimal | None
    touchless_percent: Decimal | None
    return_rate_percent: Decimal | None
    cost_per_order_minor: int | None
    inventory_turnover: Decimal | None
    tickets_per_hundred_orders: Decimal | None


@periodic("kpis.roll_up", every=timedelta(seconds=60), queue="ledger")
def roll_up(hub: Hub) -> None:
    """Take in everything that happened to orders since the last time, a batch to a transaction."""
    while True:
        with hub.transaction() as session:
            if rollup.roll_up(session, settings.current(session).timezone, limit=BATCH) < BATCH:
                return


def kpis(
    session: Session, placed_from: datetime | None, placed_to: datetime | None, channels: Sequence[str] | None
) -> Kpis:
    """The figures of the orders placed from one moment to before another, of these channels or of all.

    Orders, units and money are those of `profit_report`; the rest is at most a minute old.
    """
    current = settings.current(session)
    zone = current.timezone
    report = profit_report(
        session, ProfitGroup.CHANNEL, placed_from=placed_from, placed_to=placed_to, channels=channels
    ).subquery()
    sold = session.execute(select(*(func.coalesce(func.sum(report.c[name]), 0).label(name) for name in _SOLD))).one()
    orders, revenue = int(sold.orders), int(sold.revenue_minor - sold.discounts_minor)
    costs = sum(int(getattr(sold, name)) for name in _COSTS)
    measured = queries.measures(session, zone, placed_from, placed_to, channels)
    helped = bool(session.scalar(select(exists().where(TicketLink.id.is_not(None)))))
    return Kpis(
        currency=current.currency,
        orders=orders,
        units=int(sold.units),
        revenue_minor=revenue,
        average_order_value_minor=divide(revenue, orders) if orders else None,
        average_hours_to_ship=_ratio(measured["ship_seconds"], _HOUR * measured["shipped_orders"]),
        average_hours_to_deliver=_ratio(measured["delivery_seconds"], _HOUR * measured["deliveries"]),
        on_time_ship_percent=_percent(measured["ship_in_time"], measured["ship_due"]),
        on_time_delivery_percent=_percent(measured["delivery_in_time"], measured["delivery_due"]),
        fill_rate_percent=_percent(measured["filled_units"], measured["wanted_units"]),
        fulfillment_accuracy_percent=_percent(
            measured["shipped_orders"] - measured["wrong_orders"], measured["shipped_orders"]
        ),
        touchless_percent=_percent(measured["touchless_orders"], measured["shipped_orders"]),
        return_rate_percent=_percent(measured["returned_units"], measured["shipped_units"]),
        cost_per_order_minor=divide(costs, orders) if orders else None,
        inventory_turnover=_turnover(session, zone, placed_from, placed_to, int(sold.cogs_minor))
        if channels is None
        else None,
        tickets_per_hundred_orders=_percent(measured["tickets"], measured["orders"]) if helped else None,
    )


def revenue_per_customer(
    session: Session,
    revenue_minor: int,
    placed_from: datetime | None,
    placed_to: datetime | None,
    channels: Sequence[str] | None,
) -> int | None:
    """The revenue of a range over the different customers who brought it, in minor units."""
    zone = settings.current(session).timezone
    count = queries.customers(session, zone, placed_from, placed_to, channels)
    return divide(revenue_minor, count) if count else None


def _turnover(
    session: Session, zone: str, placed_from: datetime | None, placed_to: datetime | None, cogs_minor: int
) -> Decimal | None:
    """How often the stock was sold: cost of goods sold over the mean of the stock's value before and after."""
    first = clock.day_of(placed_from, zone) if placed_from else None
    after = clock.day_of(placed_to, zone) if placed_to else None
    moved = AccountDay.debit_minor - AccountDay.credit_minor
    before_it = func.sum(moved).filter(AccountDay.day < first) if first else 0
    at_its_end = func.sum(moved).filter(AccountDay.day < after) if after else func.sum(moved)
    query = select(func.coalesce(before_it, 0).label("opening"), func.coalesce(at_its_end, 0).label("closing"))
    query = query.where(
        AccountDay.account_id
        == select(LedgerAccount.id).where(LedgerAccount.code == accounts.INVENTORY).scalar_subquery()
    )
    stock = session.execute(query).one()
    return _ratio(2 * cogs_minor, int(stock.opening) + int(stock.closing))


def _percent(part: int, whole: int) -> Decimal | None:
    return _ratio(100 * part, whole)


def _ratio(part: int, whole: int) -> Decimal | None:
    """To two decimals; None where there is nothing to divide by."""
    return (Decimal(part) / whole).quantize(_HUNDREDTH) if whole > 0 else None
