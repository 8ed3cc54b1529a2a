"""The hub with eBay's sandbox on loopback: what happens there is here, and what is decided here happens there."""

import base64
import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.catalog.models import Listing
from core.config import Config
from core.flows import cancel
from core.flows.publish_stock import stock_changed
from core.hub import Hub
from core.inbox.models import InboxMessage
from core.integrations.models import HealthStatus, SyncState
from core.orders.models import Order, OrderLine
from core.orders.states import CancelReason, OrderStatus
from core.returns.models import Refund
from core.settlements.models import SettlementLine
from core.stock.models import Location
from crossdock import Integration, Stage
from plugins.ebay.sandbox import make_sandbox
from plugins.ebay.sandbox.app import EbaySandbox
from plugins.ebay.sandbox.notices import Signer, letter
from plugins.ebay.sandbox.store import Store
from plugins.ebay.settings import EbaySettings
from schema.web import routes
from tests.builders import a_level, a_location, an_item
from tests.plugins.ebay.account import SETTINGS
from tests.plugins.journeys import Journeys, Remote
from tests.plugins.people import sent_by_the_seller
from tests.plugins.stores import HTML, Between, Desk, Post, hub_with, served

KEY = "auction-house"
SECRETS = ("client_secret", "refresh_token", "verification_token", "signing_key", "signing_jwe")


