"""What lies in Amazon's warehouses for us, net of the orders that it has taken."""

import json
from collections.abc import Iterator
from typing import Any

from crossdock import BadData, Diagnosis, Quarantined, Rejected, StockRow, StockSnapshot
from plugins.amazon.client import Ctx, Params, ask, held, listed, must_hold
from plugins.amazon.operations import GET_INVENTORY
from plugins.amazon.wire.base import read
from plugins.amazon.wire.outbound import Inventory

_MOST_PAGES = 2_000


def snapshot(ctx: Ctx) -> StockSnapshot:
    """All that can be sold, as of now; nothing where Amazon ships its own orders alone."""
    if not ctx.settings.multi_channel:
        return StockSnapshot()
    now, rows, bad = ctx.now(), list[StockRow](), list[Quarantined]()
    for each in _summaries(ctx):
        try:
            said = read(Inventory, each, "The inventory summary")
        except BadData as error:
            text = json.dumps(each)[:10_000]
            bad.append(Quarantined(source="getInventorySummaries", reason=error.message, payload=text))
            continue
        details = said.inventory_details
        if details is not None and details.fulfillable_quantity is not None:
            source = f"Amazon's inventory of {said.seller_sku}"
            rows.append(StockRow(sku=said.seller_sku, quantity=details.fulfillable_quantity, as_of=now, source=source))
    return StockSnapshot(rows=tuple(rows), quarantined=tuple(bad))


def check(ctx: Ctx) -> Iterator[Diagnosis]:
    """Whether Amazon tells of its stock, which needs the same role as shipping it."""
    if not ctx.settings.multi_channel:
        yield Diagnosis(name="multi_channel", ok=True, message="Amazon ships its own orders alone.")
        return
    try:
        ask(ctx, GET_INVENTORY, params=_params(ctx, None))
    except Rejected as error:
        mend = "Grant the application the role Amazon Fulfillment and authorize it again, or unset multi_channel."
        yield Diagnosis(name="multi_channel", ok=False, message=error.message, mend=mend, severe=False)
        return
    yield Diagnosis(name="multi_channel", ok=True, message="Amazon ships orders of other channels.")


def _summaries(ctx: Ctx) -> Iterator[Any]:
    token: str | None = None
    for _ in range(_MOST_PAGES):
        said = ask(ctx, GET_INVENTORY, params=_params(ctx, token))
        must_hold(said, "payload")
        must_hold(held(said, "payload"), "inventorySummaries")
        yield from listed(held(said, "payload"), "inventorySummaries")
        token = held(said, "pagination").get("nextToken")
        if not token:
            return
    raise BadData(f"Amazon's list of its stock has more than {_MOST_PAGES} pages.")


def _params(ctx: Ctx, token: str | None) -> Params:
    marketplace = ctx.settings.marketplace_ids[0]
    return {
        "details": "true",
        "granularityType": "Marketplace",
        "granularityId": marketplace,
        "marketplaceIds": (marketplace,),
        "nextToken": token,
    }
