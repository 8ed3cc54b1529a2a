"""Reading what is for sale: the offers of all inventory items, page by page."""

import json

from crossdock import BadData, ListingPage, Quarantined, Rejected
from plugins.ebay.client import Ctx, ask
from plugins.ebay.mapping.listings import map_listing
from plugins.ebay.operations import GET_ITEMS, GET_OFFERS
from plugins.ebay.wire import Said, reading, rows, text

_PAGE = 25
_NO_OFFER = {"25713", "25710"}


def fetch(ctx: Ctx) -> ListingPage:
    """`offset` is the number of a page here, not of an item."""
    page = int(ctx.cursor or 0)
    found = ask(ctx, GET_ITEMS, params={"limit": str(_PAGE), "offset": str(page)})
    with reading("inventory items", json.dumps(found)):
        items, total = rows(found["inventoryItems"]), int(found["total"])
    listings, bad = [], []
    for item in items:
        try:
            with reading("inventory item", json.dumps(item)):
                listings += [map_listing(item, offer) for offer in _offers(ctx, text(item["sku"]))]
        except BadData as error:
            bad.append(Quarantined(source="inventory_item", reason=error.message, payload=json.dumps(item)))
    following = str(page + 1) if (page + 1) * _PAGE < total else None
    return ListingPage(listings=tuple(listings), cursor=following, quarantined=tuple(bad))


def _offers(ctx: Ctx, sku: str) -> list[Said]:
    """None where the item is not for sale: eBay calls that an error."""
    try:
        found = ask(ctx, GET_OFFERS, params={"sku": sku, "limit": "25", "offset": "0"})
    except Rejected as error:
        if error.code in _NO_OFFER:
            return []
        raise
    return rows(found["offers"])
