"""Reading payouts and what is in them."""

import json

from crossdock import BadData, OrderWindow, Quarantined, SettlementPage
from plugins.ebay.client import Ctx, ask
from plugins.ebay.mapping.settlements import GONE, map_payout
from plugins.ebay.operations import GET_PAYOUTS, GET_TRANSACTIONS
from plugins.ebay.wire import Said, reading, rows, spoken, text

_PAGE = 20
_ROWS = 1000
_MOST_PAGES = 100


def fetch(ctx: Ctx, window: OrderWindow) -> SettlementPage:
    start = int(window.cursor or 0)
    between = f"payoutDate:[{spoken(window.since)}..{spoken(min(window.until, ctx.now()))}]"
    found = ask(ctx, GET_PAYOUTS, params={"filter": between, "limit": _PAGE, "offset": start})
    with reading("page of payouts", json.dumps(found)):
        # Without payouts the answer has no content at all.
        told, total = (rows(found["payouts"]), int(found["total"])) if found else ([], 0)
    settlements, bad = [], []
    for each in told:
        try:
            with reading("payout", json.dumps(each)):
                if each["payoutStatus"] not in GONE:
                    settlements.append(map_payout(each, _transactions(ctx, text(each["payoutId"]))))
        except BadData as error:
            bad.append(Quarantined(source="payouts", reason=error.message, payload=json.dumps(each)))
    following = start + _PAGE if start + _PAGE < total else None
    return SettlementPage(
        settlements=tuple(settlements),
        cursor=str(following) if following is not None else None,
        quarantined=tuple(bad),
    )


def _transactions(ctx: Ctx, payout: str) -> list[Said]:
    """All of one payout's. eBay says that it gives them at once, whatever the limit; it is asked on all the same."""
    found: list[Said] = []
    for _ in range(_MOST_PAGES):
        params: dict[str, str | int] = {"filter": f"payoutId:{{{payout}}}", "limit": _ROWS, "offset": len(found)}
        page = ask(ctx, GET_TRANSACTIONS, params=params)
        some = rows(page["transactions"]) if page else []
        found += some
        if not some or len(found) >= int(page["total"]):
            return found
    raise ValueError(f"it has more than {_MOST_PAGES * _ROWS} transactions")
