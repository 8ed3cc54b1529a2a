"""The lines of an Amazon order, and what is paid for all of it: shipping and tax."""

from collections.abc import Iterator, Mapping

from crossdock import LineData, LineKind, Money, TaxData
from plugins.amazon.mapping.proceeds import Proceeds, tip_of
from plugins.amazon.wire.orders import Order, OrderItem

Sums = Mapping[str, Proceeds]
"""What each item brings, by its id."""


def lines_of(order: Order, sums: Sums, *, included: bool) -> Iterator[LineData]:
    nothing = None
    for item in order.order_items:
        said = sums[item.order_item_id]
        nothing = Money.zero(said.goods.currency)
        tax = said.tax - said.tax_on_shipping
        # Tax that Amazon remits is not ours: where the price holds it, it is taken out of the price.
        goods = said.goods - tax if included and said.collected else said.goods
        count = item.quantity_ordered
        each, left = divmod(goods.minor, count) if count else (0, 0)
        yield LineData(
            external_id=item.order_item_id,
            sku=item.product.seller_sku or item.product.asin or item.order_item_id,
            name=item.product.title or item.product.seller_sku or item.order_item_id,
            quantity=count,
            unit_price=Money(each, goods.currency),
            amount=goods if left else None,
            discount=said.discount - said.discount_on_shipping,
            tax=nothing if said.collected else tax,
            metadata=_about(item),
        )
        for kind, amount in said.extras:
            if amount:
                yield _extra(f"{item.order_item_id}/{kind.lower()}", kind.replace("_", " ").capitalize(), amount)
    if nothing is not None and (tip := tip_of(order, nothing.currency)):
        yield _extra(f"{order.order_id}/delivery_tip", "Delivery tip", tip)


def _extra(external_id: str, name: str, amount: Money) -> LineData:
    nothing = Money.zero(amount.currency)
    return LineData(
        external_id=external_id,
        sku="",
        name=name,
        quantity=1,
        unit_price=amount,
        discount=nothing,
        tax=nothing,
        kind=LineKind.MANUAL,
    )


def _about(item: OrderItem) -> dict[str, object]:
    """What whoever packs it should know, and what names it elsewhere."""
    about: dict[str, object] = {"asin": item.product.asin} if item.product.asin else {}
    gift = item.fulfillment and item.fulfillment.packing and item.fulfillment.packing.gift_option
    if gift:
        about |= {"gift_message": gift.gift_message, "gift_wrap": gift.gift_wrap_level}
    custom = item.product.customization
    if custom is not None and custom.customized_url:
        about["customization_url"] = custom.customized_url
    promotions = [each.promotion_id for each in item.promotion.breakdowns] if item.promotion else []
    if promotions:
        about["promotions"] = promotions
    if item.programs:
        about["programs"] = list(item.programs)
    abroad = item.fulfillment and item.fulfillment.shipping and item.fulfillment.shipping.international_shipping
    if abroad and abroad.ioss_number:
        about["ioss_number"] = abroad.ioss_number
    return {key: value for key, value in about.items() if value}


def shipping_of(sums: Sums, currency: str, *, included: bool) -> Money:
    total = Money.zero(currency)
    for said in sums.values():
        total += said.shipping - said.discount_on_shipping
        if included and said.collected:
            total -= said.tax_on_shipping
    return total


def shipping_tax_of(sums: Sums, currency: str) -> Money:
    return Money.sum((said.tax_on_shipping for said in sums.values() if not said.collected), currency)


def taxes_of(sums: Sums, currency: str) -> Iterator[TaxData]:
    for title, collected in (("Tax", False), ("Tax collected by Amazon", True)):
        amount = Money.sum((said.tax for said in sums.values() if said.collected is collected), currency)
        if amount:
            yield TaxData(title=title, amount=amount, collected_by_channel=collected)
