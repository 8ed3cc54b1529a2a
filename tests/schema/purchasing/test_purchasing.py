"""Suppliers, offers and purchase orders through the API."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.api import Api
from tests.builders import a_channel, a_location, an_item, an_order

ERRORS = "userErrors { code path }"
SUPPLIER = f"""mutation ($key: String!, $name: String, $currency: String, $days: Int, $integration: String) {{
  supplierUpsert(key: $key, name: $name, currency: $currency, leadTimeDays: $days, integration: $integration) {{
    supplier {{ key name email currency leadTimeDays active }} {ERRORS} }} }}"""
OFFER = f"""mutation ($supplier: String = "mill", $sku: String = "TEA-1", $cost: MoneyInput!, $stock: Int) {{
  supplierOfferSet(supplier: $supplier, sku: $sku, cost: $cost, stock: $stock) {{
    supplier {{ offers {{ nodes {{ item {{ sku }} cost {{ amount currency }} stock }} }} }} {ERRORS} }} }}"""
DETAILS = "purchaseOrder { id number state version total { amount currency } note lines { quantity received } }"
DRAFT = f"""mutation (
    $supplier: String = "mill", $location: String = "LEEDS", $lines: [PurchaseLineInput!]!, $key: String!) {{
  purchaseOrderCreate(supplier: $supplier, location: $location, lines: $lines, note: "Soon", idempotencyKey: $key) {{
    {DETAILS} {ERRORS} }} }}"""
EDIT = f"""mutation ($id: ID!, $lines: [PurchaseLineInput!], $version: Int!) {{
  purchaseOrderEdit(id: $id, lines: $lines, expectedVersion: $version) {{ {DETAILS} {ERRORS} }} }}"""
STEP = "mutation ($id: ID!) {{ {name}(id: $id) {{ " + DETAILS + " " + ERRORS + " }} }}"
RECEIVE = f"""mutation ($id: ID!, $lines: [PurchaseReceiptInput!]!, $key: String!) {{
  purchaseOrderReceive(id: $id, lines: $lines, idempotencyKey: $key) {{ {DETAILS} {ERRORS} }} }}"""
LINE = {"sku": "TEA-1", "quantity": 10, "unitCost": "2.50"}


def step(name: str) -> str:
    return STEP.replace("{name}", name).replace("{{", "{").replace("}}", "}")


@pytest.fixture(autouse=True)
def mill(api: Api, session: Session) -> None:
    an_item(session, "TEA-1")
    a_location(session, "LEEDS")
    session.commit()
    api.done(SUPPLIER, key="mill", name="The Mill", currency="GBP")


def test_a_supplier_keeps_what_is_not_given(api: Api) -> None:
    changed = api.done(SUPPLIER, key="mill", days=5)["supplier"]

    assert changed == {
        "key": "mill",
        "name": "The Mill",
        "email": None,
        "currency": "GBP",
        "leadTimeDays": 5,
        "active": True,
    }
    assert [one["key"] for one in api('{ suppliers(query: "mil") { nodes { key } } }')["suppliers"]["nodes"]] == [
        "mill"
    ]
    assert api('{ suppliers(query: "%") { nodes { key } } }')["suppliers"]["nodes"] == []
    assert api.refused(SUPPLIER, key="new") == [("INVALID", ["name"])]
    assert api.refused(SUPPLIER, key="mill", currency="XXX") == [("INVALID", ["currency"])]
    assert api.refused(SUPPLIER, key="mill", days=-1) == [("INVALID", ["leadTimeDays"])]
    assert api.refused(SUPPLIER, key="mill", integration="none") == [("NOT_FOUND", ["integration"])]


def test_an_offer_is_set_and_changed(api: Api) -> None:
    api.done(OFFER, cost={"amount": "2.50", "currency": "GBP"}, stock=7)
    offers = api.done(OFFER, cost={"amount": "3", "currency": "EUR"})["supplier"]["offers"]["nodes"]

    assert offers == [{"item": {"sku": "TEA-1"}, "cost": {"amount": "3.00", "currency": "EUR"}, "stock": 7}]
    pounds = {"amount": "2.50", "currency": "GBP"}
    assert api.refused(OFFER, cost=pounds, sku="NOPE") == [("NOT_FOUND", ["sku"])]
    assert api.refused(OFFER, cost=pounds, supplier="nobody") == [("NOT_FOUND", ["supplier"])]
    assert api.refused(OFFER, cost={**pounds, "amount": "2.505"}) == [("INVALID", ["cost", "amount"])]
    assert api.refused(OFFER, cost=pounds, stock=-1) == [("INVALID", ["stock"])]


def test_a_purchase_order_goes_from_draft_to_received(api: Api, session: Session) -> None:
    waiting = an_order(session, a_channel(session), {session.get_one(type(an_item(session)), 1): 4}, backordered=True)
    session.commit()
    order = api.done(DRAFT, lines=[LINE], key="k1")["purchaseOrder"]
    assert (order["state"], order["total"]) == ("DRAFT", {"amount": "25.00", "currency": "GBP"})
    assert api.done(DRAFT, lines=[LINE], key="k1")["purchaseOrder"]["id"] == order["id"]
    assert api.refused(DRAFT, lines=[{**LINE, "quantity": 9}], key="k1") == [
        ("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])
    ]

    edited = api.done(EDIT, id=order["id"], lines=[{**LINE, "quantity": 12}], version=order["version"])["purchaseOrder"]
    assert (edited["total"]["amount"], edited["note"]) == ("30.00", "Soon")
    stale = api(EDIT, id=order["id"], lines=[LINE], version=order["version"])["purchaseOrderEdit"]
    assert (stale["userErrors"][0]["code"], stale["purchaseOrder"]) == ("VERSION_CONFLICT", edited)
    assert api.refused(step("purchaseOrderSend"), id=order["id"]) == [("ILLEGAL_STATE", ["id"])]
    for name, state in (("purchaseOrderApprove", "APPROVED"), ("purchaseOrderSend", "SENT")):
        assert api.done(step(name), id=order["id"])["purchaseOrder"]["state"] == state
    asked = """query ($id: ID!) { node(id: $id) { ... on PurchaseOrder {
      documents { kind url } lines { demand { quantity } item { levels { incoming } } }
      availableActions { action allowed } } } }"""
    sent = api(asked, id=order["id"])["node"]
    assert sent["lines"] == [{"demand": [{"quantity": 4}], "item": {"levels": [{"incoming": 12}]}}]
    assert api.client.get(sent["documents"][0]["url"]).status_code == 200
    assert "purchaseOrderReceive" in {one["action"] for one in sent["availableActions"] if one["allowed"]}

    part = [{"sku": "TEA-1", "quantity": 5}]
    received = api.done(RECEIVE, id=order["id"], lines=part, key="r1")["purchaseOrder"]
    assert (received["state"], received["lines"]) == ("PARTIALLY_RECEIVED", [{"quantity": 12, "received": 5}])
    assert api.done(RECEIVE, id=order["id"], lines=part, key="r1")["purchaseOrder"] == received
    assert [
        code for code, _ in api.refused(RECEIVE, id=order["id"], lines=[{"sku": "NOPE", "quantity": 1}], key="r2")
    ] == ["NOT_FOUND"]
    assert [
        code for code, _ in api.refused(RECEIVE, id=order["id"], lines=[{"sku": "TEA-1", "quantity": 0}], key="r3")
    ] == ["INVALID"]
    assert api.done(step("purchaseOrderClose"), id=order["id"])["purchaseOrder"]["state"] == "CLOSED"
    assert waiting.id


@pytest.mark.parametrize(
    ("fields", "code", "path"),
    [
        ({"supplier": "nobody"}, "NOT_FOUND", ["supplier"]),
        ({"location": "NOWHERE"}, "NOT_FOUND", ["location"]),
        ({"lines": []}, "INVALID", ["lines"]),
        ({"lines": [{**LINE, "sku": "NOPE"}]}, "NOT_FOUND", ["lines", "0", "sku"]),
        ({"lines": [{**LINE, "quantity": 0}]}, "INVALID", ["lines", "0", "quantity"]),
        ({"lines": [{**LINE, "unitCost": "2.505"}]}, "INVALID", ["lines", "0", "unitCost"]),
        ({"lines": [{**LINE, "unitCost": "-1"}]}, "INVALID", ["lines", "0", "unitCost"]),
        ({"lines": [LINE, LINE]}, "INVALID", ["lines", "1", "sku"]),
    ],
)
def test_a_draft_that_makes_no_sense_is_refused(api: Api, fields: dict[str, Any], code: str, path: list[str]) -> None:
    assert api.refused(DRAFT, **{"lines": [LINE], "key": "k1", **fields}) == [(code, path)]


def test_each_filter_finds_its_purchase_orders(api: Api) -> None:
    api.done(DRAFT, lines=[LINE], key="k1")
    find = "query ($filter: PurchaseOrderFilter) { purchaseOrders(filter: $filter) { totalCount } }"

    for wanted, count in (
        ({"state": ["DRAFT"]}, 1),
        ({"state": ["SENT"]}, 0),
        ({"supplier": ["mill"]}, 1),
        ({"supplier": ["nobody"]}, 0),
        ({"location": ["LEEDS"]}, 1),
        ({"sku": "TEA-1"}, 1),
        ({"sku": "NOPE"}, 0),
    ):
        assert api(find, filter=wanted)["purchaseOrders"]["totalCount"] == count
