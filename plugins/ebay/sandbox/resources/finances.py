"""Sell Finances: payouts and transactions; and Developer Analytics: what is left of the day's calls."""

import re

from plugins.ebay.sandbox.calls import Answer, Call, Refusal
from plugins.ebay.sandbox.resources import Routes
from plugins.ebay.sandbox.store import Store
from plugins.ebay.wire import moment

_ROOT = "/sell/finances/v1"


def _payouts(store: Store, call: Call) -> Answer:
    limit, offset = call.number("limit", 20, most=200), call.number("offset", 0, least=0)
    between = call.between("payoutDate")
    found = [
        each
        for each in store.books.payouts.values()
        if between is None or between[0] <= moment(each["payoutDate"]) <= between[1]
    ]
    if not found:
        return Answer(status=204)
    return Answer({"payouts": found[offset : offset + limit], "total": len(found), "limit": limit, "offset": offset})


def _transactions(store: Store, call: Call) -> Answer:
    limit, offset = call.number("limit", 20, most=1000), call.number("offset", 0, least=0)
    wanted = re.fullmatch(r"payoutId:\{(\w+)\}", call.params.get("filter", ""))
    if wanted is None:
        raise Refusal(400, 135016, "Invalid filter.")
    found = [each for each in store.books.transactions if each.get("payoutId") == wanted[1]]
    if not found:
        return Answer(status=204)
    # With payoutId eBay gives all of them, whatever the limit.
    return Answer({"transactions": found[offset:], "total": len(found), "limit": limit, "offset": offset})


def _quotas(store: Store, call: Call) -> Answer:
    rates = [{"limit": 5000, "remaining": 4990, "timeWindow": 86400}]
    resource = {"name": "sell.fulfillment", "rates": rates}
    api = {"apiContext": "sell", "apiName": "Fulfillment", "apiVersion": "v1", "resources": [resource]}
    return Answer({"rateLimits": [api]})


ROUTES: Routes = (
    ("GET", f"{_ROOT}/payout", _payouts),
    ("GET", f"{_ROOT}/transaction", _transactions),
    ("GET", "/developer/analytics/v1_beta/user_rate_limit/", _quotas),
)
