"""The hub with eBay's sandbox on loopback: what happens there is here, and what is decided here happens there."""

import base64
import json
import socket
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
from core.cases.models import Case
from core.catalog.models import Listing
from core.config import Config
from core.flows import cancel, refund, ship, sync
from core.flows.publish_stock import stock_changed
from core.flows.refund.plan import Wanted
from core.hub import Hub
from core.inbox.models import InboxMessage
from core.integrations.mirror import mirror
from core.integrations.models import Integration as Known
from core.integrations.models import SyncRun, SyncState
from core.jobs.models import Job
from core.jobs.run import run_jobs
from core.orders.models import Order, OrderLine
from core.orders.states import CancelReason, OrderStatus
from core.plugins import load
from core.returns.models import Refund, Return, ReturnState
from core.settlements.models import SettlementLine
from core.shipments.models import Shipment
from core.stock.models import Location
from crossdock import Integration, Stage
from plugins.ebay.sandbox import make_sandbox
from plugins.ebay.sandbox.notices import Signer, letter
from plugins.ebay.sandbox.store import Store
from plugins.ebay.settings import EbaySettings
from schema.web import routes
from tests.api import api as api
from tests.api import product_engine as product_engine
from tests.builders import a_level, a_location, an_item
from tests.plugins.ebay.account import SETTINGS

KEY = "auction-house"
PUBLIC = "https://hub.example.com"
SECRETS = ("client_secret", "refresh_token", "verification_token", "signing_key", "signing_jwe")


