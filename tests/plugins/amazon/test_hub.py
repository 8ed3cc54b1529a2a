"""The hub with Amazon's sandbox on loopback: what happens there is here, and what is decided here happens there."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import uvicorn
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import clock, db
from core.cases.models import Case
from core.catalog.models import Listing
from core.config import Config
from core.flows import cancel, refund, ship, sync
from core.flows.refund.plan import Wanted
from core.hub import Hub
from core.integrations.mirror import mirror
from core.integrations.models import SyncRun, SyncState
from core.jobs.models import Job
from core.jobs.run import run_jobs
from core.orders.models import Order, OrderLine
from core.orders.states import CancelReason, OrderStatus
from core.plugins import load
from core.settlements.models import SettlementLine
from core.shipments.models import Shipment
from core.stock.models import Location
from crossdock import Integration, Stage
from plugins.amazon.sandbox import Store, make_sandbox
from plugins.amazon.settings import AmazonSettings
from tests.builders import a_level, a_location, an_item
from tests.plugins.amazon.account import SETTINGS

KEY = "marketplace"


@pytest.fixture
def place() -> Iterator[socket.socket]:
    """A free port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def settings(place: socket.socket) -> AmazonSettings:
    url = f"http://127.0.0.1:{place.getsockname()[1]}"
    return AmazonSettings(**{**SETTINGS, "url": url, "queue_url": f"{url}/0/orders"})


@pytest.fixture
def store(place: socket.socket, settings: AmazonSettings) -> Iterator[Store]:
    """The sandbox, open until the test is over; feeds take no time."""
    stage = Stage(url=settings.endpoint, send=lambda *_: 200, now=lambda: datetime.now(UTC))
    app = make_sandbox(Integration(KEY, "amazon", settings), stage)
    app.state.store.feed_takes = timedelta(0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [place]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield app.state.store
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def hub(config: Config, database_url: str, store: Store, settings: AmazonSettings) -> Iterator[Hub]:
    for name in ("client_secret", "refresh_token", "queue_secret"):
        config.plugins_file.with_name(name).write_text(getattr(settings, name).get_secret_value())
    secrets = "".join(
        f'{name} = {{ file = "{config.plugins_file.with_name(name)}" }}\n'
        for name in ("client_secret", "refresh_token", "queue_secret")
    )
    plain = "".join(
        f'{name} = "{getattr(settings, name)}"\n'
        for name in ("seller_id", "client_id", "url", "queue_url", "queue_key_id", "queue_arn")
    )
    config.plugins_file.write_text(
        f'[integrations.routing]\nplugin = "routing"\n\n[integrations.{KEY}]\nplugin = "amazon"\n'
        f'marketplace_ids = ["A1F83G8C2ARO7P"]\n{plain}{secrets}'
    )
    config = config.model_copy(update={"public_url": "https://hub.example.com"})
    registry = load(config.plugins_file)
    hub = Hub(config, db.connect(database_url, pool_size=config.database_pool), registry)
    with hub.transaction() as session:
        mirror(session, registry)
    yield hub
    hub.close()


@pytest.fixture
def shelf(session: Session) -> Location:
    """Twenty of each thing that is sold."""
    shelf = a_location(session, address={"line1": "2 Dock Road", "city": "Leeds", "country": "GB"})
    for number in range(1, 7):
        a_level(session, an_item(session, f"AMZ-{number}"), shelf, 20)
    session.commit()
    return shelf


def run(hub: Hub, session: Session) -> None:
    """Run all jobs, those that wait for a later moment too."""
    for _ in range(4):
        session.rollback()
        session.execute(update(Job).values(run_at=clock.now()))
        session.commit()
        run_jobs(hub)
    session.rollback()


def ran(hub: Hub, session: Session, job: str) -> SyncRun:
    run_id = sync.sync(hub, KEY, job)
    session.rollback()
    return session.get_one(SyncRun, run_id)


def heard(hub: Hub, session: Session, order_id: str) -> Order:
    """The order as it is here once the queue was emptied and everything that follows has run."""
    ran(hub, session, "notifications")
    run(hub, session)
    return session.scalars(select(Order).where(Order.external_id == order_id)).one()


def cases(session: Session) -> list[str]:
    return list(session.scalars(select(Case.code)))


def test_an_order_arrives_by_the_queue_ships_here_and_is_confirmed_there(
    hub: Hub, session: Session, store: Store, shelf: Location
) -> None:
    ran(hub, session, "subscribe")
    order_id = store.place_order(("AMZ-1", 2), shipping=Decimal("3.99"), tax_rate=Decimal("0.2"))
    order = heard(hub, session, order_id)
    (line,) = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id, OrderLine.sku == "AMZ-1"))
    for number in ("RM1", "RM2"):
        left = ship.Left(
            order_id=order.id, lines={line.id: 1}, carrier="Royal Mail", tracking_number=number, location=shelf.code
        )
        ship.create(session, left)
        session.commit()
        run(hub, session)

    packages = store.orders[order_id]["packages"]
    assert [(each["carrier"], each["trackingNumber"]) for each in packages] == [
        ("Royal Mail", "RM1"),
        ("Royal Mail", "RM2"),
    ]
    assert store.orders[order_id]["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
    again = heard(hub, session, order_id)  # Amazon tells of what we told it
    assert len(session.scalars(select(Shipment.id).where(Shipment.order_id == again.id)).all()) == 2
    assert cases(session) == []


def test_a_poll_brings_what_the_queue_did_not_and_nothing_twice(
    hub: Hub, session: Session, store: Store, shelf: Location
) -> None:
    placed = [store.place_order(("AMZ-1", 1)) for _ in range(3)]
    for order_id in placed:
        store.orders[order_id]["lastUpdatedTime"] = store.instant(-timedelta(minutes=5))

    first, second = ran(hub, session, "orders"), ran(hub, session, "orders")
    run(hub, session)

    assert (first.state, first.created, second.created) == (SyncState.SUCCEEDED, 3, 0)
    assert set(session.scalars(select(Order.external_id)).all()) == set(placed)


def test_a_pending_order_is_known_early_and_paid_later(
    hub: Hub, session: Session, store: Store, shelf: Location
) -> None:
    ran(hub, session, "subscribe")
    order_id = store.place_order(("AMZ-1", 2), pending=True)
    waiting = heard(hub, session, order_id)
    total_before = waiting.total_minor
    store.authorize(order_id)
    paid = heard(hub, session, order_id)

    assert paid.id == waiting.id
    assert paid.shipping_address is not None
    assert (total_before, paid.total_minor) == (int(store.listings["AMZ-1"].price * 200),) * 2


def test_what_amazon_ships_is_booked_here_and_takes_no_stock(
    hub: Hub, session: Session, store: Store, shelf: Location
) -> None:
    ran(hub, session, "subscribe")
    order_id = store.place_order(("AMZ-6", 2), fulfilled_by="AMAZON")
    heard(hub, session, order_id)
    store.ship_from_amazon(order_id)
    order = heard(hub, session, order_id)
    (line,) = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id))

    assert order.fulfilled_by_channel
    assert (line.shipped, line.open) == (2, 0)
    assert cases(session) == []


