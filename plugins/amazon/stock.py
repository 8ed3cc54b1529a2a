"""Telling Amazon what listings may sell: few of them one by one, many as one feed. Amazon's own stock is left alone."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crossdock import ChannelStock, Pending, Rejected, StockAnswer, StockLevelUpdate
from plugins.amazon import feeds
from plugins.amazon.client import Ctx, ask, listed
from plugins.amazon.listings import by_sku
from plugins.amazon.operations import PATCH_LISTING
from plugins.amazon.wire.listings import SELLER

_FEED = "JSON_LISTINGS_FEED"
_CONTENT_TYPE = "application/json; charset=UTF-8"
_ANY_PRODUCT = "PRODUCT"
_AMAZON_SHIPS = "Amazon ships this listing from its own stock; telling it ours would take it out of Amazon's hands."
_UNKNOWN = "Amazon knows no listing with this SKU."


def publish(ctx: Ctx, updates: Sequence[StockLevelUpdate]) -> Sequence[StockAnswer]:
    """Raises Pending while a feed is worked through, with what was refused beforehand in its handle."""
    if ctx.handle is not None:
        feed, _, refused = ctx.handle.partition(" ")
        return _answers(updates, {**_from_report(ctx, feed, updates), **json.loads(refused or "{}")})
    refused_now = _not_ours(ctx, updates)
    telling = [each for each in updates if each.external_sku not in refused_now]
    if len(telling) <= ctx.settings.patch_up_to:
        return _answers(updates, {**refused_now, **_patched(ctx, telling)})
    feed = feeds.submit(ctx, _FEED, json.dumps(_document(ctx, telling)).encode(), _CONTENT_TYPE)
    raise Pending("Amazon works through the feed of stock.", f"{feed} {json.dumps(refused_now)}", feeds.AGAIN)


def read_stock(ctx: Ctx, skus: Sequence[str]) -> Sequence[ChannelStock]:
    """What Amazon would sell of ours; listings that it ships itself are left out."""
    return [
        ChannelStock(external_sku=each.sku, quantity=each.own_stock.quantity or 0, read_at=ctx.now())
        for each in by_sku(ctx, skus)
        if each.own_stock is not None
    ]


def _not_ours(ctx: Ctx, updates: Sequence[StockLevelUpdate]) -> dict[str, str]:
    """Why some are not told, by SKU."""
    known = {each.sku: each for each in by_sku(ctx, [each.external_sku for each in updates])}
    skus = {each.external_sku for each in updates}
    amazon = {sku: _AMAZON_SHIPS for sku in skus if sku in known and known[sku].shipped_by_amazon}
    return {**amazon, **dict.fromkeys(skus - known.keys(), _UNKNOWN)}


def _patched(ctx: Ctx, updates: Iterable[StockLevelUpdate]) -> dict[str, str]:
    refused = {}
    for update in updates:
        path = {"sellerId": ctx.settings.seller_id, "sku": update.external_sku}
        params = {"marketplaceIds": ctx.settings.marketplace_ids[:1]}
        body = {"productType": _ANY_PRODUCT, "patches": [_patch(update.quantity)]}
        try:
            said = ask(ctx, PATCH_LISTING, path=path, params=params, body=body)
        except Rejected as error:
            refused[update.external_sku] = error.message
            continue
        if said.get("status") == "INVALID":
            refused[update.external_sku] = _issues(listed(said, "issues"))
    return refused


def _patch(quantity: int) -> dict[str, Any]:
    value = [{"fulfillment_channel_code": SELLER, "quantity": quantity}]
    return {"op": "replace", "path": "/attributes/fulfillment_availability", "value": value}


def _document(ctx: Ctx, updates: Sequence[StockLevelUpdate]) -> dict[str, Any]:
    """`messageId` is the place in the request, from one."""
    return {
        "header": {"sellerId": ctx.settings.seller_id, "version": "2.0", "issueLocale": "en_US"},
        "messages": [
            {
                "messageId": place,
                "sku": update.external_sku,
                "operationType": "PATCH",
                "productType": _ANY_PRODUCT,
                "patches": [_patch(update.quantity)],
            }
            for place, update in enumerate(updates, start=1)
        ],
    }


def _from_report(ctx: Ctx, feed: str, updates: Sequence[StockLevelUpdate]) -> dict[str, str]:
    """What the report refuses, by SKU. Raises Pending while there is none."""
    try:
        report = feeds.result(ctx, feed)
    except Pending as pending:
        assert ctx.handle is not None
        raise Pending(pending.message, ctx.handle, pending.ask_again_after) from None
    except Rejected as error:
        return {update.external_sku: error.message for update in updates}
    return report_errors(feeds.as_json(report)) if report else {}


def report_errors(report: Mapping[str, Any]) -> dict[str, str]:
    """Pure: what a processing report of a listings feed refuses, by SKU."""
    by: dict[str, list[Any]] = {}
    for issue in listed(report, "issues"):
        if isinstance(issue, dict) and issue.get("severity") == "ERROR":
            by.setdefault(str(issue.get("sku")), []).append(issue)
    return {sku: _issues(issues) for sku, issues in by.items()}


def _issues(issues: Iterable[Any]) -> str:
    said = [f"{each.get('message')} ({each.get('code')})" for each in issues if isinstance(each, dict)]
    return " ".join(said) or "Amazon refused it and gave no reason."


def _answers(updates: Sequence[StockLevelUpdate], refused: Mapping[str, str]) -> Sequence[StockAnswer]:
    return [StockAnswer(external_sku=each.external_sku, error=refused.get(each.external_sku)) for each in updates]
