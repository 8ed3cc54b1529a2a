"""An order of the Fulfillment API, with its shipping fulfillments, as OrderData."""

from datetime import datetime

from crossdock import (
    Address,
    CancellationData,
    CancelRequestData,
    CustomerData,
    FulfillmentData,
    OrderData,
    RawOrder,
)
from plugins.ebay.mapping import lines, payments
from plugins.ebay.wire import Said, moment, moment_or_none, object_of, part, reading, rows, text, text_or_none, whole

_TAX_ON_TOP = {"EBAY_US", "EBAY_CA", "EBAY_MOTORS_US"}
"""Where prices are shown without tax. What eBay collects there is never ours."""


def version_of(order: Said) -> int:
    """When it last changed, in milliseconds. Raises ValueError, TypeError, KeyError."""
    return int(moment(order["lastModifiedDate"]).timestamp() * 1000)


def map_order(raw: RawOrder, *, test: bool) -> OrderData:
    """`raw.payload` holds the `order` and its `fulfillments`. Raises BadData."""
    with reading(f"order {raw.external_id}", raw.payload):
        said = object_of(raw.payload)
        return _mapped(part(said["order"]), rows(said["fulfillments"]), test=test)


def _mapped(order: Said, fulfillments: list[Said], *, test: bool) -> OrderData:
    items = rows(order["lineItems"])
    if not items:
        raise ValueError("it has no lines")
    currency = text(part(part(order["pricingSummary"])["total"])["currency"])
    placed_at = moment(order["creationDate"])
    costs = lines.costs_of(order, items, currency)
    taxed = any(rows(item.get("taxes")) for item in items)
    markets = {text_or_none(item.get("listingMarketplaceId")) for item in items}
    step = part(part(_first(order)).get("shippingStep"))
    recipient = part(step.get("shipTo"))
    asked, cancelled = _cancellations(order, placed_at)
    data = OrderData(
        external_id=text(order["orderId"]),
        external_number=text(order["orderId"]),
        version=version_of(order),
        placed_at=placed_at,
        currency=currency,
        taxes_included=not taxed and not markets & _TAX_ON_TOP,
        lines=costs.lines,
        discount=costs.discount,
        shipping=costs.shipping,
        taxes=costs.taxes,
        customer=_customer(order, recipient),
        shipping_address=_address(recipient, text_or_none(step.get("shipToReferenceId"))),
        billing_address=_address(part(part(order.get("buyer")).get("buyerRegistrationAddress")), None),
        shipping_method=text_or_none(step.get("shippingServiceCode")),
        fulfillments=_fulfillments(fulfillments),
        cancellations=cancelled,
        cancel_requests=asked,
        refunds=payments.refunds_of(order, items),
        fulfilled_by_channel=_by_ebay(order),
        test=test,
        ship_by=_earliest(items, "shipByDate"),
        deliver_by=_earliest(items, "maxEstimatedDeliveryDate"),
        note=text_or_none(order.get("buyerCheckoutNotes")),
        metadata=_metadata(order),
    )
    return payments.paid(data, order)


def _first(order: Said) -> Said:
    instructions = rows(order.get("fulfillmentStartInstructions"))
    return instructions[0] if instructions else {}


def _by_ebay(order: Said) -> bool:
    program = part(part(order.get("program")).get("fulfillmentProgram"))
    return program.get("fulfilledBy") == "EBAY"


def _metadata(order: Said) -> dict[str, object]:
    kept = {
        "sales_record": text_or_none(order.get("salesRecordReference")),
        "delivery": text_or_none(_first(order).get("fulfillmentInstructionsType")),
        "programs": sorted(part(order.get("program"))),
    }
    return {name: value for name, value in kept.items() if value}


def _customer(order: Said, recipient: Said) -> CustomerData:
    buyer = part(order.get("buyer"))
    registered = part(buyer.get("buyerRegistrationAddress"))
    return CustomerData(
        key=text_or_none(buyer.get("username")),
        email=text_or_none(registered.get("email")) or text_or_none(recipient.get("email")),
        name=text_or_none(registered.get("fullName")) or text_or_none(recipient.get("fullName")),
        phone=_phone(recipient),
    )


def _address(contact: Said, reference: str | None) -> Address | None:
    """Where a contact is. reference: what eBay's hub knows the parcel by, which has to stand on its label."""
    where = part(contact.get("contactAddress"))
    if not where:
        return None
    return Address(
        name=text_or_none(contact.get("fullName")),
        company=text_or_none(contact.get("companyName")) or (f"Ref {reference}" if reference else None),
        line1=text_or_none(where.get("addressLine1")),
        line2=text_or_none(where.get("addressLine2")),
        city=text_or_none(where.get("city")),
        region=text_or_none(where.get("stateOrProvince")),
        postal_code=text_or_none(where.get("postalCode")),
        country=text_or_none(where.get("countryCode")),
        phone=_phone(contact),
        email=text_or_none(contact.get("email")),
    )


def _phone(contact: Said) -> str | None:
    return text_or_none(part(contact.get("primaryPhone")).get("phoneNumber"))


def _earliest(items: list[Said], name: str) -> datetime | None:
    told = [moment_or_none(part(item.get("lineItemFulfillmentInstructions")).get(name)) for item in items]
    return min((each for each in told if each is not None), default=None)


def fulfillment_name(said: Said) -> str:
    """What a package is called. EBay's id is its tracking number; all packages without one have the same id."""
    name = text(said["fulfillmentId"])
    return name if said.get("shipmentTrackingNumber") else f"{name}@{text(said['shippedDate'])}"


def _fulfillments(told: list[Said]) -> tuple[FulfillmentData, ...]:
    """Packages; what was told of one in several pieces is one."""
    found: dict[str, FulfillmentData] = {}
    for said in told:
        lines = tuple((text(line["lineItemId"]), whole(line["quantity"])) for line in rows(said["lineItems"]))
        name = fulfillment_name(said)
        if name in found:
            lines = (*(found[name].lines or ()), *lines)
        found[name] = FulfillmentData(
            external_id=name,
            shipped_at=moment(said["shippedDate"]),
            lines=lines,
            carrier=text_or_none(said.get("shippingCarrierCode")),
            tracking_number=text_or_none(said.get("shipmentTrackingNumber")),
        )
    return tuple(found.values())


def _cancellations(
    order: Said, placed_at: datetime
) -> tuple[tuple[CancelRequestData, ...], tuple[CancellationData, ...]]:
    """(requests of the shopper that wait for an answer, what is cancelled). eBay cancels whole orders only."""
    status = part(order.get("cancelStatus"))
    asked, reason = [], ""
    for each in rows(status.get("cancelRequests")):
        state = each.get("cancelRequestState")
        why = text_or_none(each.get("cancelReason")) or ""
        if state == "COMPLETED":
            reason = why
        elif state == "REQUESTED" and str(each.get("cancelInitiator", "")).upper() != "SELLER":
            at = moment_or_none(each.get("cancelRequestedDate")) or placed_at
            asked.append(CancelRequestData(external_id=text(each["cancelRequestId"]), at=at, reason=why))
    if status.get("cancelState") != "CANCELED":
        return tuple(asked), ()
    at = moment_or_none(status.get("cancelledDate")) or moment(order["lastModifiedDate"])
    return (), (CancellationData(external_id=f"{order['orderId']}-cancelled", at=at, reason=reason),)
