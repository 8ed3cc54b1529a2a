"""Working through feeds: the stock of listings, cancellations and refunds."""

import json
from collections.abc import Iterable
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError, SubElement, fromstring, tostring

from plugins.amazon.sandbox.store import Said, Store

_ERRORS_OF_LISTINGS = "90220"


def work(store: Store, feed_type: str, content: bytes) -> bytes:
    """Do what the feed says; the processing report."""
    if feed_type == "JSON_LISTINGS_FEED":
        return _listings(store, json.loads(content))
    try:
        envelope = fromstring(content)  # noqa: S314  # our own plugin wrote it
    except ParseError:
        return _report(["The document is no XML."])
    problems = list[str]()
    for message in envelope.iter("Message"):
        for body in message:
            if body.tag == "OrderAcknowledgement":
                problems += _acknowledged(store, body)
            elif body.tag == "OrderAdjustment":
                problems += _adjusted(store, body)
    return _report(problems)


def _listings(store: Store, said: Said) -> bytes:
    issues = []
    for message in said["messages"]:
        listed = store.listings.get(message["sku"])
        if listed is None:
            issue = "The SKU does not match any listing."
            issues.append({"code": _ERRORS_OF_LISTINGS, "severity": "ERROR", "message": issue, **_named(message)})
            continue
        set_stock(listed_patch(message), store, listed.sku)
    accepted = len(said["messages"]) - len(issues)
    report = {
        "header": {"sellerId": store.seller_id, "version": "2.0", "feedId": store.name("feed")},
        "issues": issues,
        "summary": {
            "errors": len(issues),
            "warnings": 0,
            "messagesProcessed": len(said["messages"]),
            "messagesAccepted": accepted,
            "messagesInvalid": len(issues),
        },
    }
    return json.dumps(report).encode()


def listed_patch(message: Said) -> Said:
    """The fulfillment availability that a patch, or a message of a feed, sets."""
    value: Said = message["patches"][0]["value"][0]
    return value


def set_stock(value: Said, store: Store, sku: str) -> None:
    listed = store.listings[sku]
    listed.channel, listed.quantity = value["fulfillment_channel_code"], int(value["quantity"])


def _named(message: Said) -> Said:
    return {"messageId": message["messageId"], "sku": message["sku"]}


def _acknowledged(store: Store, body: Element) -> Iterable[str]:
    order = store.orders.get(body.findtext("AmazonOrderID") or "")
    if order is None:
        return ["There is no such order."]
    if body.findtext("StatusCode") != "Failure":
        return []
    if order["fulfillment"]["fulfillmentStatus"] not in {"PENDING", "UNSHIPPED", "CANCELLED"}:
        return ["The order has shipped and can no longer be cancelled."]
    reasons = [reason for item in body.iter("Item") if (reason := item.findtext("CancelReason"))]
    if not reasons:
        return ["A cancellation needs its items, each with a reason."]
    store.cancel_order(order["orderId"], by="MERCHANT", reason=reasons[0])
    return []


def _adjusted(store: Store, body: Element) -> Iterable[str]:
    order = store.orders.get(body.findtext("AmazonOrderID") or "")
    if order is None:
        return ["There is no such order."]
    items = {item["orderItemId"]: item for item in order["orderItems"]}
    problems, refunded = [], Decimal(0)
    for part in body.iter("AdjustedItem"):
        item = items.get(part.findtext("AmazonOrderItemCode") or "")
        units = int(part.findtext("QuantityCancelled") or 0)
        if item is None:
            problems.append("The order has no such item.")
        elif units > item["fulfillment"]["quantityUnfulfilled"]:
            problems.append("More is to be cancelled than is left.")
        elif units:
            _cancel_units(item, units, part.findtext("AdjustmentReason") or "")
        elif not item["fulfillment"]["quantityFulfilled"]:
            problems.append("Nothing of the item has shipped: there is nothing to refund.")
        else:
            refunded += sum((Decimal(each.findtext("Amount") or 0) for each in part.iter("Component")), Decimal(0))
    if refunded and not problems:
        store.post_refund(order, refunded)
    store.changed(order, "OrderStatusChange")
    return problems


def _cancel_units(item: Said, units: int, reason: str) -> None:
    """Part of an item is as if it had never been ordered; all of it is cancelled."""
    item["fulfillment"]["quantityUnfulfilled"] -= units
    if units == item["quantityOrdered"]:
        execution = {"cancelledBy": "MERCHANT", "cancelReason": reason}
        item.setdefault("cancellation", {})["cancellationExecution"] = execution
    else:
        item["quantityOrdered"] -= units


def _report(problems: Iterable[str]) -> bytes:
    envelope = Element("AmazonEnvelope")
    message = SubElement(envelope, "Message")
    report = SubElement(message, "ProcessingReport")
    SubElement(report, "StatusCode").text = "Complete"
    for number, problem in enumerate(problems, start=1):
        result = SubElement(report, "Result")
        SubElement(result, "MessageID").text = str(number)
        SubElement(result, "ResultCode").text = "Error"
        SubElement(result, "ResultMessageCode").text = "18028"
        SubElement(result, "ResultDescription").text = problem
    written: bytes = tostring(envelope, encoding="UTF-8", xml_declaration=True)
    return written
