"""A hub that sells at a played Shopify store: what happens there happens here, and the other way round."""

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import uvicorn
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core import clock, db
from core.config import Config
from core.errors import CrossdockError
from core.flows import cancel, refund, ship, statuses, sync
from core.flows.confirm import confirm_later
from core.flows.publish_stock import stock_changed
from core.flows.refund.plan import Wanted
from core.hub import Hub
from core.integrations.mirror import mirror
from core.integrations.models import HealthStatus, Integration, SyncRun
from core.jobs.models import Job
from core.jobs.run import run_jobs
from core.orders.models import Order, OrderLine, Payment
from core.orders.states import CancelReason, OrderStatus
from core.origin import Origin
from core.plugins import load
from core.returns.models import Refund, Return
from core.settlements.models import Settlement, SettlementLine, SettlementLineState
from crossdock import SecretStr, Stage
from plugins.shopify.sandbox.app import app_of
from plugins.shopify.sandbox.store import Bought, Store
from plugins.shopify.settings import ShopifySettings
from schema.web import routes
from tests.builders import a_level, a_location, an_item
from tests.plugins.shopify.conftest import SETTINGS

KEY = "main-store"
PUBLIC = "https://hub.example.com"


@pytest.fixture
def heard() -> list[TestClient]:
    """Who answers at the hub's public address, once it does."""
    return []


@pytest.fixture
def live(heard: list[TestClient]) -> Iterator[Store]:
    """A store that answers on a port of loopback until the test is over."""
    server, thread, store = _served(heard)
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    store.settings = store.settings.model_copy(update={"url": f"http://127.0.0.1:{port}"})
    try:
        yield store
    finally:
        server.should_exit = True
        thread.join()


def _served(heard: list[TestClient]) -> tuple[uvicorn.Server, threading.Thread, Store]:
    def send(_method: str, url: str, headers: Mapping[str, str], body: bytes) -> int:
        answers = [web.post(url.removeprefix(PUBLIC), content=body, headers=dict(headers)) for web in heard]
        return answers[0].status_code if answers else 0

    stage = Stage(url="", send=send, now=lambda: datetime.now(UTC))
    store = Store(ShopifySettings.model_validate(SETTINGS), stage)
    config = uvicorn.Config(app_of(store), host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    return server, thread, store


@pytest.fixture
def hub(config: Config, database_url: str, live: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setenv("SHOPIFY_TOKEN", "shpat_right")
    monkeypatch.setenv("SHOPIFY_SECRET", "hush")
    config = config.model_copy(update={"public_url": PUBLIC})
    config.plugins_file.write_text(
        f'[integrations.{KEY}]\nplugin = "shopify"\nshop = "acme.myshopify.com"\nplan = "enterprise"\n'
        f'url = "{live.settings.url}"\n'
        'access_token = { env = "SHOPIFY_TOKEN" }\nwebhook_secret = { env = "SHOPIFY_SECRET" }\n'
    )
    registry = load(config.plugins_file)
    hub = Hub(config, db.connect(database_url, pool_size=config.database_pool), registry)
    with hub.transaction() as session:
        mirror(session, registry)
    yield hub
    hub.close()


@pytest.fixture
def web(hub: Hub, heard: list[TestClient]) -> Iterator[TestClient]:
    app = Starlette(routes=routes(hub))
    app.state.hub = hub
    with TestClient(app) as client:
        heard.append(client)
        yield client
        heard.clear()


def run(hub: Hub, session: Session) -> None:
    """Run all jobs, those that wait for a later moment too."""
    for _ in range(4):
        session.execute(update(Job).values(run_at=clock.now()))
        session.commit()
        run_jobs(hub)
    session.rollback()


def ours(session: Session, order: dict[str, Any]) -> Order:
    session.expire_all()
    return session.scalars(select(Order).where(Order.external_id == order["id"])).one()


def bring(hub: Hub, session: Session, live: Store, units: int = 2) -> tuple[dict[str, Any], Order]:
    """An order that was placed there, as we have it."""
    if not live.variants:
        live.add_product("TEA", "10.00")
    order = live.place_order(Bought(sku="TEA", quantity=units))
    sync.sync(hub, KEY, "orders")
    run(hub, session)
    return order, ours(session, order)


def leave(session: Session, order: Order, units: int) -> int:
    """Units leave with a tracking number."""
    (line,) = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id))
    fact = ship.ShipmentFact(
        order_id=order.id,
        shipped_at=clock.now(),
        origin=Origin.PERSON,
        lines=[(line.id, units)],
        location_id=None,
        carrier="DHL",
        tracking_number="TRACK-1",
    )
    (shipment_id,) = ship.record(session, [fact])
    assert shipment_id is not None
    confirm_later(session, shipment_id)
    statuses.refresh(session, [order.id])
    session.commit()
    return line.id


