"""Reports: rollups and what was booked since always say the same as the postings themselves."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from core.cases.models import Case
from core.db import transaction
from core.flows import book
from core.flows.book.roll_up import roll_up
from core.hub import Hub
from core.ledgers import queries, rollup, service
from core.ledgers.models import ExchangeRate, ItemProfitDay, LedgerAccount, OrderProfit, ProfitDay
from core.ledgers.queries import Profit, ProfitGroup
from core.ledgers.service import Draft, Line
from core.orders.models import Order
from core.stock.models import MovementReason
from core.stock.service import Movement, move
from core.verify import ledger, rollups
from crossdock.orders import LineKind
from tests.builders import a_channel, a_location, an_item
from tests.core.ledgers.build import NOON, a_sale, a_shipment, lines_of


def report(session: Session, group: ProfitGroup, **scope: Any) -> dict[str, tuple[int, int, int, int]]:
    """Key -> (orders, units, revenue, net)."""
    rows = session.execute(queries.profit_report(session, group, **scope))
    return {row.key: (row.orders, row.units, row.revenue_minor, row.net_minor) for row in rows}


def rolled(session: Session) -> Iterator[None]:
    """The books with nothing rolled up, with half of it, and with all."""
    yield
    assert rollup.roll_up(session, limit=3) == 3
    yield
    while rollup.roll_up(session, limit=3):
        pass
    yield


@pytest.fixture
def orders(session: Session) -> list[Order]:
    """Two orders on two channels, one shipped and labelled, a fee, and a write-off that belongs to none."""
    web, fair = a_channel(session, "web"), a_channel(session, "fair", name="The fair")
    red, blue = an_item(session, "RED"), an_item(session, "BLUE")
    here = a_location(session, "MAIN")
    stock = [
        Movement(
            item_id=item.id, location_id=here.id, reason=MovementReason.RECEIPT, on_hand=10, unit_cost_minor=200,
            occurred_at=NOON,
        )
        for item in (red, blue)
    ]  # fmt: skip
    lost = Movement(item_id=blue.id, location_id=here.id, reason=MovementReason.WRITE_OFF, on_hand=-1, occurred_at=NOON)
    move(session, [*stock, lost])
    book.stock_value(session, stock)
    book.stock_value(session, [lost])
    first = a_sale(
        session,
        web,
        {"item": red, "quantity": 2, "total_minor": 2400, "tax_minor": 400},
        {"item": blue, "total_minor": 900, "discount_minor": 100},
        country="GB",
    )
    second = a_sale(session, fair, {"item": red, "total_minor": 1000}, placed_at=NOON + timedelta(days=40))
    book.sales(session, [first.id, second.id])
    units = {line.id: line.quantity for line in lines_of(session, first)}
    book.shipments(session, [a_shipment(session, first, here, units).id])
    book.fees(
        session,
        [
            book.Fee(
                key="1", kind=LineKind.COMMISSION, amount_minor=150, currency="GBP", at=NOON, order_id=first.id,
                channel_id=web.id,
            )
        ],
    )  # fmt: skip
    return [first, second]


FIRST = (1, 3, 3000, 2150)
"""3,000 less 100 discount, 600 cost of goods and 150 commission."""
SECOND = (1, 1, 1000, 1000)
LOST = (0, 0, 0, -200)


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (ProfitGroup.ORDER, {"ord_1": FIRST, "ord_2": SECOND}),
        (ProfitGroup.SKU, {"RED": (2, 3, 3000, 2600), "BLUE": (1, 1, 1000, 500)}),
        (ProfitGroup.CHANNEL, {"web": FIRST, "fair": SECOND, "": LOST}),
        (ProfitGroup.LOCATION, {"MAIN": FIRST, "": SECOND}),
        (ProfitGroup.SUPPLIER, {"": (2, 4, 4000, 3150)}),
        (ProfitGroup.COUNTRY, {"GB": FIRST, "": (1, 1, 1000, 800)}),
        (ProfitGroup.DAY, {"2026-03-02": (1, 3, 3000, 1950), "2026-04-11": SECOND}),
        (ProfitGroup.WEEK, {"2026-W10": (1, 3, 3000, 1950), "2026-W15": SECOND}),
        (ProfitGroup.MONTH, {"2026-03": (1, 3, 3000, 1950), "2026-04": SECOND}),
    ],
)
def test_every_report_says_the_same_however_much_is_rolled_up(
    session: Session, orders: list[Order], group: ProfitGroup, expected: dict[str, tuple[int, int, int, int]]
) -> None:
    for _ in rolled(session):
        assert report(session, group) == expected


def test_a_report_can_be_of_a_range_a_channel_or_an_item(session: Session, orders: list[Order]) -> None:
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    for _ in rolled(session):
        for moment in (midnight, NOON + timedelta(seconds=1)):  # a whole day, and a part of one
            assert report(session, ProfitGroup.MONTH, placed_to=moment) == {"2026-03": (1, 3, 3000, 1950)}
            assert report(session, ProfitGroup.CHANNEL, placed_from=moment) == {"fair": SECOND}
        assert report(session, ProfitGroup.DAY, placed_to=NOON) == {}
        assert report(session, ProfitGroup.SKU, channels=["web"]) == {
            "RED": (1, 2, 2000, 1600),
            "BLUE": (1, 1, 1000, 700),
        }
        assert report(session, ProfitGroup.MONTH, skus=["RED"]) == {
            "2026-03": (1, 2, 2000, 1600),
            "2026-04": (1, 1, 1000, 1000),
        }
        assert report(session, ProfitGroup.DAY, skus=["RED", "BLUE"], channels=["web"]) == {
            "2026-03-02": (1, 3, 3000, 2300)
        }
        assert report(session, ProfitGroup.ORDER, skus=["BLUE"]) == {"ord_1": (1, 1, 1000, 700)}


def test_a_profit_has_all_its_terms_and_a_margin_of_net_sales(session: Session, orders: list[Order]) -> None:
    found = queries.profits_of_orders(session, [orders[0].id, 10**9])

    assert found[orders[0].id] == Profit(
        revenue_minor=3000, discounts_minor=100, cogs_minor=600, channel_fees_minor=150
    )
    assert found[orders[0].id].net_minor == 2150
    assert found[orders[0].id].margin_percent == Decimal("74.14")
    assert found[10**9] == Profit()
    assert Profit().margin_percent is None
    (row,) = session.execute(queries.profit_report(session, ProfitGroup.ORDER, channels=["web"]))
    assert (row.net_minor, row.margin_percent) == (2150, Decimal("74.14"))


def test_reports_are_sorted_by_what_is_asked_for(session: Session, orders: list[Order]) -> None:
    def keys(sort: queries.ProfitSort) -> list[str]:
        found = queries.profit_report(session, ProfitGroup.CHANNEL).subquery("report")
        return list(session.scalars(select(found.c.key).order_by(text(queries.SORTS[sort]))))

    assert keys(queries.ProfitSort.NET_DESC) == ["web", "fair", ""]
    assert keys(queries.ProfitSort.KEY) == ["", "fair", "web"]
    assert keys(queries.ProfitSort.MARGIN_ASC) == ["web", "fair", ""]


@pytest.mark.parametrize("spring", [True, False])
def test_days_of_23_and_25_hours_add_up_in_the_shops_own_zone(session: Session, *, spring: bool) -> None:
    day = datetime(2026, 3, 29) if spring else datetime(2026, 10, 25)  # noqa: DTZ001  # local midnight, made aware below
    start = day.replace(tzinfo=UTC) - timedelta(hours=0 if spring else 1)
    hours = 23 if spring else 25
    channel = a_channel(session)
    placed = [start + timedelta(hours=hour, minutes=59) for hour in range(-1, hours + 1)]
    made = [a_sale(session, channel, {"total_minor": 100}, placed_at=moment) for moment in placed]
    book.sales(session, [order.id for order in made])

    for _ in rolled(session):
        found = report(session, ProfitGroup.DAY)
        assert found[f"{day:%Y-%m-%d}"] == (hours, hours, 100 * hours, 100 * hours)
        assert sum(row[0] for row in found.values()) == hours + 2


def test_rollups_take_each_entry_once(session: Session, orders: list[Order]) -> None:
    while rollup.roll_up(session):
        pass
    again = rollup.roll_up(session)
    session.commit()

    assert again == 0
    days = {(row.channel_id, row.revenue_minor) for row in session.scalars(select(ProfitDay))}
    assert days == {(0, 0), (orders[0].channel_id, 3000), (orders[1].channel_id, 1000)}
    assert {row.revenue_minor for row in session.scalars(select(OrderProfit))} == {3000, 1000}
    assert len(list(session.scalars(select(ItemProfitDay)))) == 4

    rollup.forget(session)
    assert list(session.scalars(select(ProfitDay))) == []
    assert rollup.roll_up(session) > 0
    assert {(row.channel_id, row.revenue_minor) for row in session.scalars(select(ProfitDay))} == days


def balances_by_code(session: Session, at: datetime | None = None) -> dict[tuple[str, str], tuple[int, int]]:
    codes = {account.id: account.code for account in session.scalars(select(LedgerAccount))}
    rows = session.execute(queries.trial_balance(at))
    return {(codes[row.account_id], row.currency): (row.debit_minor, row.credit_minor) for row in rows}


def test_a_trial_balance_is_that_of_its_moment(session: Session) -> None:
    def pay(amount: int, at: datetime, currency: str = "GBP") -> None:
        postings = [Line("5900", amount, currency), Line("1000", -amount, currency)]
        draft = Draft(rule="manual", book_key=None, description="Rent", postings=postings, effective_at=at)
        service.post(session, [draft])

    pay(100, NOON)
    pay(20, NOON + timedelta(hours=2))
    pay(7, NOON + timedelta(days=2))
    pay(500, NOON, "JPY")

    for _ in rolled(session):
        both = {("1000", "JPY"): (0, 500), ("5900", "JPY"): (500, 0)}
        assert balances_by_code(session) == {("1000", "GBP"): (0, 127), ("5900", "GBP"): (127, 0), **both}
        assert balances_by_code(session, NOON) == {("1000", "GBP"): (0, 100), ("5900", "GBP"): (100, 0), **both}
        later = balances_by_code(session, NOON + timedelta(days=1))
        assert later[("1000", "GBP")] == (0, 120)
        assert balances_by_code(session, NOON - timedelta(seconds=1)) == {}


def test_balances_are_signed(session: Session) -> None:
    postings = [Line("5900", 100, "GBP"), Line("1000", -100, "GBP")]
    service.post(session, [Draft(rule="manual", book_key=None, description="x", postings=postings, effective_at=NOON)])
    found = queries.balances().subquery()

    for _ in range(2):
        amounts = session.scalars(select(found.c.amount_minor).order_by(found.c.amount_minor))
        assert list(amounts) == [-100, 100]
        rollup.roll_up(session)


def test_the_job_rolls_everything_up_and_asks_for_rates_that_are_missing(hub: Hub, session: Session) -> None:
    channel = a_channel(session)
    made = [a_sale(session, channel, {"total_minor": 100}, currency=currency) for currency in ("GBP", "EUR", "EUR")]
    book.sales(session, [order.id for order in made])
    session.commit()

    roll_up(hub)
    roll_up(hub)

    assert session.scalar(text("select count(*) from journal_entries where not rolled_up")) == 0
    assert report(session, ProfitGroup.CHANNEL)[channel.key] == (3, 3, 100, 100)
    (case,) = session.scalars(select(Case))
    assert (case.code, case.title) == ("exchange_rate_missing", "No exchange rate from EUR to GBP")

    session.add(ExchangeRate(base="EUR", quote="GBP", at=NOON, rate=Decimal("0.8")))
    session.commit()
    roll_up(hub)
    session.commit()

    assert report(session, ProfitGroup.CHANNEL)[channel.key] == (3, 3, 260, 260)
    with hub.engine.connect() as connection:
        assert [check.run(connection) for check in (*ledger.CHECKS, *rollups.CHECKS) if check.run(connection)] == []


def test_two_that_roll_up_at_once_do_not_count_twice(engine: Engine, session: Session) -> None:
    channel = a_channel(session)
    made = [a_sale(session, channel, {"total_minor": 100}) for _ in range(20)]
    book.sales(session, [order.id for order in made])
    session.commit()
    taken: list[int] = []

    def work() -> None:
        for _ in range(10):
            with transaction(engine) as own:
                taken.append(rollup.roll_up(own, limit=2))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    while rollup.roll_up(session, limit=2):
        pass
    session.commit()
    assert report(session, ProfitGroup.CHANNEL)[channel.key] == (20, 20, 2000, 2000)
    assert session.scalars(select(ProfitDay.revenue_minor)).one() == 2000
