"""Inventory items and their offers as listings."""

from decimal import Decimal

from crossdock import ListingData
from plugins.ebay.wire import Said, money_or_none, part, text, text_or_none

_GRAMS = {
    "GRAM": Decimal(1),
    "KILOGRAM": Decimal(1000),
    "OUNCE": Decimal("28.349523125"),
    "POUND": Decimal("453.59237"),
}


def map_listing(item: Said, offer: Said) -> ListingData:
    """One offer of an item: an item may be offered on several marketplaces. Raises ValueError, TypeError, KeyError."""
    product = part(item.get("product"))
    return ListingData(
        external_id=text(offer["offerId"]),
        external_sku=text(item["sku"]),
        title=text_or_none(product.get("title")),
        price=money_or_none(part(offer.get("pricingSummary")).get("price")),
        barcode=_barcode(product),
        weight_grams=_grams(part(part(item.get("packageWeightAndSize")).get("weight"))),
        active=offer.get("status") == "PUBLISHED" and not part(offer.get("listing")).get("listingOnHold"),
    )


def _barcode(product: Said) -> str | None:
    for name in ("ean", "upc", "isbn"):
        codes = product.get(name)
        if isinstance(codes, list) and codes:
            return text_or_none(codes[0])
    return None


def _grams(weight: Said) -> int | None:
    unit = _GRAMS.get(str(weight.get("unit")))
    return int(Decimal(str(weight["value"])) * unit) if unit is not None and weight.get("value") is not None else None
