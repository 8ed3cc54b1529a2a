"""The hub with Amazon as a supplier: orders of other channels leave from its warehouses."""

import pytest
from sqlalchemy import select

from core import verify
from core.flows import cancel, stock
from core.flows.place import Entered, place
from core.inbox.models import InboxMessage, InboxState
from core.integrations.models import Integration
from core.ledgers.models import JournalEntry
from core.orders.models import Order, OrderLine
from core.orders.states import CancelReason, OrderStatus
from core.shipments.models import Shipment
from core.stock.models import Location, MovementReason, StockAuthority, StockLevel
from crossdock import Money
from plugins.amazon.sandbox import Store
from tests.builders import a_location, an_item
from tests.core.flows.selling import said
from tests.plugins.stores import Desk


@pytest.fixture
def abroad(desk: Desk, store: Store) -> Location:
    """Amazon's warehouse, which has AMZ-6, as its own figures say."""
    integration = desk.session.scalars(select(Integration).where(Integration.key == desk.key)).one()
    net = StockAuthority.LOCATION_NET_OF_ORDERS
    address = {"line1": "1 Boundary Way", "city": "Hemel Hempstead", "country": "GB"}
    abroad = a_location(desk.session, "amazon", integration_id=integration.id, stock_authority=net, address=address)
    an_item(desk.session, "AMZ-6")
    bought = stock.Adjustment(
        sku="AMZ-6", location="amazon", reason=MovementReason.RECEIPT, delta=4, unit_cost=Money(300, "GBP")
    )
    stock.adjust(desk.session, [bought])
    desk.session.commit()
    store.warehouse.stock = {"AMZ-6": 10, "NOBODYS": 3}
    desk.sync("supplier_stock")
    return abroad


def entered(desk: Desk, units: int) -> Order:
    """An order that a person entered by hand, as far as it goes by itself."""
    (order_id,) = place(desk.session, [Entered(said("manual-1", {"AMZ-6": units}))])
    desk.session.commit()
    desk.run()
    return desk.session.get_one(Order, order_id)


def followed(desk: Desk, store: Store) -> None:
    """Amazon's warehouse takes its next step, and we hear of it."""
    store.warehouse.work()
    desk.sync("updates")
    desk.run()
    desk.sync("supplier_stock")


def test_an_order_of_another_channel_is_shipped_by_amazon_and_booked(
    desk: Desk, store: Store, abroad: Location
) -> None:
    order = entered(desk, 2)
    (taken,) = store.warehouse.orders.values()
    levels = list[tuple[int, int]]()
    for _ in range(2):
        followed(desk, store)
        level = desk.session.scalars(select(StockLevel).where(StockLevel.location_id == abroad.id)).one()
        levels.append((level.on_hand, level.reserved))

    (line,) = desk.session.scalars(select(OrderLine).where(OrderLine.order_id == order.id))
    (shipment,) = desk.session.scalars(select(Shipment).where(Shipment.order_id == order.id))
    assert taken["fulfillmentOrder"]["destinationAddress"]["postalCode"] == "SW1A 2AA"
    assert levels == [(10, 2), (8, 0)]  # Amazon's figure was 8 both times: it takes off what it is to ship
    assert (line.shipped, order.status) == (2, OrderStatus.COMPLETED)
    assert (shipment.carrier, shipment.tracking_number, shipment.location_id) == ("UPS", "1Z200000000", abroad.id)
    assert "sale" in " ".join(desk.session.scalars(select(JournalEntry.rule).where(JournalEntry.order_id == order.id)))
    assert desk.cases() == []
    unknown = select(InboxMessage.external_id).where(InboxMessage.state == InboxState.QUARANTINED)
    assert desk.session.scalars(unknown).all() == ["Amazon's inventory of NOBODYS"]  # told three times, and kept once
    assert verify.run(desk.hub.engine) == []


def test_an_order_that_is_cancelled_here_is_given_back_by_amazon_until_it_is_picked(
    desk: Desk, store: Store, abroad: Location
) -> None:
    order = entered(desk, 2)
    followed(desk, store)
    cancel.cancel(desk.session, order.id, reason=CancelReason.CUSTOMER)
    desk.session.commit()
    desk.run()

    (taken,) = store.warehouse.orders.values()
    assert taken["fulfillmentOrder"]["fulfillmentOrderStatus"] == "Cancelled"
    desk.session.refresh(order)
    assert order.status is OrderStatus.CANCELLED
    followed(desk, store)
    level = desk.session.scalars(select(StockLevel).where(StockLevel.location_id == abroad.id)).one()
    assert (level.on_hand, level.reserved) == (10, 0)
    assert desk.cases() == []
