"""Returns that shoppers asked for, and our answers. Post-Order finds them by when they were asked for."""

import json
from datetime import timedelta

from crossdock import BadData, ChannelReturnState, OrderWindow, Quarantined, Receipt, ReturnDecision, ReturnPage
from plugins.ebay.client import Ctx, ask
from plugins.ebay.mapping.returns import map_return, state_of
from plugins.ebay.operations import DECIDE_RETURN, GET_RETURN, SEARCH_RETURNS
from plugins.ebay.orders import orders_of
from plugins.ebay.wire import Said, part, reading, rows, spoken, text, whole

_PAGE = 50
"""As many as orders can be asked for at once."""


def fetch(ctx: Ctx, window: OrderWindow) -> ReturnPage:
    """Those that may have changed in the window: all that were asked for while one from before it is still open."""
    start = int(window.cursor or 0)
    since = window.since - timedelta(days=ctx.settings.returns_open_days)
    found = ask(
        ctx,
        SEARCH_RETURNS,
        params={
            "creation_date_range_from": spoken(since),
            "creation_date_range_to": spoken(min(window.until, ctx.now())),
            "limit": _PAGE,
            "offset": start,
        },
    )
    with reading("page of returns", json.dumps(found)):
        told = rows(found["members"])
        total = whole(part(found["paginationOutput"])["totalEntries"])
        names = sorted({text(each["orderId"]) for each in told if each.get("orderId")})
    orders = orders_of(ctx, names)
    returns, bad = [], []
    for each in told:
        if not _is_ours(ctx, each):
            continue
        try:
            with reading(f"return {each.get('returnId')}", json.dumps(each)):
                returns.append(map_return(each, orders))
        except BadData as error:
            bad.append(Quarantined(source="returns", reason=error.message, payload=json.dumps(each)))
    following = start + _PAGE if start + _PAGE < total else None
    return ReturnPage(
        returns=tuple(returns), cursor=str(following) if following is not None else None, quarantined=tuple(bad)
    )


def _is_ours(ctx: Ctx, summary: Said) -> bool:
    """Whether it is of something that was sold, and not of something that the account bought itself."""
    return ctx.settings.seller is None or summary.get("sellerLoginName") in {None, ctx.settings.seller}


def decide(ctx: Ctx, decision: ReturnDecision) -> Receipt:
    said: dict[str, object] = {"decision": "APPROVE" if decision.accepted else "DECLINE"}
    if decision.reason:
        said["comments"] = {"content": decision.reason}
    ask(ctx, DECIDE_RETURN, {"returnId": decision.return_external_id}, body=said)
    return Receipt(external_id=decision.return_external_id, at=ctx.now())


def find_decision(ctx: Ctx, decision: ReturnDecision) -> Receipt | None:
    found: Said = ask(ctx, GET_RETURN, {"returnId": decision.return_external_id}, {"fieldgroups": "SUMMARY"})
    with reading("return", json.dumps(found)):
        if state_of(part(found["summary"])) is ChannelReturnState.REQUESTED:
            return None
    return Receipt(external_id=decision.return_external_id, at=ctx.now())
