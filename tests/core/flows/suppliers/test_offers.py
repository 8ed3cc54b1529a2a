"""What a supplier asks for its goods becomes its offers."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.catalog.models import Item
from core.errors import PluginUnavailable
from core.events.models import Event
from core.flows import inbox, purchase, sync
from core.flows.route import route_orders
from core.hub import Hub
from core.inbox.models import InboxMessage, InboxState
from core.integrations.models import SyncRun, SyncState
from core.jobs.run import run_jobs
from core.purchasing.models import Supplier, SupplierOffer
from core.stock.models import StockLevel
from crossdock import BadData, Money, Retryable, SupplierOfferData
from tests.builders import a_channel, an_item
from tests.core.flows.fulfilling import a_ready_order, lines_of
from tests.core.flows.suppliers.wholesaler import Wholesaler
from tests.statements import counted as statements_of


def an_offer(sku: str, pence: int = 250, **facts: Any) -> SupplierOfferData:
    known: dict[str, Any] = {"supplier_sku": None, "lead_time_days": Decimal(2), **facts}
    return SupplierOfferData(sku=sku, unit_cost=Money(pence, known.pop("currency", "GBP")), **known)


def looked(hub: Hub, session: Session) -> SyncRun:
    run = sync.sync(hub, "acme", "offers")
    session.expire_all()
    return session.get_one(SyncRun, run)


def counted(run: SyncRun) -> tuple[SyncState, int, int, int, int, int]:
    return run.state, run.seen, run.created, run.updated, run.unchanged, run.rejected


def offers(session: Session) -> dict[str, SupplierOffer]:
    found = session.execute(select(Item.sku, SupplierOffer).join(Item, Item.id == SupplierOffer.item_id))
    return {row.sku: row.SupplierOffer for row in found}


def test_what_is_offered_becomes_offers_and_is_written_once(
    hub: Hub, session: Session, acme: Supplier, wholesaler: Wholesaler
) -> None:
    lead = Decimal("1.5")
    wholesaler.offered = [
        an_offer("RED", supplier_sku="R-1", minimum_quantity=10, pack_size=5, lead_time_days=lead, stock=40),
        an_offer("BLUE", 399, currency="EUR"),
    ]

    assert counted(looked(hub, session)) == (SyncState.SUCCEEDED, 2, 2, 0, 0, 0)

    red, blue = offers(session)["RED"], offers(session)["BLUE"]
    assert (red.supplier_sku, red.currency, red.cost_minor, red.stock) == ("R-1", "GBP", 250, 40)
    assert (red.min_quantity, red.pack_size, red.lead_time_days, red.told) == (10, 5, 2, True)
    assert (blue.supplier_sku, blue.currency, blue.cost_minor, blue.stock) == ("BLUE", "EUR", 399, None)
    level = session.scalars(select(StockLevel)).one()
    assert (level.item_id, level.location_id, level.on_hand) == (red.item_id, acme.location_id, 40)
    written = red.updated_at

    assert counted(looked(hub, session)) == (SyncState.SUCCEEDED, 2, 0, 0, 2, 0)

    assert offers(session)["RED"].updated_at == written
    (told,) = session.scalars(select(Event).where(Event.name == "supplier.offers_changed"))
    assert (told.subject, told.message) == (f"sup_{acme.id}", "Acme: 2 new, 0 changed, 0 withdrawn.")


def test_what_is_named_by_their_sku_alone_is_known_by_the_offer_that_we_have(
    hub: Hub, session: Session, acme: Supplier, wholesaler: Wholesaler
) -> None:
    purchase.offer_set(session, "acme", "RED", Money(200, "GBP"), {"supplier_sku": "R-1", "stock": 7})
    session.commit()
    wholesaler.offered = [an_offer("R-1")]

    assert counted(looked(hub, session)) == (SyncState.SUCCEEDED, 1, 0, 1, 0, 0)

    red = offers(session)["RED"]
    assert (red.supplier_sku, red.cost_minor, red.stock, red.told) == ("R-1", 250, 7, True)


def test_what_is_no_longer_offered_is_withdrawn_and_comes_back_with_the_next_offer(
    hub: Hub, session: Session, acme: Supplier, wholesaler: Wholesaler
) -> None:
    purchase.offer_set(session, "acme", "TEA", Money(200, "GBP"), {})
    session.commit()
    wholesaler.offered = [an_offer("RED"), an_offer("BLUE")]
    looked(hub, session)
    wholesaler.offered = [an_offer("RED")]

    looked(hub, session)

    withdrawn = {sku: offer.withdrawn_at is not None for sku, offer in offers(session).items()}
    assert withdrawn == {"RED": False, "BLUE": True, "TEA": False}
    for nothing in ([], [an_offer("GARBLED")]):
        wholesaler.offered = nothing
        looked(hub, session)
        assert offers(session)["RED"].withdrawn_at is None
    wholesaler.offered = [an_offer("RED"), an_offer("BLUE")]
    assert counted(looked(hub, session)) == (SyncState.SUCCEEDED, 2, 0, 1, 1, 0)
    assert offers(session)["BLUE"].withdrawn_at is None


def test_an_offer_that_was_withdrawn_holds_again_once_a_person_names_it(
    hub: Hub, session: Session, acme: Supplier, wholesaler: Wholesaler
) -> None:
    for skus in (("RED", "BLUE"), ("RED",)):
        wholesaler.offered = [an_offer(sku) for sku in skus]
        looked(hub, session)
    purchase.offer_set(session, "acme", "BLUE", Money(300, "GBP"), {})
    session.commit()

    looked(hub, session)

    blue = offers(session)["BLUE"]
    assert (blue.withdrawn_at, blue.told) == (None, False)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (an_offer("NOPE"), "There is no item 'NOPE'. Add it; the next run takes the offer."),
        (an_offer("BLUE", -1), "'BLUE' cannot cost -0.01 GBP."),
        (an_offer("BLUE", lead_time_days=Decimal(-1)), "'BLUE' cannot take -1 days: 0 to 3,650."),
        (an_offer("BLUE", minimum_quantity=0), "'BLUE': minimum_quantity cannot be 0: 1 to 1,000,000,000."),
        (an_offer("BLUE", stock=-1), "'BLUE': stock cannot be -1: 0 to 1,000,000,000."),
        (an_offer("RED", 300), "'RED' is offered twice: what is named first counts. Ask for one offer of each."),
    ],
)
def test_an_offer_that_cannot_be_is_set_aside_alone_and_once(
    hub: Hub, session: Session, acme: Supplier, wholesaler: Wholesaler, row: SupplierOfferData, reason: str
) -> None:
    wholesaler.offered = [an_offer("RED"), row]

    assert counted(looked(hub, session)) == (SyncState.PARTIAL, 2, 1, 0, 0, 1)
    assert counted(looked(hub, session)) == (SyncState.SUCCEEDED, 2, 0, 0, 2, 0)

    (aside,) = session.scalars(select(InboxMessage))
    assert (aside.state, aside.error) == (InboxState.QUARANTINED, reason)
    assert offers(session)["RED"].cost_minor == 250


def test_a_bad_row_of_what_was_offered_before_does_not_withdraw_it(
    hub: Hub, session: Session, acme: Supplier, wholesaler: Wholesaler
) -> None:
    wholesaler.offered = [an_offer("RED")]
    looked(hub, session)
    wholesaler.offered = [an_offer("BLUE"), an_offer("RED", -1)]

    looked(hub, session)

    assert (offers(session)["RED"].cost_minor, offers(session)["RED"].withdrawn_at) == (250, None)


def test_an_offer_that_was_set_aside_is_taken_when_it_is_replayed_unless_a_newer_one_came(
    hub: Hub, session: Session, acme: Supplier, wholesaler: Wholesaler
) -> None:
    wholesaler.offered = [an_offer("NEW", 250)]
    looked(hub, session)
    an_item(session, "NEW")
    session.commit()

    replay(hub, session)
    assert offers(session)["NEW"].cost_minor == 250

    wholesaler.offered = [an_offer("NEW", 180)]
    looked(hub, session)
    session.execute(text("update inbox_messages set state = 'QUARANTINED'"))
    session.commit()
    replay(hub, session)

    assert offers(session)["NEW"].cost_minor == 180
    assert session.scalars(select(InboxMessage.state)).one() is InboxState.STALE


def test_nothing_is_routed_to_an_offer_that_was_withdrawn_until_it_is_named_again(
    hub: Hub, session: Session, acme: Supplier, wholesaler: Wholesaler
) -> None:
    for offered in ([an_offer("RED", stock=9), an_offer("BLUE")], [an_offer("BLUE")]):
        wholesaler.offered = offered
        looked(hub, session)
    red = session.scalars(select(Item).where(Item.sku == "RED")).one()
    order = a_ready_order(session, a_channel(session), {red: 2})
    session.commit()

    route_orders(hub, [order.id])
    assert lines_of(session, order) == [("RED", 0, 2, 0, 0, 0)]

    wholesaler.offered = [an_offer("RED"), an_offer("BLUE")]
    looked(hub, session)
    run_jobs(hub)
    assert lines_of(session, order) == [("RED", 0, 0, 2, 0, 0)]


def test_an_integration_behind_which_no_supplier_stands_says_so(
    hub: Hub, session: Session, wholesaler: Wholesaler
) -> None:
    wholesaler.offered = [an_offer("RED")]

    run = looked(hub, session)

    assert (run.state, run.seen, run.created) == (SyncState.FAILED, 1, 0)
    assert run.error is not None
    assert run.error.startswith("No supplier is behind this integration.")


def test_a_supplier_that_does_not_answer_or_talks_nonsense_is_a_run_that_says_so(
    hub: Hub, session: Session, acme: Supplier, wholesaler: Wholesaler
) -> None:
    wholesaler.trouble = BadData("It is no CSV.", "<html>", where="prices.csv")
    run = looked(hub, session)
    assert (run.state, run.rejected, run.error) == (SyncState.PARTIAL, 1, "It is no CSV.")
    assert session.scalars(select(InboxMessage.payload)).one() == "<html>"

    wholesaler.trouble = Retryable("Later.")
    with pytest.raises(PluginUnavailable, match="acme did not answer: Later"):
        sync.sync(hub, "acme", "offers")
    last = session.scalars(select(SyncRun).order_by(SyncRun.id.desc()).limit(1)).one()
    assert (last.state, last.error) == (SyncState.FAILED, "Later.")


def test_many_offers_take_no_more_statements_than_one(
    hub: Hub, session: Session, acme: Supplier, wholesaler: Wholesaler
) -> None:
    wholesaler.offered = [an_offer("RED")]
    with statements_of(hub.engine) as one:
        looked(hub, session)
    for number in range(30):
        an_item(session, f"SKU-{number}")
    session.commit()
    wholesaler.offered = [an_offer("RED"), *(an_offer(f"SKU-{number}") for number in range(30))]

    with statements_of(hub.engine) as many:
        looked(hub, session)

    assert len(many) <= len(one)


def replay(hub: Hub, session: Session) -> None:
    inbox.replay(session, session.scalars(select(InboxMessage.id)).all())
    session.commit()
    run_jobs(hub)
    session.expire_all()
