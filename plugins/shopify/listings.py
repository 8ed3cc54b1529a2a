"""Listings: the variants of all products."""

from decimal import Decimal

from crossdock import BadData, ListingData, ListingPage, Money, Quarantined
from plugins.shopify.access import Ctx
from plugins.shopify.client import ask, model_of, sense
from plugins.shopify.documents import shop
from plugins.shopify.mapping.lines import sku_of
from plugins.shopify.orders import following
from plugins.shopify.wire.stock import Variant, Weight

PAGE = 100
_GRAMS = {
    "GRAMS": Decimal(1),
    "KILOGRAMS": Decimal(1000),
    "OUNCES": Decimal("28.349523125"),
    "POUNDS": Decimal("453.59237"),
}


def fetch_listings(ctx: Ctx) -> ListingPage:
    """One page of variants. One that makes no sense is set aside."""
    said = ask(ctx, shop.LISTINGS, size=PAGE, after=ctx.cursor)
    with sense("A page of variants", said):
        currency, nodes = said["shop"]["currencyCode"], list(said["productVariants"]["nodes"])
        cursor = following(said["productVariants"])
    listings: list[ListingData] = []
    aside: list[Quarantined] = []
    for each in nodes:
        try:
            listings.append(_listing(model_of(Variant, each, "A variant"), currency))
        except BadData as error:
            aside.append(Quarantined(source="productVariants", reason=error.message, payload=str(each)))
    return ListingPage(listings=tuple(listings), cursor=cursor, quarantined=tuple(aside))


def _listing(said: Variant, currency: str) -> ListingData:
    try:
        price = Money.parse(said.price, currency)
    except ValueError as error:
        raise BadData(str(error)) from None
    return ListingData(
        external_id=said.id,
        external_sku=sku_of(said.sku, said.id),
        title=said.display_name,
        price=price,
        barcode=said.barcode or None,
        weight_grams=_grams(said.inventory_item.measurement.weight),
        active=said.product.status == "ACTIVE",
    )


def _grams(weight: Weight | None) -> int | None:
    """None for no weight, which Shopify calls zero, and for a unit that nobody knows."""
    if weight is None or weight.value <= 0 or weight.unit not in _GRAMS:
        return None
    return max(1, round(weight.value * _GRAMS[weight.unit]))
