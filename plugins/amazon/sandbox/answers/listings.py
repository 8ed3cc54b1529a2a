"""Listings and their stock."""

from plugins.amazon.sandbox import feeding
from plugins.amazon.sandbox.answers.asked import Asked, page_of
from plugins.amazon.sandbox.refusals import Refused, check_body
from plugins.amazon.sandbox.store import Listed, Said, Store


def search_listings(store: Store, asked: Asked) -> tuple[int, Said | None]:
    query = asked.query
    if ("identifiers" in query) != ("identifiersType" in query):
        raise Refused(400, "InvalidInput", "identifiers and identifiersType go together.")
    found = list(store.listings.values())
    if "identifiers" in query:
        found = [each for each in found if each.sku in query["identifiers"].split(",")]
    page, token = page_of(found, query.get("pageToken"), int(query.get("pageSize", 10)))
    said: Said = {"numberOfResults": len(found), "items": [_listing(store, each) for each in page]}
    if token:
        said["pagination"] = {"nextToken": token}
    return 200, said


def patch_listing(store: Store, asked: Asked) -> tuple[int, Said | None]:
    body = check_body(asked.body, "productType")
    sku = asked.path["sku"]
    said: Said = {"sku": sku, "status": "ACCEPTED", "submissionId": store.name("submission"), "issues": []}
    if sku not in store.listings:
        issue = {"code": "90220", "severity": "ERROR", "message": "There is no such SKU.", "categories": []}
        return 200, {**said, "status": "INVALID", "issues": [issue]}
    feeding.set_stock(feeding.listed_patch(body), store, sku)
    return 200, said


def _listing(store: Store, listed: Listed) -> Said:
    availability: Said = {"fulfillmentChannelCode": listed.channel}
    if listed.channel == "DEFAULT":
        availability["quantity"] = listed.quantity
    return {
        "sku": listed.sku,
        "summaries": [
            {
                "marketplaceId": store.marketplace,
                "asin": listed.asin,
                "productType": "PRODUCT",
                "itemName": listed.title,
                "status": ["BUYABLE", "DISCOVERABLE"],
                "createdDate": "2024-01-01T00:00:00Z",
                "lastUpdatedDate": "2024-01-01T00:00:00Z",
            }
        ],
        "offers": [{"marketplaceId": store.marketplace, "offerType": "B2C", "price": store.money(listed.price)}],
        "fulfillmentAvailability": [availability],
    }