class EbayAccount(Remote):
    key = KEY

    def __init__(self, app: EbaySandbox, between: Between) -> None:
        self.store, self.gate, self.between = app.store, app.gate, between

    def sell(self) -> str:
        return self.store.place_order([("EB-001", self.units)])

    def parcels(self, order: str) -> list[tuple[str | None, int]]:
        return [
            (each.get("shipmentTrackingNumber"), sum(line["quantity"] for line in each["lineItems"]))
            for each in self.store.fulfillments[order]
        ]

    def shown(self, *told: str) -> list[str]:
        return list(told)  # eBay has no change of a number: it shows each

    def send(self, order: str, number: str) -> None:
        sent_by_the_seller(self.store, order, self.units, number)

    def cancel(self, order: str) -> None:
        self.store.cancel_order(order, by="Buyer")

    def is_cancelled(self, order: str) -> bool:
        return bool(self.store.orders[order]["cancelStatus"]["cancelState"] == "CANCELED")

    def held_minor(self, order: str) -> int:
        return self.store.left(order).minor

    def ask_return(self, order: str) -> str:
        return self.store.ask_return(order)

    def is_approved(self, name: str) -> bool:
        return bool(self.store.returns[name]["status"] == "READY_FOR_SHIPPING")

    def lose(self, order: str) -> Callable[[], None]:
        lost = self.store.orders.pop(order)
        return lambda: self.store.orders.update({order: lost})

    def spoil(self, how: str) -> None:
        def change(answer: bytes) -> bytes:
            if how == "html":
                return HTML
            if how == "truncated":
                return answer[:-20]
            said: Any = json.loads(answer)
            if how == "endless":
                said["total"] = 10**9
                return json.dumps(said).encode()
            line = said["orders"][0]["lineItems"][0]
            if how == "schema":
                said["orders"] = "none"
            elif how == "currency":
                line["lineItemCost"]["currency"] = "JPY"
            else:
                line["quantity"] = -1
            return json.dumps(said).encode()

        self.between.spoil("/sell/fulfillment/v1/order", change)

    def refuse_tokens(self) -> None:
        self.gate.refresh.clear()
        self.gate.tokens.clear()


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def remote(post: Post) -> Iterator[EbayAccount]:
    """The sandbox, open until the test is over."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = EbaySettings.model_validate({**SETTINGS, "url": url})
        stage = Stage(url=url, send=post, now=lambda: datetime.now(UTC), seed=1)
        app = make_sandbox(Integration(KEY, "ebay", settings), stage)
        between = Between(app)
        with served(listener, between):
            yield EbayAccount(app, between)


@pytest.fixture
def store(remote: EbayAccount) -> Store:
    return remote.store


@pytest.fixture
def hub(config: Config, database_url: str, store: Store) -> Iterator[Hub]:
    written = [f'url = "{store.stage.url}"', f'client_id = "{SETTINGS["client_id"]}"']
    for name in SECRETS:
        file = config.plugins_file.with_name(name)
        file.write_text(str(SETTINGS[name]))
        written.append(f'{name} = {{ file = "{file}" }}')
    integrations = f'[integrations.routing]\nplugin = "routing"\n\n[integrations.{KEY}]\nplugin = "ebay"\n' + "\n".join(
        written
    )
    with hub_with(config, database_url, integrations) as hub:
        yield hub


@pytest.fixture
def desk(hub: Hub, session: Session) -> Desk:
    return Desk(hub, session, KEY)


@pytest.fixture
def web(hub: Hub, post: Post) -> Iterator[TestClient]:
    app = Starlette(routes=routes(hub))
    app.state.hub = hub
    with TestClient(app) as client:
        post.web = client
        yield client
        post.web = None


@pytest.fixture
def shelf(session: Session) -> Location:
    """Twenty of each thing that is sold."""
    shelf = a_location(session, address={"line1": "2 Dock Road", "city": "Leeds", "country": "GB"})
    for number in range(1, 9):
        a_level(session, an_item(session, f"EB-{number:03}"), shelf, 20)
    session.commit()
    return shelf


class TestJourneys(Journeys):
    """All of them."""


def test_a_signed_notification_brings_the_order_and_a_forged_one_nothing(
    desk: Desk, store: Store, shelf: Location, web: TestClient, post: Post
) -> None:
    assert desk.sync("subscribe").state is SyncState.SUCCEEDED
    order_id = store.place_order()
    forged = letter("ORDER_CONFIRMATION", "n-forged", "2026-03-02T12:00:00.000Z", {"orderId": "no-order"})
    desk.run()

    assert post.sent == [200, 200]  # the challenge, and the order
    assert desk.session.scalars(select(Order.external_id)).all() == [order_id]
    kept = desk.session.scalars(select(InboxMessage.id)).all()
    forger = Signer()
    forger.key_id = store.signer.key_id
    refused = web.post(f"/webhooks/{KEY}", content=forged, headers=dict(forger.headers(forged)))
    assert refused.status_code == 412
    assert desk.session.scalars(select(InboxMessage.id)).all() == kept


def test_a_notification_with_a_key_that_ebay_never_had_is_refused(desk: Desk, store: Store, web: TestClient) -> None:
    body = letter("ORDER_CONFIRMATION", "n-1", "2026-03-02T12:00:00.000Z", {"orderId": "1"})
    said = json.loads(base64.b64decode(store.signer.headers(body)["x-ebay-signature"])) | {"kid": "surely-unknown"}
    header = base64.b64encode(json.dumps(said).encode()).decode()

    assert web.post(f"/webhooks/{KEY}", content=body, headers={"x-ebay-signature": header}).status_code == 401
    assert desk.session.scalars(select(InboxMessage.id)).all() == []


def test_the_last_parcel_fulfils_the_order_there_under_ebays_name_of_the_carrier(
    desk: Desk, remote: EbayAccount, shelf: Location
) -> None:
    sold = remote.sell()
    desk.ship(desk.heard(sold), "RM1", 2)

    assert [each["shippingCarrierCode"] for each in remote.store.fulfillments[sold]] == ["ROYAL_MAIL"]
    assert remote.store.orders[sold]["orderFulfillmentStatus"] == "FULFILLED"


def test_what_ebay_gave_back_with_a_cancellation_is_our_refund(
    desk: Desk, remote: EbayAccount, shelf: Location
) -> None:
    sold = remote.sell()
    cancel.cancel(desk.session, desk.heard(sold).id, reason=CancelReason.OUT_OF_STOCK)
    desk.session.commit()
    desk.run()
    desk.heard(sold)

    assert remote.store.done == [("cancel", sold)]
    (given,) = desk.session.scalars(select(Refund)).all()
    assert given.external_id == remote.store.orders[sold]["paymentSummary"]["refunds"][0]["refundId"]


def test_units_that_are_cancelled_here_are_refunded_there_and_the_rest_ships(
    desk: Desk, remote: EbayAccount, shelf: Location
) -> None:
    sold = remote.sell()
    order, paid = desk.heard(sold), remote.held_minor(sold)
    line = desk.session.scalars(select(OrderLine.id)).one()

    cancel.cancel(desk.session, order.id, lines={line: 1}, reason=CancelReason.OUT_OF_STOCK)
    desk.session.commit()
    desk.run()
    desk.ship(desk.heard(sold), "RM1", 1)

    (given,) = desk.session.scalars(select(Refund)).all()
    assert (remote.held_minor(sold), remote.is_cancelled(sold)) == (paid - given.amount_minor, False)
    assert remote.store.done == [("refund", sold), ("confirm_shipment", sold)]
    assert desk.cases() == []


@pytest.mark.parametrize("gone", [False, True])
def test_a_shopper_s_request_to_cancel_is_answered(
    desk: Desk, remote: EbayAccount, shelf: Location, gone: bool
) -> None:
    sold = remote.sell()
    order = desk.heard(sold)
    if gone:
        desk.ship(order, "1Z", 2)

    remote.store.ask_cancel(sold)
    desk.heard(sold)
    order = desk.heard(sold)

    assert (order.status is OrderStatus.CANCELLED) is not gone
    assert remote.store.done[-1] == ("reject_cancel" if gone else "accept_cancel", sold)
    assert desk.cases() == []


def test_stock_is_told_to_all_offers(desk: Desk, store: Store, shelf: Location) -> None:
    desk.sync("listings")
    items = desk.session.scalars(select(Listing.item_id).where(Listing.item_id.is_not(None))).all()
    stock_changed(desk.hub, [{"item_ids": list(items)}])
    desk.run()

    assert len(items) == len(store.offers) == 7
    assert {offer["availableQuantity"] for offer in store.offers.values()} == {20}
    assert set(desk.session.scalars(select(Listing.publish_state))) == {"CONFIRMED"}


def test_a_payout_is_booked_with_its_fees(desk: Desk, remote: EbayAccount, shelf: Location) -> None:
    sold = remote.sell()
    desk.heard(sold)
    remote.store.pay_out()

    desk.sync("settlements")
    desk.run()

    columns = (SettlementLine.raw_kind, SettlementLine.amount_minor, SettlementLine.kind)
    kinds = {row.raw_kind: (row.amount_minor, row.kind) for row in desk.session.execute(select(*columns))}
    due = remote.store.left(sold)
    assert kinds["SALE"][0] == due.minor
    assert kinds["FINAL_VALUE_FEE"] == (-due.share(128, 1000).minor, "COMMISSION")
    assert kinds["FINAL_VALUE_FEE_FIXED_PER_ORDER"] == (-30, "COMMISSION")
    assert desk.cases() == []


def test_consent_that_is_taken_back_puts_the_integration_down(
    desk: Desk, store: Store, web: TestClient, post: Post
) -> None:
    desk.sync("subscribe")

    store.revoke()

    assert post.sent == [200, 200]
    assert desk.health()[0] is HealthStatus.DOWN
