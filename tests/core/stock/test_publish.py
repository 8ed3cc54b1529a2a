"""Telling channels what they may sell: rising sequences, and late answers that do not win."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

import crossdock
from core.catalog.models import Channel, Listing, PublishState
from core.db import transaction
from core.flows.capture import capture
from core.flows.publish_stock import note_answers, stock_changed, tell
from core.hub import Hub
from core.integrations.models import Integration, Plugin
from core.jobs.models import Job
from core.plugins.bound import BoundProvider
from core.plugins.registry import LoadedIntegration
from core.stock.models import MovementReason
from core.stock.service import Movement, move
from crossdock import CancellationData, OrderData
from crossdock.channel import StockAnswer, StockLevelUpdate
from crossdock.errors import Rejected, Retryable
from tests.builders import a_bundle, a_channel, a_level, a_listing, a_location, an_item, an_order
from tests.core.flows.selling import NOON, said


class Market:
    """The other side: takes what it is told, and lets a test meddle meanwhile."""

    def __init__(self) -> None:
        self.told: list[StockLevelUpdate] = []
        self.meanwhile: Callable[[], None] = lambda: None
        self.refuses: set[str] = set()

    def publish_stock(self, _ctx: object, updates: Sequence[StockLevelUpdate]) -> Sequence[StockAnswer]:
        self.told += updates
        self.meanwhile()
        return [
            StockAnswer(external_sku=each.external_sku, error="blocked" if each.external_sku in self.refuses else None)
            for each in updates
        ]


@pytest.fixture
def market(hub: Hub) -> Market:
    """A channel integration `market` that can be told of stock."""
    market = Market()
    provider = crossdock.Provider(
        "market", "channel", crossdock.Settings, lambda _: market, capabilities=frozenset({"stock"})
    )
    bound = (BoundProvider(provider, market),)
    hub.registry.integrations["market"] = LoadedIntegration(
        key="market", plugin="market", settings=crossdock.Settings(), providers=bound
    )
    return market


@pytest.fixture
def channel(session: Session, market: Market) -> Channel:
    session.add(Plugin(name="market", version="1", api_version="1.0"))
    session.flush()
    integration = Integration(key="market", plugin_name="market")
    session.add(integration)
    session.flush()
    return a_channel(session, "market", integration_id=integration.id)


def change(hub: Hub, *items: int) -> None:
    """Do what the hub does after stock changed."""
    stock_changed(hub, [{"item_ids": list(items)}])


def state(session: Session, listing: Listing) -> tuple[Any, ...]:
    session.expire_all()
    listing = session.get_one(Listing, listing.id)
    return (
        listing.published_quantity,
        listing.published_sequence,
        listing.publish_state,
        listing.confirmed_quantity,
        listing.confirmed_sequence,
    )


def test_what_a_listing_may_sell_is_told_with_a_rising_sequence(
    session: Session, hub: Hub, market: Market, channel: Channel
) -> None:
    item, place = an_item(session), a_location(session)
    a_level(session, item, place, 10)
    listing = a_listing(session, channel, item, buffer=2)
    session.commit()

    change(hub, item.id)
    assert state(session, listing) == (8, 1, PublishState.PENDING, None, None)
    assert session.scalars(select(Job.arguments).where(Job.name == "stock.tell")).one() == {"channel_id": channel.id}
    tell(hub, channel.id)
    assert state(session, listing) == (8, 1, PublishState.CONFIRMED, 8, 1)

    change(hub, item.id)
    tell(hub, channel.id)
    an_order(session, channel, {item: 3})
    session.commit()
    change(hub, item.id)
    tell(hub, channel.id)
    assert state(session, listing) == (5, 2, PublishState.CONFIRMED, 5, 2)
    assert [(each.quantity, each.sequence) for each in market.told] == [(8, 1), (5, 2)]


def test_a_late_answer_with_an_older_sequence_does_not_win(
    session: Session, hub: Hub, market: Market, channel: Channel
) -> None:
    item, place = an_item(session), a_location(session)
    a_level(session, item, place, 10)
    listing = a_listing(session, channel, item)
    session.commit()
    change(hub, item.id)

    def sold_out() -> None:
        with transaction(hub.engine) as other:
            gone = MovementReason.WRITE_OFF
            move(other, [Movement(item_id=item.id, location_id=place.id, reason=gone, on_hand=-10)])
        change(hub, item.id)

    market.meanwhile = sold_out
    tell(hub, channel.id)
    assert state(session, listing) == (0, 2, PublishState.PENDING, 10, 1)

    market.meanwhile = lambda: None
    tell(hub, channel.id)
    assert state(session, listing) == (0, 2, PublishState.CONFIRMED, 0, 2)
    late = StockLevelUpdate(external_sku=item.sku, listing_id=item.sku, quantity=10, sequence=1)
    with transaction(hub.engine) as other:
        note_answers(other, {listing.id: late}, [StockAnswer(external_sku=item.sku, error="late")])
    assert state(session, listing) == (0, 2, PublishState.CONFIRMED, 0, 2)
    assert session.get_one(Listing, listing.id).publish_error is None


def test_an_answer_that_comes_after_that_to_a_newer_figure_changes_nothing(
    session: Session, hub: Hub, market: Market, channel: Channel
) -> None:
    item, place = an_item(session), a_location(session)
    a_level(session, item, place, 10)
    listing = a_listing(session, channel, item)
    session.commit()
    change(hub, item.id)

    def sold_out_and_told() -> None:
        market.meanwhile = lambda: None
        with transaction(hub.engine) as other:
            gone = MovementReason.WRITE_OFF
            move(other, [Movement(item_id=item.id, location_id=place.id, reason=gone, on_hand=-10)])
        change(hub, item.id)
        tell(hub, channel.id)

    market.meanwhile = sold_out_and_told
    tell(hub, channel.id)

    assert state(session, listing) == (0, 2, PublishState.CONFIRMED, 0, 2)


def test_what_a_channel_refuses_is_kept_with_its_reason(
    session: Session, hub: Hub, market: Market, channel: Channel
) -> None:
    good, bad, place = an_item(session, "GOOD"), an_item(session, "BAD"), a_location(session)
    for item in (good, bad):
        a_level(session, item, place, 3)
    listings = [a_listing(session, channel, item) for item in (good, bad)]
    session.commit()
    market.refuses = {"BAD"}

    change(hub, good.id, bad.id)
    tell(hub, channel.id)

    assert [state(session, listing)[2] for listing in listings] == [PublishState.CONFIRMED, PublishState.REJECTED]
    assert session.get_one(Listing, listings[1].id).publish_error == "blocked"


def test_a_channel_that_refuses_all_of_it_and_one_that_does_not_answer(
    session: Session, hub: Hub, market: Market, channel: Channel
) -> None:
    item = an_item(session)
    a_level(session, item, a_location(session), 3)
    listing = a_listing(session, channel, item)
    session.commit()
    change(hub, item.id)

    def silence() -> None:
        raise Retryable("no answer")

    def refusal() -> None:
        raise Rejected("closed", "closed account")

    market.meanwhile = silence
    with pytest.raises(Retryable):
        tell(hub, channel.id)
    assert state(session, listing)[2] is PublishState.SENT
    market.meanwhile = refusal
    tell(hub, channel.id)
    assert state(session, listing)[2] is PublishState.REJECTED
    assert session.get_one(Listing, listing.id).publish_error == "closed account"


def test_a_bundle_is_published_when_a_component_moves_and_without_integration_only_kept(
    session: Session, hub: Hub
) -> None:
    cup, lid, place = an_item(session), an_item(session), a_location(session)
    for item in (cup, lid):
        a_level(session, item, place, 9)
    listing = a_listing(session, a_channel(session), a_bundle(session, {cup: 2, lid: 1}), cap=3)
    session.commit()

    change(hub, cup.id)

    assert state(session, listing) == (3, 1, None, None, None)
    assert session.scalars(select(Job).where(Job.name == "stock.tell")).all() == []


def taken_in(session: Session, hub: Hub, channel: Channel, data: OrderData) -> None:
    """An order of the channel comes in, and what follows for its stock is done."""
    session.execute(delete(Job))
    capture(session, channel, [data])
    session.commit()
    changed = session.scalars(select(Job.arguments).where(Job.name == "stock.changed")).all()
    session.commit()
    stock_changed(hub, changed)
    tell(hub, channel.id)


def test_what_a_channel_counted_by_itself_is_told_again_where_a_cap_keeps_the_figure_as_it_was(
    session: Session, hub: Hub, market: Market, channel: Channel
) -> None:
    cup = an_item(session, "CUP")
    a_level(session, cup, a_location(session), 100)
    a_listing(session, channel, cup, cap=5)
    session.commit()
    change(hub, cup.id)
    tell(hub, channel.id)

    taken_in(session, hub, channel, said("1001", {"CUP": 3}, version=1))  # now the channel believes in two
    gone = CancellationData(external_id="c1", at=NOON, reason="CUSTOMER")
    taken_in(session, hub, channel, said("1001", {"CUP": 3}, version=2, cancellations=(gone,)))  # and now in eight
    taken_in(session, hub, channel, said("1001", {"CUP": 3}, version=2, cancellations=(gone,)))  # which is no news
    taken_in(session, hub, channel, said("1002", {"CUP": 3}, fulfilled_by_channel=True))  # not from this stock
    assert [(each.quantity, each.sequence) for each in market.told] == [(5, 1), (5, 2), (5, 3)]

    taken_in(session, hub, channel, said("1003", {"CUP": 120}, version=1))
    taken_in(session, hub, channel, said("1004", {"CUP": 1}))  # less than nothing it cannot believe in
    part = CancellationData(external_id="c2", at=NOON, reason="CUSTOMER", lines=(("CUP", 5),))
    taken_in(session, hub, channel, said("1003", {"CUP": 120}, version=2, cancellations=(part,)))
    assert [(each.quantity, each.sequence) for each in market.told[3:]] == [(0, 4), (0, 5)]


def test_one_transaction_adds_one_job_and_the_same_items_none_while_it_waits(session: Session) -> None:
    items, place = [an_item(session) for _ in range(3)], a_location(session)
    for item in items:
        a_level(session, item, place, 5)
    session.commit()
    movements = [
        Movement(item_id=item.id, location_id=place.id, reason=MovementReason.ADJUST, on_hand=1) for item in items
    ]

    for movement in movements:
        move(session, [movement])
    session.commit()

    jobs = session.scalars(select(Job.arguments).where(Job.name == "stock.changed")).all()
    assert jobs == [{"item_ids": [item.id for item in items]}]
    move(session, movements[:1])
    session.rollback()
    session.commit()
    assert len(session.scalars(select(Job)).all()) == 1
