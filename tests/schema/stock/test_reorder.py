"""What to order again, through the API."""

from datetime import timedelta

from sqlalchemy.orm import Session

from core import clock
from core.flows import replenish
from core.hub import Hub
from core.ledgers.models import ItemProfitDay
from core.purchasing.models import Supplier, SupplierOffer
from tests.api import Api
from tests.builders import a_level, a_location, an_item
from tests.schema.access.holders import holder

ASK = """
query ($below: Boolean) { items(filter: { belowReorderPoint: $below }) { nodes { sku reorder {
  dailyDemand leadTimeDays safetyStock reorderPoint suggestedQuantity daysOfCover stockoutOn supplier { key } computedAt
} } } worklist { belowReorderPoint } }
"""


def test_items_below_their_reorder_point_are_found_with_advice(api: Api, hub: Hub, session: Session) -> None:
    tea, cup, leeds = an_item(session, "TEA-1"), an_item(session, "CUP-1"), a_location(session, "LEEDS")
    a_level(session, tea, leeds, 5)
    a_level(session, cup, leeds, 5)
    today = clock.day_of(clock.now(), "Europe/London")
    for ago in range(1, 91):
        session.add(ItemProfitDay(item_id=tea.id, day=today - timedelta(days=ago), channel_id=1, units=1))
    acme = Supplier(key="acme", name="Acme", currency="GBP", lead_time_days=7)
    session.add(acme)
    session.flush()
    offer = SupplierOffer(supplier_id=acme.id, item_id=tea.id, supplier_sku="T", currency="GBP", cost_minor=100)
    session.add(offer)
    session.commit()
    assert api(ASK, below=True)["items"]["nodes"] == []

    replenish.advise_all(hub)

    found = api(ASK, below=True)
    (advised,) = found["items"]["nodes"]
    told = advised["reorder"]
    assert told.pop("computedAt")
    assert told.pop("stockoutOn") == str(today + timedelta(days=5))
    assert advised["sku"] == "TEA-1"
    assert told == {
        "dailyDemand": "1.0000",
        "leadTimeDays": 7,
        "safetyStock": 0,
        "reorderPoint": 7,
        "suggestedQuantity": 32,
        "daysOfCover": "5.0",
        "supplier": {"key": "acme"},
    }
    assert found["worklist"]["belowReorderPoint"] == 1
    assert [item["sku"] for item in api(ASK, below=False)["items"]["nodes"]] == ["CUP-1"]


def test_a_key_of_some_locations_sees_no_advice_about_all_of_them(api: Api, hub: Hub, session: Session) -> None:
    a_location(session, "LEEDS")
    an_item(session, "TEA-1")
    session.commit()
    replenish.advise_all(hub)

    partner = holder(api, "catalog:read", "stock:read", "purchasing:read", locations=("LEEDS",))

    query = '{ item(sku: "TEA-1") { reorder { reorderPoint } } }'
    assert partner(query)["item"]["reorder"] is None
    assert api(query)["item"]["reorder"] == {"reorderPoint": 0}
