"""Case 7: an order that its channel ships from its own house never touches own stock, and costs what its goods cost."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from core import clock
from core.flows import inbox
from core.flows.book.roll_up import roll_up
from core.hub import Hub
from core.integrations.models import Integration
from core.jobs.run import run_jobs
from crossdock import RawOrder
from tests.acceptance import boutique, shipping, steps, timeline
from tests.acceptance.sound import ends_well
from tests.api import Api

ORDER_ID = 'query ($id: String!) { order(channel: "shop", externalId: $id) { id } }'
LEVEL = "{ stockLevels { nodes { onHand reserved } } worklist { unrouted } }"
PROFIT = "{ profitReport(groupBy: CHANNEL) { nodes { key profit { revenue { amount } cogs { amount } } } } }"
ROUTE = "mutation ($id: ID!) { orderRoute(id: $id) { userErrors { code } } }"
HOME = {"name": "Ada", "line1": "1 High Street", "city": "London", "postal_code": "N1 9GU", "country": "GB"}


@pytest.fixture
def plugins_toml() -> str:
    return '[integrations.routing]\nplugin = "routing"\n\n[integrations.shop]\nplugin = "boutique"\n'


@pytest.fixture
def foreign_plugins() -> dict[str, str]:
    return {"boutique": boutique.__name__}


def tells(hub: Hub, version: int, sent: Sequence[dict[str, Any]] = ()) -> None:
    """The channel tells of its order of three mugs, which it ships itself."""
    said = {
        "number": "B-1",
        "placed": clock.now().isoformat(),
        "lines": [{"line": "l1", "sku": "MUG", "quantity": 3}],
        "sent": list(sent),
        "theirs": True,
        "to": HOME,
        "bill": HOME,
    }
    raw = RawOrder(external_id="B-1", payload=json.dumps(said), version=version)
    with hub.transaction() as session:
        inbox.receive(session, session.scalars(select(Integration).where(Integration.key == "shop")).one(), [raw])
    run_jobs(hub)


def parcel(number: str, units: int) -> dict[str, Any]:
    at = clock.now().isoformat()
    return {"parcel": number, "units": {"l1": units}, "carrier": "Theirs", "tracking": f"T-{number}", "at": at}


def cogs(api: Api, hub: Hub) -> str:
    roll_up(hub)
    rows = {row["key"]: row["profit"]["cogs"]["amount"] for row in api(PROFIT)["profitReport"]["nodes"]}
    found: str = rows["shop"]
    return found


def test_own_stock_is_not_touched_and_the_cost_is_booked_when_it_ships(api: Api, hub: Hub) -> None:
    shipping.depot(api, "LEEDS")
    steps.item(api, "MUG")
    steps.stock(api, "MUG", "LEEDS", 10, "2.00", "GBP")
    untouched = {"stockLevels": {"nodes": [{"onHand": 10, "reserved": 0}]}, "worklist": {"unrouted": 0}}

    tells(hub, 1)
    order_id = api(ORDER_ID, id="B-1")["order"]["id"]
    waiting = timeline.shown(api, order_id)
    assert (waiting["fulfillmentOrders"], waiting["shipments"], waiting["onHold"]) == ([], [], False)
    api.done(ROUTE, id=order_id)
    assert timeline.shown(api, order_id)["fulfillmentOrders"] == []
    assert (api(LEVEL), cogs(api, hub)) == (untouched, "0.00")

    tells(hub, 2, [parcel("P-1", 2)])
    shown = timeline.shown(api, order_id)
    (sent,) = shown["shipments"]
    assert (sent["location"], sent["lines"]) == (None, [{"sku": "MUG", "quantity": 2}])
    assert sent["channelConfirmations"] == []
    assert timeline.units(shown) == [("MUG", 1, 0, 0, 2, 0)]
    assert (api(LEVEL), cogs(api, hub)) == (untouched, "4.00")

    tells(hub, 3, [parcel("P-1", 2), parcel("P-2", 1)])
    assert (api(LEVEL), cogs(api, hub)) == (untouched, "6.00")
    ends_well(api, hub)


def test_what_is_no_longer_in_stock_costs_what_it_did_when_it_last_left(api: Api, hub: Hub) -> None:
    shipping.depot(api, "LEEDS")
    steps.item(api, "MUG")
    steps.stock(api, "MUG", "LEEDS", 2, "2.50", "GBP")
    own = steps.order(api, currency="GBP", lines=[{"sku": "MUG", "quantity": 2, "unitPrice": "10.00"}])
    steps.shipped(api, own["id"], "LEEDS")

    tells(hub, 1, [parcel("P-1", 3)])

    assert cogs(api, hub) == "7.50"
    ends_well(api, hub)
