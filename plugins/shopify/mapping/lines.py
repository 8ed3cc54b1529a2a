"""What an order is about: goods, gift cards, tips, duties and fees."""

from collections.abc import Iterable

from crossdock import Address, LineData, LineKind, Money, TaxData
from plugins.shopify.mapping.money import discount, paid, tax
from plugins.shopify.wire.base import Attribute
from plugins.shopify.wire.orders import AdditionalFee, LineItem, MailingAddress, Order, TaxLine


def lines_of(order: Order) -> tuple[LineData, ...]:
    """All lines; duties and additional fees are lines of their own, which move no stock."""
    currency = order.presentment_currency_code
    lines = [_line(each, currency) for each in order.line_items.nodes]
    duties = order.original_total_duties_set
    if duties is not None and not order.duties_included and (amount := paid(duties, currency)):
        lines.append(_charge(f"{order.id}/duties", "DUTIES", "Duties", amount, []))
    lines += [_fee(each, currency) for each in order.additional_fees]
    return tuple(lines)


def sku_of(sku: str | None, variant: str) -> str:
    """What a variant is called by: its SKU, or the variant's own id where the shop gave it none."""
    return (sku or "").strip() or variant


def tax_of(said: TaxLine, currency: str) -> TaxData:
    return TaxData(
        title=said.title,
        amount=paid(said.price_set, currency),
        rate=said.rate,
        collected_by_channel=bool(said.channel_liable),
    )


def address_of(said: MailingAddress | None) -> Address | None:
    if said is None:
        return None
    return Address(
        name=said.name,
        company=said.company,
        line1=said.address1,
        line2=said.address2,
        city=said.city,
        region=said.province_code or said.province,
        postal_code=said.zip,
        country=said.country_code_v2,
        phone=said.phone,
    )


def noted(said: Iterable[Attribute]) -> dict[str, str]:
    """What shopper or apps noted, by its name."""
    return {each.key: each.value for each in said if each.value}


def _line(said: LineItem, currency: str) -> LineData:
    """Of all units that were ever sold: those that were taken off again are told as cancelled."""
    unit = paid(said.original_unit_price_set, currency)
    amount = paid(said.original_total_set, currency)
    extra: dict[str, object] = dict(noted(said.custom_attributes))
    return LineData(
        external_id=said.id,
        sku=sku_of(said.sku, said.variant.id if said.variant is not None else said.name),
        name=said.name,
        quantity=said.quantity,
        unit_price=unit,
        amount=None if unit * said.quantity == amount else amount,
        discount=discount(said.discount_allocations, currency),
        tax=tax(said.tax_lines, currency),
        kind=_kind(said),
        metadata=extra,
    )


def _kind(said: LineItem) -> LineKind:
    """Only what is shipped moves stock. A gift card is a promise, and a tip or a download is neither."""
    if said.is_gift_card:
        return LineKind.VOUCHER
    return LineKind.GOODS if said.requires_shipping else LineKind.MANUAL


def _fee(said: AdditionalFee, currency: str) -> LineData:
    return _charge(said.id, "FEE", said.name, paid(said.price, currency), said.tax_lines)


def _charge(name: str, sku: str, title: str, amount: Money, taxes: Iterable[TaxLine]) -> LineData:
    currency = amount.currency
    return LineData(
        external_id=name,
        sku=sku,
        name=title,
        quantity=1,
        unit_price=amount,
        discount=Money.zero(currency),
        tax=tax(taxes, currency),
        kind=LineKind.MANUAL,
    )
