"""Telling what listings may sell, 25 of them at a time, and reading it back."""

import json
from collections.abc import Iterator, Sequence

from crossdock import ChannelStock, Rejected, StockAnswer, StockLevelUpdate
from plugins.ebay.client import Ctx, ask
from plugins.ebay.operations import BULK_GET_ITEMS, BULK_UPDATE
from plugins.ebay.wire import Said, part, reading, rows, text, text_or_none, whole

_AT_ONCE = 25
_FAILED = 400


def publish(ctx: Ctx, updates: Sequence[StockLevelUpdate]) -> Sequence[StockAnswer]:
    """A SKU has one quantity and any number of offers: offers of the same SKU go in one request."""
    answers: list[StockAnswer] = []
    for some in _batches(updates):
        answers += _told(ctx, some)
    return answers


def read(ctx: Ctx, skus: Sequence[str]) -> Sequence[ChannelStock]:
    """Quantities of inventory items; those that eBay does not know are left out."""
    found: list[ChannelStock] = []
    for start in range(0, len(skus), _AT_ONCE):
        said = ask(ctx, BULK_GET_ITEMS, body={"requests": [{"sku": sku} for sku in skus[start : start + _AT_ONCE]]})
        with reading("inventory items", json.dumps(said)):
            found += [_level(ctx, each) for each in rows(said["responses"]) if _problem(each) is None]
    return found


def _batches(updates: Sequence[StockLevelUpdate]) -> Iterator[Sequence[StockLevelUpdate]]:
    for start in range(0, len(updates), _AT_ONCE):
        yield updates[start : start + _AT_ONCE]


def _told(ctx: Ctx, updates: Sequence[StockLevelUpdate]) -> list[StockAnswer]:
    by_sku: dict[str, list[StockLevelUpdate]] = {}
    for each in updates:
        by_sku.setdefault(each.external_sku, []).append(each)
    requests = [
        {
            "sku": sku,
            "shipToLocationAvailability": {"quantity": max(each.quantity for each in some)},
            "offers": [
                {"offerId": each.listing_id, "availableQuantity": each.quantity} for each in some if _offered(each)
            ],
        }
        for sku, some in by_sku.items()
    ]
    try:
        said = ask(ctx, BULK_UPDATE, body={"requests": requests})
    except Rejected as error:
        # One that is wrong has the whole of a request refused: then each is told alone.
        if len(updates) == 1:
            return [StockAnswer(external_sku=updates[0].external_sku, error=error.message)]
        return [answer for each in updates for answer in _told(ctx, [each])]
    with reading("answers about stock", json.dumps(said)):
        problems = _problems(rows(said["responses"]))
    return [
        StockAnswer(
            external_sku=each.external_sku,
            error=problems.get((each.external_sku, each.listing_id), problems.get((each.external_sku, None))),
        )
        for each in updates
    ]


def _offered(update: StockLevelUpdate) -> bool:
    """Not so where an order told of the SKU before its listing was read."""
    return update.listing_id not in {"", update.external_sku}


def _problems(responses: Sequence[Said]) -> dict[tuple[str, str | None], str]:
    """What went wrong, by SKU and offer; without an offer it is about the SKU."""
    found = {}
    for each in responses:
        if (problem := _problem(each)) is not None:
            found[text(each.get("sku")), text_or_none(each.get("offerId"))] = problem
    return found


def _problem(said: Said) -> str | None:
    errors = rows(said.get("errors"))
    if whole(said["statusCode"]) < _FAILED and not errors:
        return None
    return text_or_none(errors[0].get("message")) or "eBay gave no reason." if errors else "eBay gave no reason."


def _level(ctx: Ctx, said: Said) -> ChannelStock:
    available = part(part(part(said["inventoryItem"]).get("availability")).get("shipToLocationAvailability"))
    return ChannelStock(external_sku=text(said["sku"]), quantity=whole(available.get("quantity", 0)), read_at=ctx.now())
