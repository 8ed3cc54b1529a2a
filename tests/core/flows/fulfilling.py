"""What the tests of routing, fulfilment and shipping share: a hub with plugins, ready orders, and how things stand."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock
from core.cases.models import Case
from core.catalog.models import Channel, Item
from core.config import Config
from core.fulfillment.models import FulfillmentLine, FulfillmentOrder
from core.orders.models import Order, OrderLine
from core.stock.models import StockLevel
from tests.builders import an_order

ADDRESS = {"name": "Ada", "line1": "1 High Street", "city": "London", "postal_code": "N1 9GU", "country": "GB"}


def configured(config: Config, toml: str) -> Config:
    """The configuration with these integrations, and the bundled routing strategies."""
    config.plugins_file.write_text(f'[integrations.routing]\nplugin = "routing"\n\n{toml}')
    return config


def a_ready_order(session: Session, channel: Channel, lines: Mapping[Item, int], **columns: Any) -> Order:
    """An order that was checked and may be routed, to an address in London."""
    fields = {"validated_at": clock.now(), "shipping_address": ADDRESS, "country": "GB", **columns}
    return an_order(session, channel, lines, **fields)


def lines_of(session: Session, order: Order) -> list[tuple[str, int, int, int, int, int]]:
    """(SKU, open, backordered, allocated, shipped, cancelled) by position."""
    query = select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    return [
        (line.sku, line.open, line.backordered, line.allocated, line.shipped, line.cancelled)
        for line in session.scalars(query, execution_options={"populate_existing": True})
    ]


def work_of(session: Session, order: Order) -> list[FulfillmentOrder]:
    query = select(FulfillmentOrder).where(FulfillmentOrder.order_id == order.id).order_by(FulfillmentOrder.id)
    return list(session.scalars(query, execution_options={"populate_existing": True}))


def parts_of(session: Session, work: FulfillmentOrder) -> list[FulfillmentLine]:
    query = select(FulfillmentLine).where(FulfillmentLine.fulfillment_order_id == work.id).order_by(FulfillmentLine.id)
    return list(session.scalars(query, execution_options={"populate_existing": True}))


def level_of(session: Session, item: Item, location_id: int) -> tuple[int, int]:
    """On hand, and reserved of it."""
    query = select(StockLevel).where(StockLevel.item_id == item.id, StockLevel.location_id == location_id)
    level = session.scalars(query, execution_options={"populate_existing": True}).one()
    return level.on_hand, level.reserved


def cases(session: Session) -> list[Case]:
    return list(session.scalars(select(Case).order_by(Case.id), execution_options={"populate_existing": True}))


def events(session: Session, order: Order) -> list[str]:
    """Names of what happened to an order, oldest first."""
    return list(session.scalars(text("select name from events where order_id = :id order by id"), {"id": order.id}))
