"""What an item brings: its price, discount, shipping and tax, and whose the tax is.

Amazon writes parts (ITEM, SHIPPING, GIFT_WRAP, TAX, DISCOUNT, ...) and their total. Whether prices hold the tax it
does not say: they do where the parts without TAX come to the total already.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from crossdock import Money
from plugins.amazon.wire.orders import Breakdown, Order, OrderItem

_FACILITATOR = "MARKETPLACE_FACILITATOR"
_GOODS_PARTS = {"ITEM", "SHIPPING", "TAX", "DISCOUNT"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proceeds:
    """Of one item, all in one currency; discounts are positive. `extras` is what is none of the others, by its type.

    discount_on_shipping, tax_on_shipping: the part of `discount` and `tax` that belongs to shipping.
    """

    goods: Money
    shipping: Money
    discount: Money
    discount_on_shipping: Money
    tax: Money
    tax_on_shipping: Money
    extras: tuple[tuple[str, Money], ...]
    collected: bool


def currency_of(order: Order) -> str | None:
    """The currency of an order; None where nothing of it has a price yet."""
    if order.proceeds is not None and order.proceeds.grand_total is not None:
        return order.proceeds.grand_total.currency_code
    for item in order.order_items:
        if item.proceeds is not None and item.proceeds.proceeds_total is not None:
            return item.proceeds.proceeds_total.currency_code
        if item.product.price is not None and item.product.price.unit_price is not None:
            return item.product.price.unit_price.currency_code
    return None


def proceeds_of(item: OrderItem, currency: str) -> Proceeds:
    """Where Amazon gives no parts, the price times the units stands for the goods."""
    parts = item.proceeds.breakdowns if item.proceeds is not None else ()
    nothing = Money.zero(currency)
    price = item.product.price.unit_price if item.product.price is not None else None
    goods = _sum(parts, "ITEM", currency)
    if not any(part.type == "ITEM" for part in parts):
        goods = price.money * item.quantity_ordered if price is not None else _total(item, nothing)
    extras = tuple((part.type, part.subtotal.money) for part in parts if part.type not in _GOODS_PARTS)
    return Proceeds(
        goods=goods,
        shipping=_sum(parts, "SHIPPING", currency),
        discount=abs(_sum(parts, "DISCOUNT", currency)),
        discount_on_shipping=abs(_detail(parts, "DISCOUNT", "SHIPPING", currency)),
        tax=_sum(parts, "TAX", currency),
        tax_on_shipping=_detail(parts, "TAX", "SHIPPING", currency),
        extras=extras,
        collected=item.tax is not None and any(each.model == _FACILITATOR for each in item.tax.tax_collections),
    )


def prices_include_tax(order: Order, currency: str) -> bool:
    """Whether prices hold the tax: see above. Where there is no tax, both are true, and this says so."""
    each = [proceeds_of(item, currency) for item in order.order_items]
    tax = Money.sum((said.tax for said in each), currency)
    if not tax:
        return True
    stated = order.proceeds.grand_total.money if order.proceeds and order.proceeds.grand_total else None
    return stated is not None and stated == _untaxed(each, order, currency)


def _untaxed(each: Iterable[Proceeds], order: Order, currency: str) -> Money:
    total = Money.zero(currency)
    for said in each:
        total += said.goods + said.shipping - said.discount + Money.sum((part for _, part in said.extras), currency)
    return total + tip_of(order, currency)


def tip_of(order: Order, currency: str) -> Money:
    """What was given to whoever delivers: of the order as a whole, not of an item."""
    parts = order.proceeds.breakdowns if order.proceeds is not None else ()
    return _sum(parts, "DELIVERY_TIP", currency)


def _total(item: OrderItem, nothing: Money) -> Money:
    said = item.proceeds.proceeds_total if item.proceeds is not None else None
    return said.money if said is not None else nothing


def _sum(parts: Iterable[Breakdown], kind: str, currency: str) -> Money:
    return Money.sum((part.subtotal.money for part in parts if part.type == kind), currency)


def _detail(parts: Iterable[Breakdown], kind: str, subtype: str, currency: str) -> Money:
    found = (
        detail.value.money
        for part in parts
        if part.type == kind
        for detail in part.detailed_breakdowns
        if detail.subtype == subtype and detail.value is not None
    )
    return Money.sum(found, currency)
