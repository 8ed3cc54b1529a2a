"""A hub with one wholesaler, who has the goods that two of our places sell."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from core.config import Config
from core.flows import purchase
from core.hub import Hub
from core.purchasing.models import Supplier
from tests.builders import an_item
from tests.core.flows.suppliers import wholesaler as played
from tests.core.flows.suppliers.wholesaler import Wholesaler
from tests.hubs import a_hub


@pytest.fixture
def hub(config: Config, database_url: str) -> Iterator[Hub]:
    config.plugins_file.write_text(
        '[integrations.acme]\nplugin = "wholesaler"\n\n[integrations.routing]\nplugin = "routing"\n'
    )
    with a_hub(config, database_url, wholesaler=played.__name__) as hub:
        yield hub


@pytest.fixture
def wholesaler(hub: Hub) -> Wholesaler:
    return played.OPEN["acme"]


@pytest.fixture
def acme(hub: Hub, session: Session) -> Supplier:
    """The supplier that the wholesaler is, and three things to buy of it."""
    supplier_id = purchase.supplier_upsert(session, "acme", {"name": "Acme", "integration": "acme"})
    for sku in ("RED", "BLUE", "TEA"):
        an_item(session, sku)
    session.commit()
    return session.get_one(Supplier, supplier_id)
