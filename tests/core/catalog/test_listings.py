"""What channels call our items: looked up in bulk, mapped by people, and orders that waited for it go on."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from core.catalog.models import Channel, Item, Listing
from core.catalog.service import Meaning, resolve_skus
from core.errors import CrossdockError
from core.flows import holds
from core.flows.catalog import map_listing, upsert_item
from core.jobs.models import Job
from core.orders.models import Hold, Order, OrderLine
from core.orders.states import HoldKind
from tests.builders import a_bundle, a_channel, a_listing, an_item, an_order
from tests.statements import counted


def test_skus_are_looked_up_in_one_statement_and_new_ones_become_listings(session: Session, engine: Engine) -> None:
    channel, mug, cup = a_channel(session), an_item(session, "MUG"), an_item(session, "CUP")
    known = a_listing(session, channel, cup, external_id="X-1", external_sku="their-cup")

    found = resolve_skus(session, channel.id, [("X-1", "CUP"), (None, "MUG"), ("X-2", "JAR")])

    assert found["X-1", "CUP"] == Meaning(known.id, cup.id)
    assert found[None, "MUG"].item_id == mug.id
    assert found["X-2", "JAR"].item_id is None
    new = session.scalars(select(Listing).where(Listing.id != known.id).order_by(Listing.external_id)).all()
    assert [(listing.external_id, listing.external_sku) for listing in new] == [("MUG", "MUG"), ("X-2", "JAR")]
    assert [listing.mapped_at is not None for listing in new] == [True, False]

    with counted(engine) as statements:
        assert resolve_skus(session, channel.id, list(found)) == found
    assert len(statements) == 1


def waiting_order(
    session: Session, channel: Channel, listing: Listing, day: int, *, other: Item | None = None
) -> Order:
    """An order for three of something that nobody has mapped, held for it."""
    placeholder = an_item(session)
    order = an_order(
        session,
        channel,
        {placeholder: 3} | ({other: 1} if other else {}),
        placed_at=datetime(2026, 3, day, tzinfo=UTC),
        on_hold=True,
    )
    line = session.scalars(
        select(OrderLine).where(OrderLine.order_id == order.id, OrderLine.item_id == placeholder.id)
    ).one()
    line.item_id, line.listing_id, line.sku, line.discount_minor, line.total_minor = None, listing.id, "JAR", 1, 2999
    message = "The SKU JAR is not mapped."
    reason = holds.Reason(order_id=order.id, kind=HoldKind.SKU_UNMAPPED, code="sku_unmapped", message=message)
    holds.open_all(session, [reason])
    session.commit()
    return order


def test_mapping_releases_all_orders_that_wait_oldest_first(session: Session) -> None:
    channel, jar = a_channel(session, "shop"), an_item(session, "OUR-JAR")
    listing = a_listing(session, channel, None, external_id="JAR")
    late, early = waiting_order(session, channel, listing, 9), waiting_order(session, channel, listing, 2)

    mapped, released = map_listing(session, "shop", "JAR", {"sku": "OUR-JAR"})
    session.commit()

    assert (mapped.id, mapped.item_id, mapped.mapped_at is not None) == (listing.id, jar.id, True)
    assert released == [early.id, late.id]
    lines = session.scalars(select(OrderLine)).all()
    assert [(line.item_id, line.sku, line.open) for line in lines] == [(jar.id, "JAR", 3)] * 2
    assert all(hold.released_at is not None for hold in session.scalars(select(Hold)))
    assert [order.on_hold for order in session.scalars(select(Order).execution_options(populate_existing=True))] == [
        False
    ] * 2
    due = session.scalars(select(Job.arguments).where(Job.name == "orders.advance").order_by(Job.id)).all()
    assert sorted(job["order_id"] for job in due) == sorted(released)


def test_a_bundle_is_taken_apart_for_those_who_waited(session: Session) -> None:
    cup, spoon = an_item(session, "CUP"), an_item(session, "SPOON")
    kit, channel = a_bundle(session, {cup: 1, spoon: 2}, "KIT"), a_channel(session, "shop")
    order = waiting_order(session, channel, a_listing(session, channel, None, external_id="JAR"), 2)

    assert map_listing(session, "shop", "JAR", {"sku": "KIT"})[1] == [order.id]

    bundle, *parts = session.scalars(select(OrderLine).order_by(OrderLine.position)).all()
    assert (bundle.item_id, bundle.ships) == (kit.id, False)
    assert [(part.item_id, part.quantity, part.open, part.per_bundle) for part in parts] == [
        (cup.id, 3, 3, 1),
        (spoon.id, 6, 6, 2),
    ]
    assert {part.bundle_line_id for part in parts} == {bundle.id}
    assert sum(part.total_minor for part in parts) == bundle.total_minor == 2999
    assert sum(part.discount_minor for part in parts) == 1


def test_an_order_with_something_else_unmapped_goes_on_waiting(session: Session) -> None:
    channel = a_channel(session, "shop")
    an_item(session, "OUR-JAR")
    other = an_item(session)
    order = waiting_order(session, channel, a_listing(session, channel, None, external_id="JAR"), 2, other=other)
    line = session.scalars(select(OrderLine).where(OrderLine.item_id == other.id)).one()
    line.item_id, line.listing_id = None, a_listing(session, channel, None).id

    assert map_listing(session, "shop", "JAR", {"sku": "OUR-JAR"})[1] == []

    assert session.scalars(select(Hold)).one().released_at is None
    assert session.get_one(Order, order.id).on_hold is True


def test_orders_placed_before_a_listing_was_mapped_anew_keep_their_meaning(session: Session) -> None:
    channel, old, new = a_channel(session, "shop"), an_item(session, "OLD"), an_item(session, "NEW")
    listing = a_listing(session, channel, old, external_id="X-1")
    an_order(session, channel, {old: 2})
    line = session.scalars(select(OrderLine)).one()
    line.listing_id = listing.id
    session.commit()

    mapped, released = map_listing(session, "shop", "X-1", {"sku": "NEW", "buffer": 2, "cap": 9})
    session.commit()

    assert (mapped.item_id, mapped.buffer, mapped.cap, released) == (new.id, 2, 9, [])
    assert session.scalars(select(OrderLine.item_id)).one() == old.id
    [changed] = session.scalars(select(Job.arguments).where(Job.name == "stock.changed"))
    assert changed == {"item_ids": [old.id, new.id]}


def test_an_item_that_comes_to_be_settles_what_listings_already_call_it(session: Session) -> None:
    channel = a_channel(session, "shop")
    listing = a_listing(session, channel, None, external_id="X-1", external_sku="JAR")
    order = waiting_order(session, channel, listing, 2)

    jar = upsert_item(session, "JAR", {})

    session.refresh(listing)
    assert listing.item_id == jar.id
    assert session.scalars(select(OrderLine.item_id)).one() == jar.id
    assert session.get_one(Order, order.id, populate_existing=True).on_hold is False


def test_a_listing_may_lose_its_meaning_and_then_sells_nothing(session: Session) -> None:
    listing = a_listing(session, a_channel(session, "shop"), an_item(session), external_id="X-1", published_quantity=5)

    map_listing(session, "shop", "X-1", {"sku": None})

    assert (listing.item_id, listing.mapped_at, listing.published_quantity) == (None, None, 0)
    assert listing.published_sequence == 1


@pytest.mark.parametrize(
    ("channel", "external", "given", "path"),
    [
        ("nowhere", "X-1", {}, "channel"),
        ("shop", " ", {}, "externalId"),
        ("shop", "X-1", {"sku": "NONE"}, "sku"),
        ("shop", "X-1", {"buffer": -1}, "buffer"),
        ("shop", "X-1", {"cap": -1}, "cap"),
    ],
)
def test_what_makes_no_sense_is_refused(
    session: Session, channel: str, external: str, given: dict[str, object], path: str
) -> None:
    a_channel(session, "shop")

    with pytest.raises(CrossdockError) as refused:
        map_listing(session, channel, external, given)

    assert refused.value.path == (path,)
    assert session.scalars(select(Listing)).all() == []