def test_an_order_comes_by_webhook_and_a_cancellation_follows(
    hub: Hub, session: Session, live: Store, web: TestClient
) -> None:
    live.add_product("TEA", "10.00")
    sync.sync(hub, KEY, "subscribe")
    order = live.place_order(Bought(sku="TEA", quantity=2))
    run(hub, session)

    arrived = ours(session, order)
    assert (arrived.external_number, arrived.total_minor, arrived.currency) == (order["name"], 2500, "GBP")
    assert session.scalars(select(Payment.captured_minor)).all() == [2500]

    live.cancel_order(order)
    run(hub, session)

    assert ours(session, order).status is OrderStatus.CANCELLED
    assert session.scalars(select(Refund.amount_minor)).all() == [2500]
    assert "Cancel" not in live.asked
    assert "MakeRefund" not in live.asked


def test_a_poll_brings_what_no_webhook_told(hub: Hub, session: Session, live: Store) -> None:
    _, order = bring(hub, session, live)

    assert order.total_minor == 2500
    sync.sync(hub, KEY, "orders")
    run(hub, session)
    assert len(session.scalars(select(Order)).all()) == 1


def test_a_parcel_that_left_here_is_fulfilled_there_once(hub: Hub, session: Session, live: Store) -> None:
    there, order = bring(hub, session, live)

    leave(session, order, 1)
    run(hub, session)
    sync.sync(hub, KEY, "orders")
    run(hub, session)

    assert [
        (each["trackingInfo"][0]["number"], [line["quantity"] for line in each["fulfillmentLineItems"]])
        for each in there["fulfillments"]
    ] == [("TRACK-1", [1])]
    (line,) = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id))
    session.refresh(line)
    assert line.shipped == 1


def test_a_cancellation_here_cancels_there_and_the_money_goes_back_once(
    hub: Hub, session: Session, live: Store
) -> None:
    there, order = bring(hub, session, live)
    (line,) = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id))

    cancel.cancel(session, order.id, lines={line.id: 1}, reason=CancelReason.OUT_OF_STOCK)
    session.commit()
    run(hub, session)
    assert (there["lineItems"][0]["currentQuantity"], int(live.paid(there))) == (1, 15)

    cancel.cancel(session, order.id, reason=CancelReason.CUSTOMER)
    session.commit()
    run(hub, session)
    assert there["cancelledAt"] is not None
    money = sum(row.amount_minor for row in session.scalars(select(Refund)))
    assert int(live.paid(there) * 100) == 2500 - money

    sync.sync(hub, KEY, "orders")
    run(hub, session)
    assert sum(row.amount_minor for row in session.scalars(select(Refund))) == money
    assert ours(session, there).status is OrderStatus.CANCELLED


def test_a_refund_here_is_paid_there_even_if_the_answer_is_lost(hub: Hub, session: Session, live: Store) -> None:
    there, order = bring(hub, session, live)
    live.faults = {"MakeRefund": ["500 after"]}

    refund.create(session, order.id, Wanted(goodwill_minor=500, reason="Late"))
    session.commit()
    run(hub, session)

    assert live.paid(there) == 20
    assert session.scalars(select(Refund.external_id)).all() == [there["refunds"][0]["id"]]


def test_stock_is_published_where_listings_are_mapped(hub: Hub, session: Session, live: Store) -> None:
    live.add_product("TEA", "10.00")
    item = an_item(session, "TEA")
    place = a_location(session)
    a_level(session, item, place, on_hand=9)
    session.commit()

    sync.sync(hub, KEY, "listings")
    run(hub, session)
    stock_changed(hub, [{"item_ids": [item.id]}])
    run(hub, session)

    assert live.variant("TEA")["inventoryItem"]["available"][live.location] == 9


def test_a_return_asked_for_there_is_judged_here(hub: Hub, session: Session, live: Store) -> None:
    there, order = bring(hub, session, live)
    leave(session, order, 2)
    run(hub, session)

    asked = live.request_return(there, "TEA")
    sync.sync(hub, KEY, "returns")
    run(hub, session)

    (found,) = session.scalars(select(Return))
    assert (found.external_id, asked["status"]) == (asked["id"], "OPEN")


def test_a_payout_is_matched_to_its_orders(hub: Hub, session: Session, live: Store) -> None:
    bring(hub, session, live)
    live.pay_out()

    found = sync.sync(hub, KEY, "settlements")
    run(hub, session)

    assert session.get_one(SyncRun, found).state == "SUCCEEDED"
    assert session.scalars(select(Settlement.payout_minor)).all() == [2500 - 103]
    states = session.scalars(select(SettlementLine.state).where(SettlementLine.raw_kind == "CHARGE")).all()
    assert states == [SettlementLineState.MATCHED]


def test_a_token_that_is_taken_away_takes_the_integration_down(hub: Hub, session: Session, live: Store) -> None:
    live.settings = live.settings.model_copy(update={"access_token": SecretStr("another")})
    with contextlib.suppress(CrossdockError):
        sync.sync(hub, KEY, "orders")

    session.rollback()
    (status,) = session.scalars(select(Integration.health).where(Integration.key == KEY))
    assert status is HealthStatus.DOWN
