"""An order that is packed, and a carrier."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.catalog.models import Item
from core.config import Config
from core.flows import fulfil
from core.flows.route import route_orders
from core.hub import Hub
from core.integrations.mirror import mirror
from core.orders.models import Order
from core.stock.models import Location
from tests.builders import a_channel, a_level, a_location, an_item
from tests.core.flows.fulfilling import a_ready_order, configured, work_of

WAREHOUSE = {"line1": "2 Dock Road", "city": "Leeds", "postal_code": "LS1 4AP", "country": "GB"}


@pytest.fixture
def config(config: Config) -> Config:
    return configured(config, '[integrations.post]\nplugin = "table_rate"\n')


@pytest.fixture
def packed(hub: Hub, session: Session) -> tuple[Order, Item, Location, int]:
    """An order of 3 TEA that cost 2.00 each, packed into one parcel: (order, item, shelf, shipment id)."""
    mirror(session, hub.registry)
    tea, shelf = (
        an_item(session, "TEA", weight_grams=250, barcode="5012345678900"),
        a_location(session, address=WAREHOUSE),
    )
    a_level(session, tea, shelf, 10)
    session.execute(
        text("insert into item_costs (item_id, quantity, value_minor) values (:id, 10, 2000)"), {"id": tea.id}
    )
    order = a_ready_order(session, a_channel(session), {tea: 3})
    session.commit()
    route_orders(hub, [order.id])
    (work,) = work_of(session, order)
    shipment = fulfil.pack(session, work.id, [fulfil.Packed(weight_grams=900)])
    session.commit()
    return order, tea, shelf, shipment
