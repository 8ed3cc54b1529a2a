"""Orders as eBay writes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crossdock import Money
from plugins.ebay.wire import amount, spoken

_TAX = (8, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """What a shopper buys. `goods`: (offer, title, quantity). collected: eBay collects the tax on top of the price."""

    goods: Sequence[tuple[dict[str, Any], str, int]]
    shipping: Money
    discount: Money
    collected: bool = False
    paid: bool = True
    buyer: str = "ada_l"
    country: str = "GB"
    note: str = ""
    by_ebay: bool = False
    gift: str = ""


def order(number: str, line_numbers: Sequence[str], basket: Basket, seller: str, now: datetime) -> dict[str, Any]:
    """A new order, everything in it that getOrder gives with TAX_BREAKDOWN."""
    zero = Money.zero(basket.shipping.currency)
    priced = [(offer, title, quantity, _price(offer) * quantity) for offer, title, quantity in basket.goods]
    discounts = basket.discount.split([max(cost.minor, 1) for *_, cost in priced])
    lines: list[dict[str, Any]] = []
    tax, subtotal = zero, zero
    for line_number, (offer, title, quantity, cost), discount in zip(line_numbers, priced, discounts, strict=True):
        first = not lines
        due = cost - discount
        levied = due.share(*_TAX) if basket.collected else zero
        delivery = basket.shipping if first else zero
        lines.append(_line(line_number, offer, title, quantity, (cost, discount, delivery, levied), basket, now))
        tax, subtotal = tax + levied, subtotal + cost
    total = subtotal - basket.discount + basket.shipping + tax
    pricing = {
        "priceSubtotal": amount(subtotal),
        "deliveryCost": amount(basket.shipping),
        "total": amount(total),
    }
    if basket.discount:
        pricing["priceDiscount"] = amount(-basket.discount)
    if tax:
        pricing["tax"] = amount(tax)
    said: dict[str, Any] = {
        "orderId": number,
        "creationDate": spoken(now),
        "lastModifiedDate": spoken(now),
        "orderFulfillmentStatus": "NOT_STARTED",
        "orderPaymentStatus": "PAID" if basket.paid else "PENDING",
        "sellerId": seller,
        "salesRecordReference": number.replace("-", "")[-6:],
        "buyer": {"username": basket.buyer},
        "pricingSummary": pricing,
        "cancelStatus": {"cancelState": "NONE_REQUESTED", "cancelRequests": []},
        "paymentSummary": {
            "totalDueSeller": amount(total - tax),
            "refunds": [],
            "payments": [
                {
                    "paymentMethod": "EBAY",
                    "paymentReferenceId": f"P{number.replace('-', '')}",
                    "paymentDate": spoken(now),
                    "amount": amount(total),
                    "paymentStatus": "PAID" if basket.paid else "PENDING",
                }
            ],
        },
        "fulfillmentStartInstructions": [_instruction(basket, now)],
        "fulfillmentHrefs": [],
        "lineItems": lines,
    }
    if basket.collected:
        said["ebayCollectAndRemitTax"] = True
    if basket.note:
        said["buyerCheckoutNotes"] = basket.note
    if basket.by_ebay:
        said["program"] = {"fulfillmentProgram": {"fulfilledBy": "EBAY"}}
    return said


def _price(offer: dict[str, Any]) -> Money:
    price = offer["pricingSummary"]["price"]
    return Money.parse(price["value"], price["currency"])


def _line(
    number: str,
    offer: dict[str, Any],
    title: str,
    quantity: int,
    money: tuple[Money, Money, Money, Money],
    basket: Basket,
    now: datetime,
) -> dict[str, Any]:
    cost, discount, delivery, tax = money
    line: dict[str, Any] = {
        "lineItemId": number,
        "legacyItemId": offer["listing"]["listingId"],
        "sku": offer["sku"],
        "title": title,
        "quantity": quantity,
        "soldFormat": "FIXED_PRICE",
        "listingMarketplaceId": offer["marketplaceId"],
        "purchaseMarketplaceId": offer["marketplaceId"],
        "lineItemFulfillmentStatus": "NOT_STARTED",
        "lineItemCost": amount(cost),
        "total": amount(cost - discount + delivery + tax),
        "deliveryCost": {"shippingCost": amount(delivery)},
        "appliedPromotions": [],
        "taxes": [],
        "refunds": [],
        "lineItemFulfillmentInstructions": {
            "shipByDate": spoken(now + timedelta(days=2)),
            "minEstimatedDeliveryDate": spoken(now + timedelta(days=3)),
            "maxEstimatedDeliveryDate": spoken(now + timedelta(days=5)),
            "guaranteedDelivery": False,
        },
    }
    if discount:
        line["discountedLineItemCost"] = amount(cost - discount)
    if tax:
        line["ebayCollectAndRemitTaxes"] = [
            {"taxType": "STATE_SALES_TAX", "amount": amount(tax), "collectionMethod": "NET"}
        ]
    if basket.gift:
        line["giftDetails"] = {"message": basket.gift, "senderName": "Ada", "recipientEmail": "bob@example.com"}
    return line


def _instruction(basket: Basket, now: datetime) -> dict[str, Any]:
    return {
        "fulfillmentInstructionsType": "SHIP_TO",
        "minEstimatedDeliveryDate": spoken(now + timedelta(days=3)),
        "maxEstimatedDeliveryDate": spoken(now + timedelta(days=5)),
        "ebaySupportedFulfillment": False,
        "shippingStep": {
            "shippingServiceCode": "UK_RoyalMailSecondClassStandard",
            "shippingCarrierCode": "Royal Mail",
            "shipTo": {
                "fullName": "Ada Lovelace",
                "email": f"{basket.buyer}@members.ebay.example",
                "primaryPhone": {"phoneNumber": "02079460000"},
                "contactAddress": {
                    "addressLine1": "12 St James's Square",
                    "city": "London",
                    "postalCode": "SW1Y 4JH",
                    "countryCode": basket.country,
                },
            },
        },
    }
