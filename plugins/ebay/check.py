"""Whether the account works: its consent, what may be asked, and how much of the day's quota is left."""

import json
from collections.abc import Callable, Sequence

from crossdock import AuthExpired, Diagnosis, NotSupported, Rejected
from plugins.ebay import oauth
from plugins.ebay.client import Ctx, ask
from plugins.ebay.operations import GET_ITEMS, GET_ORDERS, GET_PAYOUTS, GET_QUOTAS
from plugins.ebay.wire import part, reading, rows, text, whole

_CONSENT = "Open the integration's install page and sign in as the seller, so that consent covers all scopes."
_SIGNED = ("EBAY_GB", "EBAY_DE", "EBAY_FR", "EBAY_IT", "EBAY_ES", "EBAY_AT", "EBAY_BE", "EBAY_NL", "EBAY_IE", "EBAY_PL")
"""Marketplaces whose sellers sit in the EU or the UK as a rule."""


def check(ctx: Ctx) -> Sequence[Diagnosis]:
    """What is refused for its scope is a finding; what may be tried again is raised."""
    try:
        ctx.tokens.get(oauth.ACCESS, lambda last: oauth.renewed(ctx, last))
    except AuthExpired as error:
        return [Diagnosis(name="consent", ok=False, message=error.message, mend=_CONSENT)]
    return [
        Diagnosis(name="consent", ok=True, message="The seller has given consent."),
        _may(ctx, "orders", lambda: ask(ctx, GET_ORDERS, params={"limit": 1}), severe=True),
        _may(ctx, "stock", lambda: ask(ctx, GET_ITEMS, params={"limit": "1"})),
        _signing(ctx),
        _may(ctx, "payouts", lambda: ask(ctx, GET_PAYOUTS, params={"limit": 1})),
        *_quotas(ctx),
    ]


def _may(ctx: Ctx, name: str, look: Callable[[], object], *, severe: bool = False) -> Diagnosis:
    try:
        look()
    except (Rejected, NotSupported) as error:
        return Diagnosis(name=name, ok=False, message=error.message, mend=_CONSENT, severe=severe)
    return Diagnosis(name=name, ok=True, message=f"eBay lets us read {name}.", severe=severe)


def _signing(ctx: Ctx) -> Diagnosis:
    needed = ctx.settings.marketplace_id in _SIGNED
    ok = ctx.settings.signing_key is not None or not needed
    return Diagnosis(
        name="signatures",
        ok=ok,
        message="Requests about money are signed."
        if ctx.settings.signing_key
        else "Requests about money are not signed, which eBay wants of sellers in the EU and the UK."
        if needed
        else "This marketplace needs no signatures.",
        mend="" if ok else "Create a key with eBay's Key Management API and set signing_key and signing_jwe.",
        severe=False,
    )


def _quotas(ctx: Ctx) -> list[Diagnosis]:
    """One for each API of which nothing is left today."""
    found = ask(ctx, GET_QUOTAS)
    with reading("quotas", json.dumps(found)):
        dry = [
            text(api["apiName"])
            for api in rows(found.get("rateLimits"))
            for resource in rows(api.get("resources"))
            for rate in rows(resource.get("rates"))
            if whole(part(rate).get("remaining", 1)) == 0
        ]
    return [
        Diagnosis(
            name=f"quota of {name}",
            ok=False,
            message=f"Today's calls of eBay's {name} API are used up.",
            mend="Wait until tomorrow, or have eBay raise the quota by its application growth check.",
            severe=False,
        )
        for name in sorted(set(dry))
    ]
