"""What a sale is in the API's words: an order with its lines, taxes, payment and work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from plugins.shopify.sandbox.records import (
    Record,
    address,
    amount_of,
    attributes,
    bag,
    gid,
    number_of,
    rounded,
    stamp,
    tax_line,
)

if TYPE_CHECKING:
    from plugins.shopify.sandbox.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """Units of a variant that somebody buys. `discount` is for the whole line."""

    sku: str
    quantity: int = 1
    discount: Decimal = Decimal(0)
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How somebody buys; see `Store.place_order`."""

    name: str
    currency: str
    shipping: Decimal
    tax_rate: Decimal
    tax_included: bool
    tax_collected: bool
    paid: bool
    test: bool
    note: str | None
    notes: Mapping[str, str]
    country: str
    service: str | None


def order_of(store: "Store", bought: Sequence[Bought], terms: Terms) -> Record:
    """An order that was just placed."""
    money, now, name = terms.currency, stamp(store.stage.now()), store.new("Order")
    lines = [_line(store, each, terms) for each in bought]
    postage = rounded(terms.shipping, money)
    on_postage = _taxes(postage, terms)
    total = sum((_owed(each, terms) for each in lines), postage)
    if not terms.tax_included:
        total += sum((amount_of(each["priceSet"]) for each in on_postage if not each["channelLiable"]), Decimal(0))
    return {
        "id": name,
        "legacyResourceId": str(number_of(name)),
        "name": f"#{number_of(name)}",
        "createdAt": now,
        "processedAt": now,
        "updatedAt": now,
        "cancelledAt": None,
        "cancelReason": None,
        "test": terms.test,
        "taxesIncluded": terms.tax_included,
        "dutiesIncluded": False,
        "presentmentCurrencyCode": money,
        "email": "ada@example.com",
        "phone": None,
        "note": terms.note,
        "poNumber": None,
        "sourceName": "web",
        "tags": [],
        "discountCodes": [],
        "displayFinancialStatus": "PAID" if terms.paid else "AUTHORIZED",
        "app": {"name": "Online Store"},
        "customer": {"id": gid("Customer", 1), "displayName": terms.name},
        "customAttributes": attributes(terms.notes),
        "shippingAddress": address(terms.name, terms.country),
        "billingAddress": address(terms.name, terms.country),
        "originalTotalDutiesSet": None,
        "additionalFees": [],
        "taxLines": [each for line in lines for each in line["taxLines"]] + on_postage,
        "shippingLines": [
            {
                "id": store.new("ShippingLine"),
                "title": "Standard",
                "discountedPriceSet": bag(postage, money),
                "taxLines": on_postage,
            }
        ],
        "lineItems": lines,
        "transactions": [store.transaction("SALE" if terms.paid else "AUTHORIZATION", total, money)],
        "fulfillments": [],
        "refunds": [],
        "returns": [],
        "fulfillmentOrders": [_work(store, lines, now, terms.service)],
    }


def _line(store: "Store", bought: Bought, terms: Terms) -> Record:
    variant, currency = store.variant(bought.sku), terms.currency
    unit = rounded(Decimal(variant["price"]), currency)
    whole = unit * bought.quantity
    return {
        "id": store.new("LineItem"),
        "sku": variant["sku"],
        "name": variant["displayName"],
        "title": variant["displayName"],
        "variantTitle": None,
        "vendor": "Acme",
        "quantity": bought.quantity,
        "currentQuantity": bought.quantity,
        "refundableQuantity": bought.quantity,
        "nonFulfillableQuantity": 0,
        "requiresShipping": True,
        "isGiftCard": False,
        "variant": variant,
        "customAttributes": attributes(bought.notes),
        "originalUnitPriceSet": bag(unit, currency),
        "originalTotalSet": bag(whole, currency),
        "discountAllocations": [{"allocatedAmountSet": bag(bought.discount, currency)}] if bought.discount else [],
        "taxLines": _taxes(whole - bought.discount, terms),
    }


def _taxes(amount: Decimal, terms: Terms) -> list[Record]:
    rate = terms.tax_rate
    tax = rounded(amount * rate / (1 + rate) if terms.tax_included else amount * rate, terms.currency)
    return [tax_line("VAT", rate, tax, terms.currency, collected=terms.tax_collected)] if tax else []


def _owed(line: Record, terms: Terms) -> Decimal:
    """What is paid for a line to the shop: what the channel collects itself is not."""
    off = sum((amount_of(each["allocatedAmountSet"]) for each in line["discountAllocations"]), Decimal(0))
    ours = [each for each in line["taxLines"] if not each["channelLiable"] and not terms.tax_included]
    return amount_of(line["originalTotalSet"]) - off + sum((amount_of(each["priceSet"]) for each in ours), Decimal(0))


def _work(store: "Store", lines: Sequence[Record], now: str, service: str | None) -> Record:
    return {
        "id": store.new("FulfillmentOrder"),
        "status": "OPEN",
        "requestStatus": "SUBMITTED" if service else "UNSUBMITTED",
        "updatedAt": now,
        "fulfillBy": None,
        "assignedLocation": {"location": {"id": service or store.location, "isFulfillmentService": bool(service)}},
        "fulfillmentHolds": [],
        "lineItems": [
            {
                "id": store.new("FulfillmentOrderLineItem"),
                "remainingQuantity": each["quantity"],
                "totalQuantity": each["quantity"],
                "lineItem": each,
            }
            for each in lines
        ],
    }
