"""Case 6: one component of a bundle comes back, then the other."""

from core.hub import Hub
from core.jobs.run import run_jobs
from tests.acceptance import steps
from tests.acceptance.sound import ends_well
from tests.api import Api

STOCK = """
query ($sku: [String!]) { stockLevels(filter: {sku: $sku}) { nodes { onHand } } }
"""
ORDER = """
query ($id: ID!) {
  order(id: $id) {
    refundedTotal { amount }
    lines { nodes { sku returned refundable { amount } components { sku returned total { amount } } } }
    refunds { amount { amount } lines { orderLine { sku } quantity amount { amount } } }
    journalEntries(first: 100) { nodes { rule postings { account { code } amount { amount currency } item { sku } } } }
  }
}
"""
SHARES = [{"sku": "A", "quantity": 1, "priceShare": "0.6"}, {"sku": "B", "quantity": 1, "priceShare": "0.4"}]
HALVES = [{"sku": "A", "quantity": 1, "priceShare": "0.5"}, {"sku": "B", "quantity": 1, "priceShare": "0.5"}]


def a_shipped_kit(api: Api, hub: Hub) -> tuple[str, dict[str, str]]:
    """A kit for 100 EUR, A 60% and B 40%, that has shipped before its recipe changed. Order, and lines by SKU."""
    steps.warehouse(api, "leeds")
    for sku, cost in (("A", "20.00"), ("B", "10.00")):
        steps.item(api, sku)
        steps.stock(api, sku, "leeds", 3, cost, "GBP")
    steps.item(api, "KIT", components=SHARES)
    line = {"sku": "KIT", "quantity": 1, "unitPrice": "100.00"}
    order = steps.order(api, currency="EUR", lines=[line], email="ada@example.com")
    (kit,) = order["lines"]["nodes"]
    assert [(part["sku"], part["total"]["amount"]) for part in kit["components"]] == [("A", "60.00"), ("B", "40.00")]
    steps.shipped(api, order["id"], "leeds")
    run_jobs(hub)
    steps.item(api, "KIT", components=HALVES)
    return order["id"], {part["sku"]: part["id"] for part in kit["components"]}


def on_hand(api: Api, sku: str) -> int:
    (level,) = api(STOCK, sku=[sku])["stockLevels"]["nodes"]
    units: int = level["onHand"]
    return units


def test_each_component_goes_back_for_its_own_part_of_price_and_cost(api: Api, hub: Hub) -> None:
    order, lines = a_shipped_kit(api, hub)
    assert (on_hand(api, "A"), on_hand(api, "B")) == (2, 2)

    first = steps.asked_back(api, order, {lines["B"]: 1})["return"]
    steps.received(api, first["id"], {first["lines"][0]["id"]: 1})
    assert [one["amount"]["amount"] for one in steps.closed(api, first["id"])["refunds"]] == ["40.00"]

    assert (on_hand(api, "A"), on_hand(api, "B")) == (2, 3)
    found = api(ORDER, id=order)["order"]
    assert cost_back(found) == {"B": "10.00"}
    assert found["lines"]["nodes"][0]["refundable"]["amount"] == "60.00"
    assert found["lines"]["nodes"][0]["returned"] == 0

    again = steps.asked_back(api, order, {lines["B"]: 1})
    assert [error["code"] for error in again["userErrors"]] == ["EXCEEDS_RETURNABLE"]

    later = steps.asked_back(api, order, {lines["A"]: 1})["return"]
    steps.received(api, later["id"], {later["lines"][0]["id"]: 1})
    assert [one["amount"]["amount"] for one in steps.closed(api, later["id"])["refunds"]] == ["60.00"]

    found = api(ORDER, id=order)["order"]
    assert found["refundedTotal"]["amount"] == "100.00"
    assert cost_back(found) == {"A": "20.00", "B": "10.00"}
    assert found["lines"]["nodes"][0]["returned"] == 1
    assert (on_hand(api, "A"), on_hand(api, "B")) == (3, 3)
    ends_well(api, hub)


def cost_back(order: dict) -> dict[str, str]:  # type: ignore[type-arg]
    """What returns brought back to inventory, by SKU."""
    return {
        posting["item"]["sku"]: posting["amount"]["amount"]
        for entry in order["journalEntries"]["nodes"]
        if entry["rule"] == "return"
        for posting in entry["postings"]
        if posting["account"]["code"] == "1200" and posting["item"]
    }
