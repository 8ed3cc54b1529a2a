"""What is listed: all of it, page by page, and some of it by SKU."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crossdock import BadData, ListingData, ListingPage, Quarantined
from plugins.amazon.client import Ctx, Params, ask, held, listed, must_hold
from plugins.amazon.operations import SEARCH_LISTINGS
from plugins.amazon.wire.base import read
from plugins.amazon.wire.listings import Listing

_PAGE = 20
_BARCODES = "externally_assigned_product_identifier"


def page(ctx: Ctx) -> ListingPage:
    """One page of all listings of the first marketplace."""
    said = _asked(
        ctx,
        includedData=("summaries", "attributes", "offers", "fulfillmentAvailability"),
        sortBy="createdDate",
        sortOrder="ASC",
        pageToken=ctx.cursor,
    )
    must_hold(said, "items")
    listings, bad = list[ListingData](), list[Quarantined]()
    for each in listed(said, "items"):
        try:
            listings.append(listing_data(read(Listing, each, "The listing"), ctx.settings.marketplace_ids[0]))
        except BadData as error:
            text = json.dumps(each)[:10_000]
            bad.append(Quarantined(source="searchListingsItems", reason=error.message, payload=text))
    token = held(said, "pagination").get("nextToken")
    return ListingPage(listings=tuple(listings), cursor=token or None, quarantined=tuple(bad))


def by_sku(ctx: Ctx, skus: Sequence[str]) -> Iterator[Listing]:
    """Those that Amazon knows, as far as stock is concerned; asked for by twenty."""
    for start in range(0, len(skus), _PAGE):
        said = _asked(
            ctx,
            includedData=("summaries", "fulfillmentAvailability"),
            identifiers=skus[start : start + _PAGE],
            identifiersType="SKU",
        )
        for each in listed(said, "items"):
            yield read(Listing, each, "The listing")


def listing_data(said: Listing, marketplace: str) -> ListingData:
    """Pure. The SKU names it: one ASIN may have many."""
    summary = next((each for each in said.summaries if each.marketplace_id == marketplace), None)
    offers = [each for each in said.offers if each.marketplace_id == marketplace]
    offer = next((each for each in offers if each.offer_type == "B2C"), None)
    return ListingData(
        external_id=said.sku,
        external_sku=said.sku,
        title=summary.item_name if summary is not None else None,
        price=offer.price.money if offer is not None else None,
        barcode=_barcode(said.attributes),
        active=summary is not None and "BUYABLE" in summary.status,
    )


def _barcode(attributes: Mapping[str, Any]) -> str | None:
    said = attributes.get(_BARCODES)
    first = said[0] if isinstance(said, list) and said else None
    value = first.get("value") if isinstance(first, dict) else None
    return value if isinstance(value, str) and value else None


def _asked(ctx: Ctx, **params: str | Sequence[str] | None) -> dict[str, Any]:
    where: Params = {"marketplaceIds": ctx.settings.marketplace_ids[:1], "pageSize": _PAGE}
    return ask(ctx, SEARCH_LISTINGS, path={"sellerId": ctx.settings.seller_id}, params={**where, **params})
