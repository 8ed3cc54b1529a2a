"""A hub with one integration of Switchboard, key `desk`, and two shoppers with orders."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core import outbox
from core.catalog.models import Channel
from core.config import Config
from core.hub import Hub
from core.orders.models import Order
from schema.web import routes
from tests.api import api as api
from tests.api import product_engine as product_engine
from tests.builders import a_channel, an_item, an_order
from tests.core.flows.tickets.desk import BOARD, HUSH, Switchboard
from tests.hubs import a_hub

Send = Callable[..., int]


@pytest.fixture
def board() -> Iterator[Switchboard]:
    BOARD[0] = Switchboard()
    yield BOARD[0]
    BOARD[0] = Switchboard()


@pytest.fixture
def hub(config: Config, database_url: str, board: Switchboard) -> Iterator[Hub]:
    config.plugins_file.write_text('[integrations.desk]\nplugin = "switchboard"\n')
    with a_hub(config, database_url, switchboard="tests.core.flows.tickets.desk") as hub:
        yield hub


@pytest.fixture
def send(hub: Hub) -> Iterator[Send]:
    """Sends a body to the hub as Switchboard does; the status of the answer."""
    app = Starlette(routes=routes(hub))
    app.state.hub = hub
    with TestClient(app) as web:

        def send(body: bytes, *, secret: str = HUSH, to: str = "desk") -> int:
            return web.post(f"/webhooks/{to}", content=body, headers={"x-secret": secret}).status_code

        yield send


@pytest.fixture
def orders(session: Session) -> dict[str, Order]:
    """Ada's, of which the later was sold by another shop under the same number as Bob's; and Bob's."""
    shop, market, tea = a_channel(session, "shop"), a_channel(session, "market"), an_item(session, "TEA")

    def placed(number: str, channel: Channel, email: str, external: str) -> Order:
        order = an_order(session, channel, {tea: 2}, email=email, external_number=external, phone="+44 7700 900123")
        order.number = number
        session.flush()
        return order

    made = {
        "first": placed("CD-1", shop, "ada@example.com", "#900001"),
        "second": placed("CD-2", shop, "ada@example.com", "#900002"),
        "bobs": placed("CD-3", market, "bob@example.com", "#900002"),
    }
    made["bobs"].phone = None
    session.commit()
    return made


@pytest.fixture
def news(hub: Hub) -> Callable[..., None]:
    """Something happens to an order."""

    def happen(name: str, order: Order, message: str, **data: object) -> None:
        with hub.transaction() as session:
            outbox.record(session, name, f"ord_{order.id}", message, order_id=order.id, data=data)

    return happen
