"""Orders come in: whole, once, in the newest version, with every part booked."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from core.cases.models import Case
from core.catalog.models import Channel
from core.customers.models import Customer, CustomerSpend
from core.errors import NotFound
from core.events.models import Event
from core.flows.advance import advance
from core.flows.capture import Change, capture
from core.hub import Hub, open_hub
from core.orders.models import Hold, Order, OrderLine, Payment
from core.orders.states import FulfillmentStatus, HoldKind, OrderStatus, PaymentStatus
from crossdock.orders import (
    CancellationData,
    CustomerData,
    FulfillmentData,
    LineKind,
    PaymentState,
    RefundData,
    TaxData,
)
from tests.builders import a_bundle, a_channel, a_level, a_location, an_item
from tests.core.flows.selling import HOME, NOON, a_line, a_payment, gbp, said


@pytest.fixture
def channel(session: Session) -> Channel:
    an_item(session, "A")
    an_item(session, "B")
    channel = a_channel(session, "shop")
    session.commit()
    return channel


def the_order(session: Session) -> Order:
    return session.scalars(select(Order).execution_options(populate_existing=True)).one()


def lines_of(session: Session, order: Order) -> list[OrderLine]:
    query = select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    return list(session.scalars(query, execution_options={"populate_existing": True}))


def booked(session: Session, account: str) -> int:
    query = "select sum(amount_minor) from postings join ledger_accounts a on a.id = account_id where a.code = :code"
    return int(session.execute(text(query), {"code": account}).scalar() or 0)


def test_an_order_is_written_whole_and_booked_in_the_same_transaction(session: Session, channel: Channel) -> None:
    data = said(
        "1001",
        lines=(a_line("A", 2, tax=gbp(333)), a_line("B", 1, 500, discount=gbp(100), tax=gbp(67))),
        shipping=gbp(400),
        shipping_tax=gbp(67),
        taxes=(TaxData(title="VAT", rate=Decimal("0.2"), amount=gbp(467)),),
        tags=("gift",),
    )

    result = capture(session, channel, [data])
    session.commit()

    order = the_order(session)
    assert result.created == [order.id]
    assert (order.subtotal_minor, order.discount_minor, order.shipping_minor) == (2500, 100, 400)
    assert (order.tax_minor, order.total_minor) == (467, 2800)
    assert order.status is OrderStatus.PENDING
    assert order.payment_status is PaymentStatus.PAID
    assert order.search == "cd-1 1001 ada long ada@shop.test"
    assert order.country == "GB"
    assert order.tax_lines == [
        {"title": "VAT", "rate": "0.2", "amount_minor": 467, "currency": "GBP", "collected_by_channel": False}
    ]
    first, second = lines_of(session, order)
    assert (first.total_minor, first.open, first.ships) == (2000, 2, True)
    assert (second.total_minor, second.discount_minor) == (400, 100)
    assert booked(session, "1000") == 2800
    assert booked(session, "1100") == 0  # owed and paid
    assert booked(session, "2200") == -467
    names = set(session.scalars(select(Event.name).where(Event.order_id == order.id)))
    assert "order.created" in names


def test_the_same_telling_again_changes_nothing(session: Session, channel: Channel) -> None:
    capture(session, channel, [said("1")])
    session.commit()
    before = the_order(session).version

    result = capture(session, channel, [said("1")])
    session.commit()

    assert result.unchanged == [the_order(session).id]
    assert the_order(session).version == before


def test_an_older_version_never_overwrites_a_newer_one(session: Session, channel: Channel) -> None:
    capture(session, channel, [replace(said("1"), version=3, note="three")])
    result = capture(session, channel, [replace(said("1"), version=2, note="two")])
    session.commit()

    assert [each.change for each in result.orders] == [Change.STALE]
    assert the_order(session).note == "three"


def test_of_several_versions_in_one_batch_the_highest_counts(session: Session, channel: Channel) -> None:
    tellings = [replace(said("1"), version=version, note=f"v{version}") for version in (3, 1, 3, 2)]

    result = capture(session, channel, tellings)
    session.commit()

    assert [each.change for each in result.orders] == [Change.CREATED, Change.STALE, Change.UNCHANGED, Change.STALE]
    assert the_order(session).note == "v3"


def test_eight_connections_that_tell_of_one_order_make_one(hub: Hub, session: Session, channel: Channel) -> None:
    def tell(version: int) -> None:
        with hub.transaction() as own:
            capture(own, own.get_one(Channel, channel.id), [replace(said("1"), version=version, note=f"v{version}")])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(tell, [3, 1, 3, 2, 1, 3, 2, 1]))

    assert the_order(session).note == "v3"
    assert len(lines_of(session, the_order(session))) == 1
    assert len(session.scalars(select(Payment)).all()) == 1
    assert len(session.scalars(select(Customer)).all()) == 1
    assert booked(session, "4000") == -1000


def test_a_discount_on_the_whole_is_spread_to_the_last_penny(session: Session, channel: Channel) -> None:
    lines = (a_line("A", 1, 333), a_line("B", 1, 333, external_id="b"), a_line("B", 1, 334, external_id="c"))

    capture(session, channel, [said("1", lines=lines, discount=gbp(100))])
    session.commit()

    order = the_order(session)
    assert [line.discount_minor for line in lines_of(session, order)] == [33, 34, 33]
    assert order.total_minor == 900


def test_a_bundle_is_taken_apart_with_its_money_frozen_by_share(session: Session, channel: Channel) -> None:
    parts = {an_item(session, "C"): 1, an_item(session, "D"): 2, an_item(session, "E"): 1}
    a_bundle(session, parts, "KIT")

    capture(session, channel, [said("1", lines=(a_line("KIT", 3, 1000, tax=gbp(500)),))])
    session.commit()

    kit, c, d, e = lines_of(session, the_order(session))
    assert (kit.ships, kit.quantity, kit.total_minor) == (False, 3, 3000)
    assert [(line.sku, line.quantity, line.per_bundle, line.ships) for line in (c, d, e)] == [
        ("C", 3, 1, True),
        ("D", 6, 2, True),
        ("E", 3, 1, True),
    ]
    assert c.total_minor + d.total_minor + e.total_minor == 3000
    assert c.tax_minor + d.tax_minor + e.tax_minor == 500
    assert booked(session, "4000") == -2500  # once, not for the kit and its parts


def test_prices_without_tax_have_it_on_top(session: Session, channel: Channel) -> None:
    capture(session, channel, [said("1", lines=(a_line("A", 1, 1000, tax=gbp(200)),), taxes_included=False)])
    session.commit()

    assert the_order(session).total_minor == 1200
    assert lines_of(session, the_order(session))[0].total_minor == 1200


def test_an_unmapped_sku_comes_in_held(session: Session, channel: Channel) -> None:
    capture(session, channel, [said("1", {"A": 1, "NOBODY-KNOWS": 1})])
    session.commit()

    order = the_order(session)
    hold = session.scalars(select(Hold)).one()
    assert (order.on_hold, order.status) == (True, OrderStatus.PENDING)
    assert (hold.kind, hold.code) == (HoldKind.SKU_UNMAPPED, "sku_unmapped")
    assert hold.message == "The SKU NOBODY-KNOWS is not mapped to an item of ours."


def test_an_order_entered_by_hand_with_an_unknown_sku_is_refused(session: Session, channel: Channel) -> None:
    manual = session.scalars(select(Channel).where(Channel.key == "manual")).one()

    with pytest.raises(NotFound) as refused:
        capture(session, manual, [said("1", {"A": 1, "TYPO": 1})])

    assert refused.value.path == ("input", "lines", "1", "sku")


def test_a_test_order_waits_for_a_person(session: Session, channel: Channel) -> None:
    capture(session, channel, [said("1", test=True)])
    session.commit()

    assert the_order(session).tags == ["test"]
    assert session.scalars(select(Hold)).one().code == "test_order"


def test_postage_among_the_lines_is_shipping_and_vouchers_move_no_stock(session: Session, channel: Channel) -> None:
    lines = (
        a_line("A", 1, 1000),
        a_line("POST", 2, 300, kind=LineKind.SHIPPING),
        a_line("GIFT", 1, 2000, kind=LineKind.VOUCHER),
    )
    capture(session, channel, [said("1", lines=lines)])
    session.commit()

    order = the_order(session)
    assert (order.shipping_minor, order.subtotal_minor, order.total_minor) == (600, 3000, 3600)
    assert [(line.sku, line.ships) for line in lines_of(session, order)] == [("A", True), ("GIFT", False)]
    assert (booked(session, "4050"), booked(session, "2350")) == (-600, -2000)


def test_two_orders_of_one_customer_add_up(session: Session, channel: Channel) -> None:
    buyer = CustomerData(key="c-7", email="ada@shop.test", name="Ada Long")
    capture(session, channel, [said("1", customer=buyer), said("2", customer=buyer, payments=(a_payment(1000),))])
    capture(session, channel, [said("3", customer=CustomerData(email="ADA@shop.test", phone="+44 20 7946 0000"))])
    session.commit()

    customer = session.scalars(select(Customer)).one()
    spend = session.scalars(select(CustomerSpend)).one()
    assert (customer.order_count, customer.phone, spend.spent_minor) == (3, "+44 20 7946 0000", 3000)


def test_what_shipped_before_we_heard_of_it_is_recorded_as_shipped(session: Session, channel: Channel) -> None:
    location = a_location(session, "main")
    item = an_item(session, "S")
    a_level(session, item, location, 10, unit_cost_minor=400, cost_currency="GBP")
    sent = FulfillmentData(external_id="f1", shipped_at=NOON, carrier="Royal Mail", tracking_number="RM1")
    data = said("1", {"S": 4}, fulfillments=(sent,))

    capture(session, channel, [data], shipped_from=location.id)
    capture(session, channel, [replace(data, note="again")], shipped_from=location.id)
    session.commit()

    order = the_order(session)
    assert (order.status, order.fulfillment_status) == (OrderStatus.COMPLETED, FulfillmentStatus.FULFILLED)
    assert lines_of(session, order)[0].shipped == 4
    assert session.execute(
        text("select count(*), sum(on_hand_delta) from stock_movements where reason = 'SHIP'")
    ).one() == (1, -4)
    assert session.execute(text("select on_hand from stock_levels")).scalar_one() == 6


def test_a_newer_version_changes_what_can_change(session: Session, channel: Channel) -> None:
    first = replace(said("1", {"A": 3, "B": 1}), version=1)
    capture(session, channel, [first])
    session.commit()
    lines = (a_line("A", 2), a_line("B", 4, 900), a_line("A", 1, external_id="more"))
    newer = replace(
        said("1", lines=lines), version=2, note="ring twice", shipping_address=replace(HOME, line1="1 New Road")
    )

    result = capture(session, channel, [newer])
    session.commit()

    order = the_order(session)
    a, b, more = lines_of(session, order)
    assert result.updated == [order.id]
    assert (a.quantity, a.open, a.cancelled) == (3, 2, 1)
    assert (b.quantity, b.open, b.total_minor) == (4, 4, 3600)
    assert (more.quantity, more.open, more.total_minor) == (1, 1, 1000)
    assert order.shipping_address is not None
    assert order.shipping_address["line1"] == "1 New Road"
    assert (order.note, order.total_minor, order.cancelled_minor) == ("ring twice", 7600, 1000)
    assert booked(session, "4000") == -6600  # 2 x 10.00 + 4 x 9.00 + 10.00


def test_the_channel_cancels_and_refunds(session: Session, channel: Channel) -> None:
    capture(session, channel, [replace(said("1", {"A": 2}), version=1)])
    session.commit()
    gone = CancellationData(external_id="c1", at=NOON, reason="changed their mind", lines=(("A", 1),))
    back = RefundData(external_id="r1", at=NOON, amount=gbp(1000), lines=(("A", 1, gbp(1000)),))
    newer = replace(said("1", {"A": 2}), version=2, cancellations=(gone,), refunds=(back,))

    capture(session, channel, [newer])
    capture(session, channel, [replace(newer, version=3)])
    session.commit()

    order, line = the_order(session), lines_of(session, the_order(session))[0]
    assert (line.open, line.cancelled, line.refunded, line.refunded_minor) == (1, 1, 1, 1000)
    assert order.payment_status is PaymentStatus.PARTIALLY_REFUNDED
    assert (order.refunded_minor, order.cancelled_minor) == (1000, 1000)
    assert booked(session, "1000") == 1000


def test_a_cancellation_that_comes_after_shipping_opens_a_case(session: Session, channel: Channel) -> None:
    sent = FulfillmentData(external_id="f1", shipped_at=NOON)
    capture(session, channel, [replace(said("1", {"A": 2}), version=1, fulfillments=(sent,))])
    session.commit()
    gone = CancellationData(external_id="c1", at=NOON, reason="too late")

    newer = replace(said("1", {"A": 2}), version=2, fulfillments=(sent,), cancellations=(gone,))
    capture(session, channel, [newer])
    session.commit()

    assert lines_of(session, the_order(session))[0].shipped == 2
    codes = list(session.scalars(select(Case.code)))
    assert "cancelled_after_shipping" in codes


def test_a_refund_of_more_than_was_paid_opens_a_case(session: Session, channel: Channel) -> None:
    back = RefundData(external_id="r1", at=NOON, amount=gbp(5000))

    capture(session, channel, [said("1", refunds=(back,))])
    session.commit()

    assert the_order(session).refunded_minor == 0
    assert session.scalars(select(Case.code)).all() == ["refund_exceeds_captured"]


def test_a_payment_moves_on_and_never_back(session: Session, channel: Channel) -> None:
    promised = said("1", payments=(a_payment(1000, PaymentState.AUTHORIZED),))
    capture(session, channel, [replace(promised, version=1)])
    assert the_order(session).payment_status is PaymentStatus.AUTHORIZED

    capture(session, channel, [replace(said("1"), version=2)])
    capture(session, channel, [replace(promised, version=3)])
    session.commit()

    payment = session.scalars(select(Payment)).one()
    assert (payment.state.value, payment.captured_minor) == (PaymentState.CAPTURED.value, 1000)
    assert booked(session, "1000") == 1000


def test_a_captured_order_is_checked_reserved_and_routed(hub: Hub, session: Session, channel: Channel) -> None:
    hub.config.plugins_file.write_text("[integrations.routing]\nplugin = 'routing'\n")
    routing = open_hub(hub.config, str(hub.engine.url.render_as_string(hide_password=False)))
    location = a_location(session, "main")
    item = an_item(session, "S")
    a_level(session, item, location, 10)
    (order_id,) = capture(session, channel, [said("1", {"S": 4})]).created
    session.commit()

    advance(routing, [{"order_id": order_id}])
    routing.close()

    order = the_order(session)
    assert (order.status, order.on_hold) == (OrderStatus.PROCESSING, False)
    assert lines_of(session, order)[0].allocated == 4
    assert session.execute(text("select on_hand, reserved from stock_levels")).one() == (10, 4)


def statements(session: Session) -> list[str]:
    seen: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *about: seen.append(about[2]))
    return seen


def test_capturing_fifty_orders_takes_as_many_statements_as_two(session: Session, channel: Channel) -> None:
    def count(first: int, number: int) -> int:
        orders = [
            said(str(first + n), {"A": 1, "B": 2}, customer=CustomerData(email=f"{first + n}@x.test"))
            for n in range(number)
        ]
        seen = statements(session)
        capture(session, channel, orders)
        taken = len(seen)
        session.commit()
        return taken

    count(1, 1)
    assert count(100, 50) == count(200, 2)
