"""Case 2: partial refunds of a discounted line, tax included, that left in two shipments."""

from core.hub import Hub
from core.jobs.run import run_jobs
from tests.acceptance import steps
from tests.acceptance.sound import ends_well
from tests.api import Api

ORDER = """
query ($id: ID!) {
  order(id: $id) {
    paymentStatus returnStatus total { amount } taxTotal { amount } paidTotal { amount } refundedTotal { amount }
    refundable { amount } lines { nodes { quantity shipped returned refundable { amount } } }
    shipments { lines { quantity } } events(first: 100) { nodes { name } }
  }
}
"""
PREVIEW = """
query ($order: ID!, $input: RefundInput!) {
  refundPreview(orderId: $order, input: $input) {
    amount { amount } tax { amount } refundable { amount } lines { orderLine { id } quantity amount { amount } }
    userErrors { code path }
  }
}
"""


def a_shipped_order(api: Api, hub: Hub) -> tuple[str, str]:
    """10 x 23.90 GBP, 20% VAT included, 25% off: 179.25 with VAT 29.88; 6 left, then 4. Order and line."""
    steps.warehouse(api, "leeds")
    steps.item(api, "TEA-1")
    steps.stock(api, "TEA-1", "leeds", 10, "5.00", "GBP")
    line = {"sku": "TEA-1", "quantity": 10, "unitPrice": "23.90", "discount": "59.75", "tax": "29.88"}
    order = steps.order(api, currency="GBP", lines=[line], email="ada@example.com")
    line_id = order["lines"]["nodes"][0]["id"]
    steps.shipped(api, order["id"], "leeds", {line_id: 6})
    steps.shipped(api, order["id"], "leeds", {line_id: 4})
    run_jobs(hub)
    return order["id"], line_id


def test_three_refunds_sum_to_what_was_paid_and_one_more_cent_is_refused(api: Api, hub: Hub) -> None:
    order, line = a_shipped_order(api, hub)
    before = api(ORDER, id=order)["order"]
    assert (before["total"]["amount"], before["taxTotal"]["amount"]) == ("179.25", "29.88")
    assert [shipment["lines"] for shipment in before["shipments"]] == [[{"quantity": 6}], [{"quantity": 4}]]
    preview = api(PREVIEW, order=order, input={"lines": [{"lineId": line, "quantity": 3}]})["refundPreview"]
    assert (preview["amount"]["amount"], preview["refundable"]["amount"]) == ("53.79", "179.25")
    assert preview["lines"] == [{"orderLine": {"id": line}, "quantity": 3, "amount": {"amount": "53.79"}}]

    made = [
        steps.refunded(api, order, lines=[{"lineId": line, "quantity": quantity}])["refund"] for quantity in (3, 4, 3)
    ]

    assert [refund["amount"]["amount"] for refund in made] == ["53.79", "71.68", "53.78"]
    assert [refund["tax"]["amount"] for refund in made] == ["8.97", "11.95", "8.96"]
    more = steps.refunded(api, order, goodwill="0.01")
    assert [(error["code"], error["path"]) for error in more["userErrors"]] == [("EXCEEDS_REFUNDABLE", ["input"])]
    refused = api(PREVIEW, order=order, input={"goodwill": "0.01"})["refundPreview"]
    assert refused["userErrors"] == [{"code": "EXCEEDS_REFUNDABLE", "path": ["input"]}]
    after = api(ORDER, id=order)["order"]
    assert (after["paymentStatus"], after["refundedTotal"]["amount"]) == ("REFUNDED", "179.25")
    assert after["refundable"]["amount"] == after["lines"]["nodes"][0]["refundable"]["amount"] == "0.00"
    told = [event["name"] for event in after["events"]["nodes"]]
    assert told.count("refund.created") == 3
    ends_well(api, hub)


def test_the_same_refund_sent_twice_is_one(api: Api, hub: Hub) -> None:
    order, line = a_shipped_order(api, hub)
    sent = {"order": order, "input": {"lines": [{"lineId": line, "quantity": 3}]}, "key": "once"}

    first, again = api.done(steps.REFUND, **sent), api.done(steps.REFUND, **sent)

    assert first["refund"]["id"] == again["refund"]["id"]
    assert api(ORDER, id=order)["order"]["refundedTotal"]["amount"] == "53.79"
    ends_well(api, hub)


def test_what_was_received_caps_what_is_refunded_not_what_was_announced(api: Api, hub: Hub) -> None:
    order, line = a_shipped_order(api, hub)
    found = steps.asked_back(api, order, {line: 5})["return"]
    (return_line,) = found["lines"]
    assert (found["state"], return_line["approved"]) == ("APPROVED", 5)

    arrived = steps.received(api, found["id"], {return_line["id"]: 3})

    assert (arrived["state"], arrived["lines"][0]["refundable"]["amount"]) == ("PARTIALLY_RECEIVED", "53.79")
    refused = steps.refunded(api, order, returnId=found["id"], lines=[{"lineId": line, "quantity": 4}])
    assert [error["code"] for error in refused["userErrors"]] == ["EXCEEDS_REFUNDABLE"]
    back = steps.closed(api, found["id"])
    assert [(one["amount"]["amount"], one["tax"]["amount"]) for one in back["refunds"]] == [("53.79", "8.97")]
    after = api(ORDER, id=order)["order"]
    assert (after["returnStatus"], after["lines"]["nodes"][0]["returned"]) == ("RETURNED", 3)
    ends_well(api, hub)
