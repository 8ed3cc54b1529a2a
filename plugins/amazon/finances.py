"""What Amazon pays out, and what it posted about an order."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from crossdock import BadData, OrderWindow, Quarantined, RefundOrder, Settlement, SettlementPage
from plugins.amazon.client import Ctx, Params, ask, held, listed, must_hold
from plugins.amazon.mapping.payouts import settlement_of
from plugins.amazon.operations import LIST_PAYOUTS, LIST_TRANSACTIONS
from plugins.amazon.orders import instant
from plugins.amazon.wire.base import read
from plugins.amazon.wire.finances import Payout, Transaction

_LONGEST = timedelta(days=45)
"""A payout gathers two weeks as a rule, and is listed by when it began."""
_MOST_PAGES = 2_000


def page(ctx: Ctx, window: OrderWindow) -> SettlementPage:
    """The payouts that were closed in the window, each whole. Open ones are told once they are closed."""
    said = ask(
        ctx,
        LIST_PAYOUTS,
        params={
            "FinancialEventGroupStartedAfter": instant(window.since - _LONGEST),
            "FinancialEventGroupStartedBefore": instant(min(window.until, ctx.now() - timedelta(minutes=2))),
            "MaxResultsPerPage": 10,
            "NextToken": window.cursor,
        },
    )
    must_hold(said, "payload")
    payload = held(said, "payload")
    settlements, bad = list[Settlement](), list[Quarantined]()
    for each in listed(payload, "FinancialEventGroupList"):
        try:
            payout = read(Payout, each, "The payout")
            if payout.closed and (payout.transferred or payout.end or window.until) >= window.since:
                settlements.append(_settlement(ctx, payout))
        except BadData as error:
            payload_text = json.dumps(each)[:10_000]
            bad.append(Quarantined(source="listFinancialEventGroups", reason=error.message, payload=payload_text))
    return SettlementPage(
        settlements=tuple(settlements), cursor=payload.get("NextToken") or None, quarantined=tuple(bad)
    )


def refund_of(ctx: Ctx, request: RefundOrder, *, since: datetime) -> Transaction | None:
    """A refund of that amount that Amazon has posted on the order, at that moment or after."""
    params = {"relatedIdentifierName": "ORDER_ID", "relatedIdentifierValue": request.order_external_id}
    for each in transactions(ctx, params):
        late = each.posted_date is None or each.posted_date >= since - timedelta(minutes=1)
        if "refund" in each.transaction_type.lower() and late and abs(each.total_amount.money) == request.amount:
            return each
    return None


def transactions(ctx: Ctx, params: Params) -> Iterator[Transaction]:
    """All of them, page by page; pages may be empty. Raises BadData where they do not end."""
    token: Any = None
    for _ in range(_MOST_PAGES):
        payload = held(ask(ctx, LIST_TRANSACTIONS, params={**params, "nextToken": token}), "payload")
        for each in listed(payload, "transactions"):
            yield read(Transaction, each, "The transaction")
        token = payload.get("nextToken")
        if not token:
            return
    raise BadData(f"Amazon's list of transactions has more than {_MOST_PAGES} pages.")


def _settlement(ctx: Ctx, payout: Payout) -> Settlement:
    if payout.original_total is None:
        raise BadData("The payout has no total.", where="$.OriginalTotal")
    params = {"relatedIdentifierName": "FINANCIAL_EVENT_GROUP_ID", "relatedIdentifierValue": payout.group_id}
    return settlement_of(payout, transactions(ctx, params), payout.original_total.money)
