"""Case 19: a 3PL tells its stock as it was before it saw what three stores had sold; nothing is deducted twice."""

import pytest

from bench.ingest.played import CHANNELS
from core import clock
from core.flows import supplier_stock
from tests.acceptance import supply
from tests.acceptance.stores.mall import Mall
from tests.acceptance.timeline import ends_well

pytestmark = pytest.mark.long

_ACK = "reference,line,sku,status,quantity"
_LOCATION = """
mutation {
  locationUpsert(code: "leeds", name: "Leeds", kind: THIRD_PARTY, timezone: "Europe/London", integration: "depot",
                 stockAuthority: LOCATION_NET_OF_ORDERS) { userErrors { message path } }
}
"""


@pytest.fixture
def plugins_toml() -> str:
    return '[integrations.routing]\nplugin = "routing"\n\n[integrations.depot]\nplugin = "folder_supplier"\n'


def test_what_it_has_not_seen_counts_once_and_no_store_offers_too_much(mall: Mall) -> None:
    mall.opens(MUG=20)
    mall.api.done(_LOCATION)
    inbound = mall.hub.context("depot").home / "inbound"
    inbound.mkdir(parents=True, exist_ok=True)
    seen = mall.sells("shopify", units=2)
    (work,) = mall.order("shopify", seen)["fulfillmentOrders"]
    supply.wrote(mall.hub, "depot", "ack-000001.csv", [_ACK, f"{work['id']},,MUG,accepted,2"])
    taken = clock.now()
    for store in CHANNELS:
        mall.sells(store)
    assert mall.level() == (20, 5, 15)

    (inbound / "stock-000001.csv").write_text(f"sku,quantity,as_of\nMUG,18,{taken.isoformat()}\n")
    supplier_stock.poll(mall.hub)
    mall.run()

    assert mall.level() == (20, 5, 15)
    assert {name: mall.offered(name) for name in CHANNELS} == dict.fromkeys(CHANNELS, 15)
    ends_well(mall.api, mall.hub)
