"""Consent on Amazon's own page, for applications that serve more sellers than their maker."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode

from crossdock import Rejected, Token, Untrusted, WebhookRequest
from plugins.amazon.client import Ctx, login, token_of
from plugins.amazon.settings import AmazonSettings


def authorize_url(settings: AmazonSettings, *, redirect: str, state: str) -> str:
    """Raises Rejected where the application has no id."""
    if settings.application_id is None:
        raise Rejected("NO_APPLICATION", "Set application_id, which Seller Central shows with the application.")
    query = {"application_id": settings.application_id, "state": state, "redirect_uri": redirect}
    return f"{settings.consent_url}/apps/authorize/consent?{urlencode(query)}"


def exchange(ctx: Ctx, callback: WebhookRequest, *, redirect: str) -> Mapping[str, Token]:
    """The seller's tokens. Raises Untrusted without a code, Rejected where another seller came back."""
    said = {name: values[0] for name, values in parse_qs(callback.query).items()}
    code, seller = said.get("spapi_oauth_code"), said.get("selling_partner_id")
    if not code or not seller:
        raise Untrusted("Amazon's answer has no code.", status=400)
    if seller != ctx.settings.seller_id:
        raise Rejected("ANOTHER_SELLER", f"Consent was given by {seller}, and this is {ctx.settings.seller_id}.")
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
    return {"access": token_of(ctx, login(ctx, form), None)}
