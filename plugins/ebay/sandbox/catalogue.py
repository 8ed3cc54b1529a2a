"""What the played seller sells: inventory items and their offers, from a seed."""

import random
from collections.abc import Sequence
from typing import Any

from crossdock import Money, Ware
from plugins.ebay.wire import amount

CURRENCIES = {
    "EBAY_GB": "GBP",
    "EBAY_US": "USD",
    "EBAY_CA": "CAD",
    "EBAY_AU": "AUD",
    "EBAY_CH": "CHF",
    "EBAY_PL": "PLN",
    "EBAY_HK": "HKD",
    "EBAY_SG": "SGD",
}
"""Of marketplaces that have another than the euro."""

_GOODS = ("Tea tin", "Desk lamp", "Wool scarf", "Chess set", "Walnut bowl", "Field notes", "Oil lamp", "Brass compass")


def items(seed: int, wares: Sequence[Ware] = ()) -> dict[str, dict[str, Any]]:
    """Inventory items by SKU."""
    chance = random.Random(seed)  # noqa: S311  # the same world again, not a secret
    given = [(each.sku, each.title, each.available) for each in wares]
    own = ((f"EB-{number:03}", name, None) for number, name in enumerate(_GOODS, 1))
    made = {}
    for sku, title, available in given or own:
        by_chance = chance.randrange(5, 40)
        made[sku] = {
            "sku": sku,
            "condition": "NEW",
            "availability": {"shipToLocationAvailability": {"quantity": by_chance if available is None else available}},
            "product": {"title": title, "ean": [f"50{chance.randrange(10**10, 10**11)}"], "aspects": "{}"},
            "packageWeightAndSize": {"weight": {"value": chance.randrange(100, 2000), "unit": "GRAM"}},
        }
    return made


def offers(seed: int, marketplace: str, wares: Sequence[Ware] = ()) -> dict[str, dict[str, Any]]:
    """Offers by their ids: one for each ware, or for each item but the last, which is not for sale."""
    chance = random.Random(seed + 1)  # noqa: S311  # likewise
    currency = CURRENCIES.get(marketplace, "EUR")
    listed, prices = items(seed, wares), {each.sku: each.price for each in wares}
    made = {}
    for number, sku in enumerate(prices or list(listed)[:-1]):
        by_chance = Money(chance.randrange(500, 9000), currency)
        name = str(8_000_000_010 + number)
        made[name] = {
            "offerId": name,
            "sku": sku,
            "marketplaceId": marketplace,
            "format": "FIXED_PRICE",
            "status": "PUBLISHED",
            "availableQuantity": listed[sku]["availability"]["shipToLocationAvailability"]["quantity"],
            "pricingSummary": {"price": amount(prices.get(sku, by_chance))},
            "listing": {"listingId": str(110_000_000_000 + number), "listingStatus": "ACTIVE", "soldQuantity": 0},
        }
    return made