class Post:
    """Carries what the sandbox sends to the hub, once there is one. `sent`: the statuses that came back."""

    def __init__(self) -> None:
        self.web: TestClient | None = None
        self.sent: list[int] = []

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> int:
        if self.web is None:
            return 0
        self.sent.append(self.web.request(method, url.removeprefix(PUBLIC), headers=headers, content=body).status_code)
        return self.sent[-1]


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def store(post: Post) -> Iterator[Store]:
    """The sandbox, open until the test is over."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = EbaySettings.model_validate({**SETTINGS, "url": url})
    stage = Stage(url=url, send=post, now=lambda: datetime.now(UTC), seed=1)
    app = make_sandbox(Integration(KEY, "ebay", settings), stage)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield app.store
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture
def hub(config: Config, database_url: str, store: Store) -> Iterator[Hub]:
    written = [f'url = "{store.stage.url}"', f'client_id = "{SETTINGS["client_id"]}"']
    for name in SECRETS:
        file = config.plugins_file.with_name(name)
        file.write_text(str(SETTINGS[name]))
        written.append(f'{name} = {{ file = "{file}" }}')
    config.plugins_file.write_text(
        f'[integrations.routing]\nplugin = "routing"\n\n[integrations.{KEY}]\nplugin = "ebay"\n' + "\n".join(written)
    )
    config = config.model_copy(update={"public_url": PUBLIC})
    registry = load(config.plugins_file)
    hub = Hub(config, db.connect(database_url, pool_size=config.database_pool), registry)
    with hub.transaction() as session:
        mirror(session, registry)
    yield hub
    hub.close()


@pytest.fixture
def web(hub: Hub, post: Post) -> Iterator[TestClient]:
    app = Starlette(routes=routes(hub))
    app.state.hub = hub
    with TestClient(app) as client:
        post.web = client
        yield client


@pytest.fixture
def shelf(session: Session) -> Location:
    """Twenty of each thing that is sold."""
    shelf = a_location(session, address={"line1": "2 Dock Road", "city": "Leeds", "country": "GB"})
    for number in range(1, 9):
        a_level(session, an_item(session, f"EB-{number:03}"), shelf, 20)
    session.commit()
    return shelf


def run(hub: Hub, session: Session) -> None:
    """Run all jobs, those that wait for a later moment too."""
    for _ in range(3):
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
    """The order as it is here once orders were polled and everything that follows has run."""
    ran(hub, session, "orders")
    run(hub, session)
    return session.scalars(select(Order).where(Order.external_id == order_id)).one()


def goods_of(session: Session, order: Order) -> OrderLine:
    return session.scalars(select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.id)).first()  # type: ignore[return-value]


def cases(session: Session) -> list[str]:
    return list(session.scalars(select(Case.code)))


def test_a_signed_notification_brings_the_order_and_a_forged_one_nothing(
    hub: Hub, session: Session, store: Store, shelf: Location, web: TestClient, post: Post
) -> None:
    assert ran(hub, session, "subscribe").state is SyncState.SUCCEEDED
    order_id = store.place_order()
    forged = letter("ORDER_CONFIRMATION", "n-forged", "2026-03-02T12:00:00.000Z", {"orderId": "no-order"})
    run(hub, session)

    assert post.sent == [200, 200]  # the challenge, and the order
    assert session.scalars(select(Order.external_id)).all() == [order_id]
    kept = session.scalars(select(InboxMessage.id)).all()
    forger = Signer()
    forger.key_id = store.signer.key_id
    refused = web.post(f"/webhooks/{KEY}", content=forged, headers=dict(forger.headers(forged)))
    assert refused.status_code == 412
    assert session.scalars(select(InboxMessage.id)).all() == kept


def test_a_notification_with_a_key_that_ebay_never_had_is_refused(
    hub: Hub, session: Session, store: Store, web: TestClient
) -> None:
    body = letter("ORDER_CONFIRMATION", "n-1", "2026-03-02T12:00:00.000Z", {"orderId": "1"})
    said = json.loads(base64.b64decode(store.signer.headers(body)["x-ebay-signature"])) | {"kid": "surely-unknown"}
    header = base64.b64encode(json.dumps(said).encode()).decode()

    assert web.post(f"/webhooks/{KEY}", content=body, headers={"x-ebay-signature": header}).status_code == 401
    assert session.scalars(select(InboxMessage.id)).all() == []


def test_an_order_ships_here_by_package_and_is_confirmed_there(
    hub: Hub, session: Session, store: Store, shelf: Location
) -> None:
    order_id = store.place_order([("EB-001", 2)], discount_minor=100, note="Ring twice")
    order = heard(hub, session, order_id)
    line = goods_of(session, order)
    for number in ("RM1", "RM2"):
        left = ship.Left(
            order_id=order.id, lines={line.id: 1}, carrier="Royal Mail", tracking_number=number, location=shelf.code
        )
        ship.create(session, left)
        session.commit()
        run(hub, session)

    told = [(each["shipmentTrackingNumber"], each["shippingCarrierCode"]) for each in store.fulfillments[order_id]]
    assert told == [("RM1", "ROYAL_MAIL"), ("RM2", "ROYAL_MAIL")]
    assert store.orders[order_id]["orderFulfillmentStatus"] == "FULFILLED"
    again = heard(hub, session, order_id)  # eBay tells of what we told it
    assert len(session.scalars(select(Shipment.id).where(Shipment.order_id == again.id)).all()) == 2
    assert cases(session) == []


def test_an_order_cancelled_there_is_cancelled_here_with_its_refund(
    hub: Hub, session: Session, store: Store, shelf: Location
) -> None:
    order_id = store.place_order()
    heard(hub, session, order_id)
    paid = store.left(order_id)

    store.cancel_order(order_id, by="Buyer")
    order = heard(hub, session, order_id)

    assert order.status is OrderStatus.CANCELLED
    assert session.scalars(select(Refund.amount_minor)).all() == [paid.minor]
    assert store.done == []
    assert cases(session) == []


def test_a_cancellation_here_is_told_there_and_the_money_goes_back_once(
    hub: Hub, session: Session, store: Store, shelf: Location
) -> None:
    order_id = store.place_order()
    order = heard(hub, session, order_id)

    cancel.cancel(session, order.id, reason=CancelReason.OUT_OF_STOCK)
    session.commit()
    run(hub, session)
    heard(hub, session, order_id)

    assert store.orders[order_id]["cancelStatus"]["cancelState"] == "CANCELED"
    assert store.done == [("cancel", order_id)]
    assert store.left(order_id).minor == 0
    (given,) = session.scalars(select(Refund)).all()
    assert given.external_id == store.orders[order_id]["paymentSummary"]["refunds"][0]["refundId"]
    assert cases(session) == []


@pytest.mark.parametrize("gone", [False, True])
def test_a_shopper_s_request_to_cancel_is_answered(
    hub: Hub, session: Session, store: Store, shelf: Location, gone: bool
) -> None:
    order_id = store.place_order()
    order = heard(hub, session, order_id)
    if gone:
        line = goods_of(session, order)
        left = ship.Left(
            order_id=order.id, lines={line.id: 2}, carrier="UPS", tracking_number="1Z", location=shelf.code
        )
        ship.create(session, left)
        session.commit()
        run(hub, session)

    store.ask_cancel(order_id)
    heard(hub, session, order_id)
    order = heard(hub, session, order_id)

    assert (order.status is OrderStatus.CANCELLED) is not gone
    assert store.done[-1] == ("reject_cancel" if gone else "accept_cancel", order_id)
    assert cases(session) == []


def test_a_refund_here_arrives_there_once_and_comes_back_as_ours(
    hub: Hub, session: Session, store: Store, shelf: Location
) -> None:
    order_id = store.place_order()
    order = heard(hub, session, order_id)

    refund.create(session, order.id, Wanted(goodwill_minor=250, reason="Late"))
    session.commit()
    run(hub, session)
    heard(hub, session, order_id)

    (there,) = store.orders[order_id]["paymentSummary"]["refunds"]
    (here,) = session.scalars(select(Refund)).all()
    assert (there["amount"]["value"], here.external_id) == ("2.50", there["refundId"])
    assert store.done == [("refund", order_id)]


def test_a_return_asked_for_there_is_judged_here_and_answered_there(
    hub: Hub, session: Session, store: Store, shelf: Location
) -> None:
    order_id = store.place_order()
    order = heard(hub, session, order_id)
    line = goods_of(session, order)
    left = ship.Left(order_id=order.id, lines={line.id: 2}, carrier="UPS", tracking_number="1Z", location=shelf.code)
    ship.create(session, left)
    session.commit()
    run(hub, session)
    name = store.ask_return(order_id)

    for _ in range(2):
        ran(hub, session, "returns")
        run(hub, session)

    (back,) = session.scalars(select(Return)).all()
    assert (back.external_id, back.state) == (name, ReturnState.APPROVED)
    assert store.done.count(("decide_return", order_id)) == 1
    assert store.returns[name]["status"] == "READY_FOR_SHIPPING"


def test_stock_is_told_to_all_offers(hub: Hub, session: Session, store: Store, shelf: Location) -> None:
    ran(hub, session, "listings")
    items = session.scalars(select(Listing.item_id).where(Listing.item_id.is_not(None))).all()
    stock_changed(hub, [{"item_ids": list(items)}])
    run(hub, session)

    assert len(items) == len(store.offers) == 7
    assert {offer["availableQuantity"] for offer in store.offers.values()} == {20}
    assert set(session.scalars(select(Listing.publish_state))) == {"CONFIRMED"}


def test_a_payout_is_booked_with_its_fees(hub: Hub, session: Session, store: Store, shelf: Location) -> None:
    sold = store.place_order()
    heard(hub, session, sold)
    store.pay_out()

    ran(hub, session, "settlements")
    run(hub, session)

    rows: Any = session.execute(select(SettlementLine.raw_kind, SettlementLine.amount_minor, SettlementLine.kind)).all()
    kinds = {row.raw_kind: (row.amount_minor, row.kind) for row in rows}
    due = store.left(sold)
    assert kinds["SALE"][0] == due.minor
    assert kinds["FINAL_VALUE_FEE"] == (-due.share(128, 1000).minor, "COMMISSION")
    assert kinds["FINAL_VALUE_FEE_FIXED_PER_ORDER"] == (-30, "COMMISSION")
    assert cases(session) == []


def test_consent_that_is_taken_back_puts_the_integration_down(
    hub: Hub, session: Session, store: Store, web: TestClient, post: Post
) -> None:
    ran(hub, session, "subscribe")

    store.revoke()

    assert post.sent == [200, 200]
    assert session.scalars(select(Known.health).where(Known.key == KEY)).one() == "DOWN"
