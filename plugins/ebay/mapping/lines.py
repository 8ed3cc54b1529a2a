"""What the lines of an order cost: prices, discounts, shipping, and whose the tax is."""

from dataclasses import dataclass

from crossdock import LineData, LineKind, Money, TaxData, divide
from plugins.ebay.wire import Said, money, money_or_none, part, rows, text, text_or_none, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Of one order; `discount` and `shipping` as in OrderData."""

    lines: tuple[LineData, ...]
    discount: Money
    shipping: Money
    taxes: tuple[TaxData, ...]


def costs_of(order: Said, items: list[Said], currency: str) -> Costs:
    """Raises ValueError, TypeError, KeyError."""
    pricing = part(order["pricingSummary"])
    nothing = Money.zero(currency)
    goods = [_line(item, nothing) for item in items]
    discounted = Money.sum((line.discount for line in goods), currency)
    # A coupon of the whole order is in the summary only.
    discount = max(nothing, abs(money_or_none(pricing.get("priceDiscount")) or nothing) - discounted)
    adjusted = money_or_none(pricing.get("adjustment")) or nothing
    if adjusted < nothing:
        discount -= adjusted
    elif adjusted:
        goods.append(_adjustment(adjusted))
    shipping = money_or_none(pricing.get("deliveryCost")) or nothing
    reduced = abs(money_or_none(pricing.get("deliveryDiscount")) or nothing)
    return Costs(
        lines=tuple(goods), discount=discount, shipping=max(nothing, shipping - reduced), taxes=_taxes(items, currency)
    )


def collected_by_ebay(taxes: tuple[TaxData, ...], currency: str) -> Money:
    """What eBay takes of the shopper for the state, and never passes on to the seller."""
    return Money.sum((tax.amount for tax in taxes if tax.collected_by_channel), currency)


def sku_of(item: Said) -> str:
    """The seller's SKU; without one the listing's number, with that of its variation."""
    if given := text_or_none(item.get("sku")):
        return given
    number, variation = text(item.get("legacyItemId")), text_or_none(item.get("legacyVariationId"))
    return f"{number}-{variation}" if variation else number


def _line(item: Said, nothing: Money) -> LineData:
    quantity = whole(item["quantity"])
    if not quantity:
        raise ValueError("a line has no units")
    cost = money(item["lineItemCost"])
    after = money_or_none(item.get("discountedLineItemCost"))
    unit = Money(divide(cost.minor, quantity), cost.currency)
    return LineData(
        external_id=text(item["lineItemId"]),
        sku=sku_of(item),
        name=text_or_none(item.get("title")) or sku_of(item),
        quantity=quantity,
        unit_price=unit,
        amount=None if unit * quantity == cost else cost,
        discount=cost - after if after is not None else nothing,
        tax=Money.sum((money(tax["amount"]) for tax in rows(item.get("taxes"))), nothing.currency),
        metadata=_metadata(item),
    )


def _adjustment(amount: Money) -> LineData:
    """What the seller and the buyer agreed on besides, after the sale."""
    nothing = Money.zero(amount.currency)
    return LineData(
        external_id="adjustment",
        sku="adjustment",
        name="Adjustment",
        quantity=1,
        unit_price=amount,
        discount=nothing,
        tax=nothing,
        kind=LineKind.MANUAL,
    )


def _metadata(item: Said) -> dict[str, object]:
    gift = part(item.get("giftDetails"))
    variation = {text(each["name"]): text_or_none(each.get("value")) for each in rows(item.get("variationAspects"))}
    kept: dict[str, object] = {
        "listing": text_or_none(item.get("legacyItemId")),
        "marketplace": text_or_none(item.get("purchaseMarketplaceId")),
        "variation": variation,
        "gift_message": text_or_none(gift.get("message")),
        "gift_sender": text_or_none(gift.get("senderName")),
        "gift_recipient": text_or_none(gift.get("recipientEmail")),
    }
    return {name: value for name, value in kept.items() if value}


def _taxes(items: list[Said], currency: str) -> tuple[TaxData, ...]:
    """By kind and collector, over all lines."""
    sums: dict[tuple[str, bool], Money] = {}
    for item in items:
        for name, collected in (("taxes", False), ("ebayCollectAndRemitTaxes", True)):
            for tax in rows(item.get(name)):
                title = text_or_none(tax.get("taxType")) or "TAX"
                sums[title, collected] = sums.get((title, collected), Money.zero(currency)) + money(tax["amount"])
    return tuple(
        TaxData(title=title, amount=amount, collected_by_channel=collected)
        for (title, collected), amount in sums.items()
    )
