"""The XML of feeds about orders: cancellations and refunds. Amazon has no other way to tell it of those."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError, SubElement, fromstring, tostring

from crossdock import BadData, Money, Rejected

ACKNOWLEDGEMENT = "POST_ORDER_ACKNOWLEDGEMENT_DATA"
ADJUSTMENT = "POST_PAYMENT_ADJUSTMENT_DATA"
CONTENT_TYPE = "text/xml; charset=UTF-8"

CANCEL_REASONS = {
    "CUSTOMER": "BuyerCanceled",
    "OUT_OF_STOCK": "NoInventory",
    "ADDRESS": "ShippingAddressUndeliverable",
}
_OTHER_REASON = "GeneralAdjustment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """What is given back for one item: money by component (Principal, Tax, Shipping), all positive."""

    item: str
    quantity: int
    components: Mapping[str, Money]


def cancel_reason(reason: str) -> str:
    """The hub's reason in Amazon's words."""
    return CANCEL_REASONS.get(reason, _OTHER_REASON)


def whole_cancellation(seller: str, order: str, items: Iterable[str], reason: str) -> bytes:
    """The whole order is not taken."""
    envelope, message = _envelope(seller, "OrderAcknowledgement")
    body = SubElement(message, "OrderAcknowledgement")
    _add(body, "AmazonOrderID", order)
    _add(body, "StatusCode", "Failure")
    for item in items:
        part = SubElement(body, "Item")
        _add(part, "AmazonOrderItemCode", item)
        _add(part, "CancelReason", cancel_reason(reason))
    return _written(envelope)


def partial_cancellation(seller: str, order: str, lines: Iterable[tuple[str, int]], reason: str) -> bytes:
    """Some units will not be shipped."""
    envelope, message = _envelope(seller, "OrderAdjustment")
    body = SubElement(message, "OrderAdjustment")
    _add(body, "AmazonOrderID", order)
    for item, units in lines:
        part = SubElement(body, "AdjustedItem")
        _add(part, "AmazonOrderItemCode", item)
        _add(part, "AdjustmentReason", "BuyerCanceled" if reason == "CUSTOMER" else "NoInventory")
        _add(part, "QuantityCancelled", str(units))
    return _written(envelope)


def refund(seller: str, order: str, adjusted: Sequence[Adjusted], reason: str, key: str) -> bytes:
    """Money back for items. `key` names the adjustment, so that people find it again."""
    envelope, message = _envelope(seller, "OrderAdjustment")
    body = SubElement(message, "OrderAdjustment")
    _add(body, "AmazonOrderID", order)
    _add(body, "ActionType", "Refund")
    for number, each in enumerate(adjusted, start=1):
        part = SubElement(body, "AdjustedItem")
        _add(part, "AmazonOrderItemCode", each.item)
        _add(part, "MerchantAdjustmentItemID", f"{key}-{number}")
        _add(part, "AdjustmentReason", reason)
        prices = SubElement(part, "ItemPriceAdjustments")
        for kind, amount in each.components.items():
            component = SubElement(prices, "Component")
            _add(component, "Type", kind)
            _add(component, "Amount", f"{amount.amount:f}").set("currency", amount.currency)
        if each.quantity:
            _add(part, "Quantity", str(each.quantity))
    return _written(envelope)


def judge(report: bytes) -> None:
    """Raises Rejected, with Amazon's words, where its processing report tells of an error; BadData where it is none."""
    if b"<!DOCTYPE" in report[:2000]:
        raise BadData("Amazon's report of the feed is no plain XML.", report[:10_000])
    try:
        root = fromstring(report)  # noqa: S314  # without a DTD, which was refused above, there are no entities
    except ParseError:
        raise BadData("Amazon's report of the feed is no XML.", report[:10_000]) from None
    for said in root.iter("Result"):
        if said.findtext("ResultCode") == "Error":
            code = said.findtext("ResultMessageCode") or "ERROR"
            raise Rejected(code, said.findtext("ResultDescription") or "Amazon gave no reason.")


def _envelope(seller: str, kind: str) -> tuple[Element, Element]:
    envelope = Element(
        "AmazonEnvelope",
        {
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:noNamespaceSchemaLocation": "amzn-envelope.xsd",
        },
    )
    header = SubElement(envelope, "Header")
    _add(header, "DocumentVersion", "1.01")
    _add(header, "MerchantIdentifier", seller)
    _add(envelope, "MessageType", kind)
    message = SubElement(envelope, "Message")
    _add(message, "MessageID", "1")
    return envelope, message


def _add(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = text
    return child


def _written(envelope: Element) -> bytes:
    written: bytes = tostring(envelope, encoding="UTF-8", xml_declaration=True)
    return written
