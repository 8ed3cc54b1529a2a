"""Available to promise, and the terms that it is the sum of."""

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from core.catalog.models import Item, ItemKind
from core.flows.availability import item_available
from core.stock.models import LocationKind
from core.stock.promise import UNLIMITED, Promise, Term, less_listing, promised
from core.stock.service import reserve
from tests.builders import a_bundle, a_channel, a_level, a_location, an_item, an_order, work_for
from tests.statements import counted


def test_the_terms_are_named_and_add_up(session: Session) -> None:
    item, london, leeds = an_item(session), a_location(session), a_location(session)
    a_level(session, item, london, 10, safety=2)
    a_level(session, item, leeds, 4)
    channel = a_channel(session, buffer=1)
    reserve(session, work_for(session, an_order(session, channel, {item: 3}), london))
    session.flush()
    an_order(session, channel, {item: 2})
    an_order(session, channel, {item: 1}, backordered=True)

    promise = promised(session, [(item.id, channel.id)])[item.id, channel.id]

    # The first order still has its units open: routing moves them, and this test reserved without it.
    assert promise.terms == (
        Term("On hand", 10, london.id),
        Term("Reserved", -3, london.id),
        Term("Safety stock", -2, london.id),
        Term("On hand", 4, leeds.id),
        Term("Sold and not yet routed", -6),
        Term("Channel buffer", -1),
    )
    assert promise.available == 2


def test_a_channel_sells_from_the_locations_it_names_only(session: Session) -> None:
    item, near, far = an_item(session), a_location(session), a_location(session)
    closed = a_location(session, active=False)
    for place, units in ((near, 5), (far, 7), (closed, 100)):
        a_level(session, item, place, units)
    picky, broad = a_channel(session, locations=(near,)), a_channel(session)

    figures = promised(session, [(item.id, picky.id), (item.id, broad.id), (item.id, None)])

    assert {channel: promise.available for (_, channel), promise in figures.items()} == {
        picky.id: 5,
        broad.id: 12,
        None: 12,
    }


def test_demand_counts_against_channels_that_share_a_location(session: Session) -> None:
    item, near, far = an_item(session), a_location(session), a_location(session)
    for place in (near, far):
        a_level(session, item, place, 10)
    at_near, at_far, at_both = (
        a_channel(session, locations=(near,)),
        a_channel(session, locations=(far,)),
        a_channel(session),
    )
    an_order(session, at_near, {item: 4})

    figures = promised(session, [(item.id, channel.id) for channel in (at_near, at_far, at_both)])

    assert [promise.available for promise in figures.values()] == [6, 10, 16]


def test_what_the_channel_ships_itself_is_no_demand_on_our_stock(session: Session) -> None:
    item, channel = an_item(session), a_channel(session)
    a_level(session, item, a_location(session), 10)
    an_order(session, channel, {item: 4}, fulfilled_by_channel=True)

    assert promised(session, [(item.id, channel.id)])[item.id, channel.id].available == 10


def test_more_demand_than_stock_is_zero_and_one_locations_lack_is_not_anothers(session: Session) -> None:
    item, channel = an_item(session), a_channel(session)
    short, full = a_location(session), a_location(session)
    a_level(session, item, short, 1, safety=5)
    a_level(session, item, full, 3)

    promise = promised(session, [(item.id, channel.id)])[item.id, channel.id]
    assert promise.available == sum(term.quantity for term in promise.terms) == 3
    assert Term("Never below zero here", 4, short.id) in promise.terms

    an_order(session, channel, {item: 9}, backordered=True)
    promise = promised(session, [(item.id, channel.id)])[item.id, channel.id]
    assert promise.available == sum(term.quantity for term in promise.terms) == 0
    assert promise.terms[-1] == Term("Never below zero", 6)


def test_a_bundle_goes_as_far_as_its_scarcest_component(session: Session) -> None:
    cup, spoon, place = an_item(session, "CUP"), an_item(session, "SPOON"), a_location(session)
    a_level(session, cup, place, 7)
    a_level(session, spoon, place, 11)
    wrapping = an_item(session, "WRAPPING", kind=ItemKind.SERVICE)
    kit, channel = a_bundle(session, {cup: 1, spoon: 2, wrapping: 1}), a_channel(session)

    promise = promised(session, [(kit.id, channel.id)])[kit.id, channel.id]

    assert promise.available == 5
    assert promise.terms == (Term("Enough SPOON, 2 in each", 5), Term("CUP, 1 in each, would be enough for 7", 0))


def test_services_need_no_stock(session: Session) -> None:
    service, channel = an_item(session, kind=ItemKind.SERVICE), a_channel(session)
    assert promised(session, [(service.id, channel.id)])[service.id, channel.id].available == UNLIMITED


def test_a_channel_that_is_not_selling_may_sell_nothing(session: Session) -> None:
    item, channel = an_item(session), a_channel(session, selling=False)
    a_level(session, item, a_location(session), 5)

    promise = promised(session, [(item.id, channel.id)])[item.id, channel.id]

    assert promise.available == sum(term.quantity for term in promise.terms) == 0


def test_without_a_channel_suppliers_offers_do_not_count(session: Session) -> None:
    item = an_item(session)
    a_level(session, item, a_location(session, kind=LocationKind.SUPPLIER), 50)
    a_level(session, item, a_location(session), 5)

    assert promised(session, [(item.id, None)])[item.id, None].available == 5


def test_a_listing_keeps_its_buffer_and_shows_no_more_than_its_cap() -> None:
    whole = Promise(10, (Term("On hand", 10, 1),))

    assert less_listing(whole, buffer=3, cap=5) == Promise(
        5, (Term("On hand", 10, 1), Term("Listing buffer", -3), Term("Above the listing's cap", -2))
    )
    assert less_listing(whole, buffer=30, cap=None).available == 0


def test_many_items_take_as_many_statements_as_one(session: Session, engine: Engine) -> None:
    place, channels = a_location(session), [a_channel(session) for _ in range(3)]
    items = [an_item(session) for _ in range(40)]
    for item in items:
        a_level(session, item, place, 5)

    with counted(engine) as statements:
        figures = promised(session, [(item.id, channel.id) for item in items for channel in channels])

    assert len(figures) == 120
    assert len(statements) == 5


def test_what_is_available_of_items_can_be_read_in_a_list(session: Session) -> None:
    cup, spoon = an_item(session, "CUP"), an_item(session, "SPOON")
    an_item(session, "NOTHING")
    london, leeds, mill = a_location(session), a_location(session), a_location(session, kind=LocationKind.SUPPLIER)
    a_level(session, cup, london, 7, safety=3)
    a_level(session, cup, leeds, 2, safety=9)
    a_level(session, cup, mill, 50)
    a_level(session, spoon, leeds, 11)
    a_bundle(session, {cup: 1, spoon: 3, an_item(session, "WRAPPING", kind=ItemKind.SERVICE): 1}, "KIT")

    read = session.execute(select(Item.sku, item_available()).order_by(Item.sku)).all()

    assert [tuple(row) for row in read] == [("CUP", 4), ("KIT", 3), ("NOTHING", 0), ("SPOON", 11), ("WRAPPING", 0)]
