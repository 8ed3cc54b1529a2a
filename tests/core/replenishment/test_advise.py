"""Advice what to order again, against the formulas worked out by hand."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.catalog.models import Item, ItemKind
from core.ledgers.models import ItemProfitDay
from core.purchasing.models import Supplier, SupplierOffer
from core.replenishment.advise import advise
from core.replenishment.models import ReorderAdvice
from core.stock.models import LocationKind
from tests.builders import a_channel, a_level, a_location, an_item, an_order

TODAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def sold(session: Session, item: Item, units: Iterable[int], channel: int = 1) -> None:
    """So many on each of the days before today, yesterday first."""
    for ago, count in enumerate(units, start=1):
        row = ItemProfitDay(item_id=item.id, day=TODAY - timedelta(days=ago), channel_id=channel, units=count)
        session.add(row)
    session.flush()


def an_offer(session: Session, item: Item, key: str, *, lead: int, cost: int, least: int = 1, priority: int = 0) -> int:
    supplier = Supplier(key=key, name=key.title(), currency="GBP", priority=priority)
    session.add(supplier)
    session.flush()
    offer = SupplierOffer(supplier_id=supplier.id, item_id=item.id, supplier_sku=item.sku, currency="GBP")
    offer.cost_minor, offer.lead_time_days, offer.min_quantity = cost, lead, least
    session.add(offer)
    session.flush()
    return supplier.id


def advice(session: Session, item: Item) -> ReorderAdvice:
    advise(session, TODAY, NOW)
    session.expire_all()
    return session.get_one(ReorderAdvice, item.id)


@pytest.fixture
def tea(session: Session) -> Item:
    return an_item(session, "TEA-1")


def test_steady_demand_needs_no_safety_and_reorders_for_its_lead_time(session: Session, tea: Item) -> None:
    sold(session, tea, [2] * 90)
    supplier = an_offer(session, tea, "acme", lead=10, cost=500, least=50)
    a_level(session, tea, a_location(session), 15)

    found = advice(session, tea)

    assert (found.daily_demand, found.lead_time_days, found.safety_stock) == (Decimal(2), 10, 0)
    assert (found.reorder_point, found.position, found.below, found.supplier_id) == (20, 15, True, supplier)
    assert found.suggested_quantity == 65  # up to the reorder point and 30 days of demand
    assert (found.days_of_cover, found.stockout_on) == (Decimal("7.5"), date(2026, 6, 8))


def test_what_is_sold_in_packs_is_bought_in_packs(session: Session, tea: Item) -> None:
    sold(session, tea, [2] * 90)
    an_offer(session, tea, "acme", lead=10, cost=500)
    session.execute(update(SupplierOffer).values(pack_size=12))
    a_level(session, tea, a_location(session), 15)

    assert advice(session, tea).suggested_quantity == 72  # of the 65 that are wanted


def test_nothing_is_bought_by_an_offer_that_was_withdrawn(session: Session, tea: Item) -> None:
    sold(session, tea, [2] * 90)
    an_offer(session, tea, "acme", lead=10, cost=500, least=50)
    session.execute(update(SupplierOffer).values(withdrawn_at=NOW))

    found = advice(session, tea)

    assert (found.supplier_id, found.lead_time_days) == (None, 14)


def test_uneven_demand_needs_safety_stock_by_its_deviation(session: Session, tea: Item) -> None:
    sold(session, tea, [0, 4] * 45)
    an_offer(session, tea, "acme", lead=9, cost=500)

    found = advice(session, tea)

    assert found.demand_deviation == Decimal("2.0112")  # the root of (720 - 180 x 180 / 90) / 89
    assert (found.safety_stock, found.reorder_point) == (10, 28)  # 1.645 x 2.0112 x 3 = 9.9; 2 x 9 + 10


def test_demand_of_all_channels_counts_once_a_day_and_today_not_yet(session: Session, tea: Item) -> None:
    sold(session, tea, [1] * 90)
    sold(session, tea, [1] * 90, channel=2)
    session.add(ItemProfitDay(item_id=tea.id, day=TODAY, channel_id=1, units=500))
    session.add(ItemProfitDay(item_id=tea.id, day=TODAY - timedelta(days=91), channel_id=1, units=500))

    assert advice(session, tea).daily_demand == 2
    assert advice(session, tea).demand_deviation == 0


def test_days_before_the_first_sale_do_not_count_but_two_weeks_do(session: Session, tea: Item) -> None:
    sold(session, tea, [3] * 30)
    new = an_item(session, "CUP-1")
    sold(session, new, [14])

    assert advice(session, tea).daily_demand == 3
    assert advice(session, new).daily_demand == 1


def test_the_position_is_what_is_free_and_coming_less_what_waits(session: Session, tea: Item) -> None:
    sold(session, tea, [1] * 90)
    leeds, gone = a_location(session), a_location(session, active=False)
    theirs = a_location(session, kind=LocationKind.SUPPLIER)
    a_level(session, tea, leeds, 10).incoming = 6
    a_level(session, tea, gone, 100)
    a_level(session, tea, theirs, 1000)
    an_order(session, a_channel(session), {tea: 4}, backordered=True)

    found = advice(session, tea)

    assert (found.position, found.days_of_cover) == (12, Decimal("6.0"))
    assert (found.reorder_point, found.below) == (14, True)  # 14 days where no supplier says how long it takes


def test_the_supplier_of_highest_priority_counts_then_the_cheapest(session: Session, tea: Item) -> None:
    sold(session, tea, [1] * 90)
    an_offer(session, tea, "cheap", lead=30, cost=100)
    dear = an_offer(session, tea, "dear", lead=5, cost=900, priority=1)

    assert (advice(session, tea).supplier_id, advice(session, tea).lead_time_days) == (dear, 5)
    session.get_one(Supplier, dear).active = False
    session.flush()
    assert advice(session, tea).lead_time_days == 30


def test_a_safety_stock_set_by_a_person_is_never_undercut(session: Session, tea: Item) -> None:
    level = a_level(session, tea, a_location(session), 8)
    level.safety, level.safety_automatic = 9, False
    session.flush()

    found = advice(session, tea)

    assert (found.safety_stock, found.reorder_point, found.below, found.suggested_quantity) == (9, 9, True, 1)
    assert (found.days_of_cover, found.stockout_on) == (None, None)


def test_what_nobody_wants_is_never_below_and_what_is_not_stocked_has_no_advice(session: Session, tea: Item) -> None:
    bundle = an_item(session, "SET-1", kind=ItemKind.BUNDLE)

    assert advice(session, tea).below is False
    assert session.get(ReorderAdvice, bundle.id) is None
    tea.active = False
    session.flush()
    advise(session, TODAY, NOW)
    session.expire_all()
    assert session.get(ReorderAdvice, tea.id) is None