def test_cancelled_there_is_cancelled_here(hub: Hub, session: Session, store: Store, shelf: Location) -> None:
    ran(hub, session, "subscribe")
    order_id = store.place_order(("AMZ-1", 2))
    heard(hub, session, order_id)
    store.cancel_order(order_id)

    assert heard(hub, session, order_id).status is OrderStatus.CANCELLED
    assert store.feeds == {}


def test_cancelled_here_is_cancelled_there(hub: Hub, session: Session, store: Store, shelf: Location) -> None:
    ran(hub, session, "subscribe")
    order_id = store.place_order(("AMZ-1", 2))
    order = heard(hub, session, order_id)
    cancel.cancel(session, order.id, reason=CancelReason.OUT_OF_STOCK)
    session.commit()
    run(hub, session)

    assert store.orders[order_id]["fulfillment"]["fulfillmentStatus"] == "CANCELLED"
    assert cases(session) == []


def test_a_buyers_wish_to_cancel_is_granted_while_nothing_has_left(
    hub: Hub, session: Session, store: Store, shelf: Location
) -> None:
    ran(hub, session, "subscribe")
    order_id = store.place_order(("AMZ-1", 2))
    heard(hub, session, order_id)
    store.request_cancellation(order_id)

    assert heard(hub, session, order_id).status is OrderStatus.CANCELLED
    assert store.orders[order_id]["fulfillment"]["fulfillmentStatus"] == "CANCELLED"
    assert cases(session) == []


def test_a_refund_here_arrives_there(hub: Hub, session: Session, store: Store, shelf: Location) -> None:
    ran(hub, session, "subscribe")
    order_id = store.place_order(("AMZ-1", 1))
    order = heard(hub, session, order_id)
    ship.create(session, ship.Left(order_id=order.id, carrier="UPS", tracking_number="1Z", location=shelf.code))
    session.commit()
    run(hub, session)
    refund.create(session, order.id, Wanted(goodwill_minor=150, reason="Late"))
    session.commit()
    run(hub, session)

    posted = [each for each in store.transactions if each["transactionType"] == "Refund"]
    assert [each["totalAmount"]["currencyAmount"] for each in posted] == [-1.5]
    assert cases(session) == []


def test_stock_follows_listings_and_is_published(hub: Hub, session: Session, store: Store, shelf: Location) -> None:
    ran(hub, session, "listings")
    run(hub, session)
    known = {each.external_sku: each.item_id for each in session.scalars(select(Listing))}
    run(hub, session)

    assert set(known) == {f"AMZ-{number}" for number in range(1, 7)}
    assert [store.listings[f"AMZ-{number}"].quantity for number in range(1, 6)] == [20] * 5
    assert store.listings["AMZ-6"].channel == "AMAZON_EU"


def test_a_payout_is_matched_to_its_orders(hub: Hub, session: Session, store: Store, shelf: Location) -> None:
    ran(hub, session, "subscribe")
    order_id = store.place_order(("AMZ-1", 1))
    order = heard(hub, session, order_id)
    ship.create(session, ship.Left(order_id=order.id, carrier="UPS", tracking_number="1Z", location=shelf.code))
    session.commit()
    run(hub, session)
    store.pay_out()
    store.payouts[0]["FinancialEventGroupStart"] = store.instant(-timedelta(days=14))
    ran(hub, session, "settlements")
    run(hub, session)

    rows = session.execute(select(SettlementLine.raw_kind, SettlementLine.order_name).order_by(SettlementLine.raw_kind))
    assert [tuple(row) for row in rows] == [("Commission", order_id), ("ProductCharges", order_id)]
