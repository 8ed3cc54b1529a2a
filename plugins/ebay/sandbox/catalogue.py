"""What the played seller sells: inventory items and their offers, from a seed."""

import random
from typing import Any

from crossdock import Money
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


def items(seed: int) -> dict[str, dict[str, Any]]:
    """Inventory items by SKU."""
    chance = random.Random(seed)  # noqa: S311  # the same world again, not a secret
    return {
        f"EB-{number:03}": {
            "sku": f"EB-{number:03}",
            "condition": "NEW",
            "availability": {"shipToLocationAvailability": {"quantity": chance.randrange(5, 40)}},
            "product": {"title": name, "ean": [f"50{chance.randrange(10**10, 10**11)}"], "aspects": "{}"},
            "packageWeightAndSize": {"weight": {"value": chance.randrange(100, 2000), "unit": "GRAM"}},
        }
        for number, name in enumerate(_GOODS, 1)
    }


def offers(seed: int, marketplace: str) -> dict[str, dict[str, Any]]:
    """Offers by their ids, one for each item but the last, which is not for sale."""
    chance = random.Random(seed + 1)  # noqa: S311  # likewise
    currency = CURRENCIES.get(marketplace, "EUR")
    made = {}
    for number, sku in enumerate(list(items(seed))[:-1]):
        name = str(8_000_000_010 + number)
        made[name] = {
            "offerId": name,
            "sku": sku,
            "marketplaceId": marketplace,
            "format": "FIXED_PRICE",
            "status": "PUBLISHED",
            "availableQuantity": items(seed)[sku]["availability"]["shipToLocationAvailability"]["quantity"],
            "pricingSummary": {"price": amount(Money(chance.randrange(500, 9000), currency))},
            "listing": {"listingId": str(110_000_000_000 + number), "listingStatus": "ACTIVE", "soldQuantity": 0},
        }
    return made
