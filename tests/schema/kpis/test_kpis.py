"""The figures of the shop, against figures made by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import outbox, verify
from core.catalog.models import Channel, Item
from core.flows import book, measure
from core.flows.book import roll_up as ledger
from core.helpdesk.models import TicketLink
from core.hub import Hub
from core.kpis.models import KpiDay
from core.ledgers import accounts, service
from core.ledgers.drafts import Draft, Line
from core.orders.models import Hold, Order, OrderLine
from core.orders.states import CancelReason, HoldKind, OrderStatus
from core.shipments.models import Shipment
from tests.api import Api
from tests.builders import a_channel, a_location, an_item, an_order
from tests.horizon import settle
from tests.schema.access.holders import holder

KPIS = """
query ($placedAt: DateTimeRange, $channel: [String!]) { kpis(placedAt: $placedAt, channel: $channel) {
  orders units revenue { amount currency } averageOrderValue { amount } averageHoursToShip averageHoursToDeliver
  onTimeShipPercent onTimeDeliveryPercent fillRatePercent fulfillmentAccuracyPercent touchlessPercent
  returnRatePercent costPerOrder { amount } inventoryTurnover revenuePerCustomer { amount } ticketsPerHundredOrders
  customerSatisfactionPercent } }
"""
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Shop:
    """Orders as they went, in a shop of tea at 10.00."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.channels: dict[str, Channel] = {key: a_channel(session, key) for key in ("shop", "market")}
        self.tea: Item = an_item(session, "TEA-1")

    def order(self, channel: str, units: int, placed_at: datetime = NOON, **columns: Any) -> Order:
        order = an_order(self.session, self.channels[channel], {self.tea: units}, placed_at=placed_at, **columns)
        book.sales(self.session, [order.id])
        self.happened(order)
        return order

    def ships(self, order: Order, *, after: timedelta, arrives: timedelta | None = None, returned: int = 0) -> None:
        """All of it leaves so long after it was placed, and arrives so long after that."""
        shipped_at = order.placed_at + after
        delivered_at = shipped_at + arrives if arrives else None
        self.session.add(Shipment(order_id=order.id, shipped_at=shipped_at, delivered_at=delivered_at))
        line = self.session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()
        line.open, line.shipped, line.returned = 0, line.quantity, returned
        self.happened(order)

    def happened(self, order: Order) -> None:
        self.session.flush()
        outbox.record(self.session, "order.updated", f"ord_{order.id}", "It moved on.", order_id=order.id)


@pytest.fixture
def shop(session: Session) -> Shop:
    return Shop(session)


def figures(api: Api, hub: Hub, **asked: Any) -> dict[str, Any]:
    """As they are once the job has run; money as its amount."""
    settle(hub.engine)
    measure.roll_up(hub)
    found = api(KPIS, **asked)["kpis"]
    return {name: value["amount"] if isinstance(value, dict) else value for name, value in found.items()}


def test_a_shop_without_orders_has_measured_nothing(api: Api, hub: Hub) -> None:
    found = figures(api, hub)

    assert (found.pop("orders"), found.pop("units"), found.pop("revenue")) == (0, 0, "0.00")
    assert set(found.values()) == {None}


def test_every_figure_is_that_of_the_orders_behind_it(api: Api, hub: Hub, session: Session, shop: Shop) -> None:
    due = {"ship_by": NOON + 24 * HOUR, "deliver_by": NOON + 72 * HOUR}
    shop.ships(shop.order("shop", 2, **due), after=10 * HOUR, arrives=30 * HOUR, returned=1)
    late = shop.order("shop", 4, **due)
    shop.ships(late, after=30 * HOUR, arrives=50 * HOUR)
    session.add(Hold(order_id=late.id, kind=HoldKind.MANUAL, code="x", message="x", opened_by="ada"))
    session.add(TicketLink(helpdesk="zendesk", external_id="1", order_id=late.id))
    shop.order("shop", 2)
    session.commit()

    found = figures(api, hub)

    assert (found["orders"], found["units"], found["revenue"], found["averageOrderValue"]) == (3, 8, "80.00", "26.67")
    assert (found["averageHoursToShip"], found["averageHoursToDeliver"]) == ("20.00", "40.00")
    assert (found["onTimeShipPercent"], found["onTimeDeliveryPercent"]) == ("50.00", "50.00")
    assert (found["touchlessPercent"], found["fulfillmentAccuracyPercent"]) == ("50.00", "100.00")
    assert (found["fillRatePercent"], found["returnRatePercent"]) == ("100.00", "16.67")
    assert (found["ticketsPerHundredOrders"], found["costPerOrder"]) == ("33.33", "0.00")


def test_what_is_cancelled_for_want_of_stock_was_not_filled_and_what_the_shopper_calls_off_does_not_count(
    api: Api, hub: Hub, session: Session, shop: Shop
) -> None:
    shop.ships(shop.order("shop", 3), after=HOUR)
    for reason in (CancelReason.OUT_OF_STOCK, CancelReason.CUSTOMER):
        order = shop.order("shop", 1, cancel_reason=reason)
        line = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()
        line.open, line.cancelled, order.status = 0, 1, OrderStatus.CANCELLED
    session.commit()

    assert figures(api, hub)["fillRatePercent"] == "75.00"


