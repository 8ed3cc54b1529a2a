"""Work of a supplier and of our own warehouse."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.catalog.models import Item
from core.config import Config
from core.flows.route import route_orders
from core.hub import Hub
from core.integrations.mirror import mirror
from core.integrations.models import Integration
from core.jobs.run import run_jobs
from core.orders.models import Order
from core.stock.models import Location
from tests.builders import a_channel, a_level, a_location, an_item
from tests.core.flows.fulfil.answers import a_supplier
from tests.core.flows.fulfilling import (
    a_ready_order,
    configured,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "acme"


@pytest.fixture
def config(config: Config, folder: Path) -> Config:
    supplier = f'[integrations.acme]\nplugin = "folder_supplier"\nfolder = "{folder}"\n'
    return configured(config, f'{supplier}\n[integrations.leeds]\nplugin = "warehouse"\n')


@pytest.fixture
def split(hub: Hub, session: Session) -> tuple[Order, Item, Location, Location]:
    """Ten TEA submitted to a supplier, and another supplier that has some: (order, item, first, second)."""
    mirror(session, hub.registry)
    tea = an_item(session, "TEA")
    an_item(session, "TEA-XL", name="A bigger tin")
    first = a_supplier(session, "acme", tea, 20, priority=9)
    second = a_supplier(session, "other", tea, 20)
    order = a_ready_order(session, a_channel(session), {tea: 10})
    session.commit()
    route_orders(hub, [order.id])
    run_jobs(hub)
    return order, tea, first, second


@pytest.fixture
def own(hub: Hub, session: Session) -> tuple[Order, Item, Location, Location]:
    """Five TEA to be picked in our own warehouse, with another that has some: (order, item, first, second)."""
    mirror(session, hub.registry)
    tea = an_item(session, "TEA", barcode="5012345678900")
    integration = session.scalar(select(Integration.id).where(Integration.key == "leeds"))
    first = a_location(session, "LEEDS", priority=9, integration_id=integration)
    second = a_location(session, "YORK")
    a_level(session, tea, first, 9)
    a_level(session, tea, second, 9)
    order = a_ready_order(session, a_channel(session), {tea: 5})
    session.commit()
    route_orders(hub, [order.id])
    run_jobs(hub)
    return order, tea, first, second