def test_an_order_that_changes_counts_once_with_what_it_is_now(
    api: Api, hub: Hub, session: Session, shop: Shop
) -> None:
    order = shop.order("shop", 1)
    session.commit()
    assert figures(api, hub)["averageHoursToShip"] is None

    shop.ships(order, after=5 * HOUR)
    session.commit()

    assert figures(api, hub)["averageHoursToShip"] == "5.00"
    assert session.scalars(select(KpiDay.orders)).all() == [1]


def test_days_are_the_shops_and_a_range_may_cut_through_them(api: Api, hub: Hub, session: Session, shop: Shop) -> None:
    """The shop is in London, where days begin an hour earlier in summer."""
    for moment, waited in (("2026-07-01T22:30", 1), ("2026-07-01T23:30", 3), ("2026-07-02T12:00", 8)):
        placed = datetime.fromisoformat(f"{moment}:00+00:00")
        shop.ships(shop.order("shop", 1, placed), after=waited * HOUR)
    session.commit()

    def hours(since: str, until: str) -> str | None:
        within = {"from": f"2026-07-{since}:00Z", "to": f"2026-07-{until}:00Z"}
        found: str | None = figures(api, hub, placedAt=within)["averageHoursToShip"]
        return found

    assert hours("01T23:00", "02T23:00") == "5.50"
    assert hours("01T23:45", "02T23:00") == "8.00"
    assert hours("01T22:00", "02T00:00") == "2.00"
    assert hours("01T22:00", "01T22:15") is None


def test_days_move_with_the_shops_zone(api: Api, hub: Hub, session: Session, shop: Shop) -> None:
    shop.ships(shop.order("shop", 1, datetime(2026, 7, 1, 22, 30, tzinfo=UTC)), after=HOUR)
    session.commit()
    measure.roll_up(hub)

    api.done('mutation { settingsUpdate(timezone: "Asia/Tokyo") { userErrors { code } } }')

    assert [str(day) for day in session.scalars(select(KpiDay.day))] == ["2026-07-02"]


def test_figures_of_some_channels_are_theirs_and_a_key_sees_its_own(
    api: Api, hub: Hub, session: Session, shop: Shop
) -> None:
    a_location(session, "LEEDS")
    shop.ships(shop.order("shop", 1), after=2 * HOUR)
    shop.ships(shop.order("market", 1), after=4 * HOUR)
    session.commit()

    assert figures(api, hub)["averageHoursToShip"] == "3.00"
    assert figures(api, hub, channel=["market"])["averageHoursToShip"] == "4.00"
    own = holder(api, "ledger:read", channels=("shop",))
    assert (figures(own, hub)["averageHoursToShip"], figures(own, hub)["revenue"]) == ("2.00", "10.00")
    assert figures(api, hub, channel=[])["orders"] == 0
    assert own.body(KPIS, channel=["market"])["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    at_a_place = holder(api, "ledger:read", locations=("LEEDS",))
    assert at_a_place.body(KPIS)["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_revenue_per_customer_counts_a_customer_once(api: Api, hub: Hub, session: Session, shop: Shop) -> None:
    session.execute(text("insert into customers (id, name) overriding system value values (7, 'Ada'), (8, 'Bob')"))
    for customer, day in ((7, 0), (7, 1), (8, 0)):
        shop.order("shop", 1, NOON + timedelta(days=day), customer_id=customer)
    session.commit()

    assert figures(api, hub)["revenuePerCustomer"] == "15.00"


def test_stock_turns_over_as_often_as_its_mean_value_was_sold(api: Api, hub: Hub, session: Session, shop: Shop) -> None:
    order = shop.order("shop", 1)
    bought = [Line(accounts.INVENTORY, 4000, "GBP"), Line(accounts.OPENING, -4000, "GBP")]
    sold = [Line(accounts.COGS, 1000, "GBP"), Line(accounts.INVENTORY, -1000, "GBP")]
    before = NOON - timedelta(days=9)
    service.post(
        session,
        [
            Draft(rule="opening", book_key=None, description="Stock", postings=bought, effective_at=before),
            Draft(rule="cogs", book_key=None, description="Sold", postings=sold, effective_at=NOON, order_id=order.id),
        ],
    )
    session.commit()
    ledger.roll_up(hub)

    assert figures(api, hub)["inventoryTurnover"] == "0.67"  # 10.00 over the mean of 0 and 30.00
    around = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-04T00:00:00Z"}
    assert figures(api, hub, placedAt=around)["inventoryTurnover"] == "0.29"  # over the mean of 40.00 and 30.00
    assert figures(api, hub, channel=["shop"])["inventoryTurnover"] is None


def test_a_sum_that_is_not_its_orders_is_found(hub: Hub, session: Session, shop: Shop) -> None:
    shop.order("shop", 1)
    session.commit()
    measure.roll_up(hub)
    assert [one for one in verify.run(hub.engine) if one.check == "kpi_days"] == []

    session.execute(text("update kpi_days set orders = orders + 1"))
    session.commit()

    assert [one.check for one in verify.run(hub.engine) if one.check == "kpi_days"] == ["kpi_days"]
