"""Access tokens: a fixed one, one that consent brought, or one for the app's own organisation."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from crossdock import AuthExpired, BadData, Context, Rejected, Retryable, Token, Untrusted, WebhookRequest
from crossdock import same_signature as same
from plugins.shopify.settings import ShopifySettings

NAME = "access"
SCOPES = (
    "read_orders",
    "write_orders",
    "read_customers",
    "read_products",
    "read_inventory",
    "write_inventory",
    "read_locations",
    "read_returns",
    "write_returns",
    "read_assigned_fulfillment_orders",
    "write_assigned_fulfillment_orders",
    "read_merchant_managed_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
    "read_third_party_fulfillment_orders",
    "read_shopify_payments_accounts",
    "read_shopify_payments_payouts",
)
"""What the app asks the merchant for."""

_OK = 200
_SERVER_FAILED = 500
Ctx = Context[ShopifySettings]


def token(ctx: Ctx, refused: str | None = None) -> str:
    """The token in force. `refused`: the one that Shopify has just not taken. Raises AuthExpired."""
    fixed = ctx.settings.access_token
    if fixed is None:
        return ctx.tokens.get(NAME, lambda last: _renewed(ctx, last), refused=refused).access
    if refused is not None:
        raise AuthExpired("Shopify does not take the access token. Put a new one into the settings.")
    return fixed.get_secret_value()


def authorize_url(settings: ShopifySettings, *, redirect: str, state: str) -> str:
    """The page on which the merchant grants what the app asks for."""
    asked = {
        "client_id": settings.client_id or "",
        "scope": ",".join(SCOPES),
        "redirect_uri": redirect,
        "state": state,
    }
    return f"{settings.base}/admin/oauth/authorize?{urlencode(asked)}"


def exchange(ctx: Ctx, callback: WebhookRequest) -> dict[str, Token]:
    """The token for what the consent page sent back. Raises Untrusted where it was not Shopify that did."""
    said = dict(parse_qsl(callback.query, keep_blank_values=True))
    given = said.pop("hmac", "")
    message = "&".join(f"{name}={value}" for name, value in sorted(said.items()))
    secret = ctx.settings.client_secret
    if secret is None:
        raise Rejected("NO_APP", "Consent needs `client_id` and `client_secret` in the settings.")
    right = hmac.new(secret.get_secret_value().encode(), message.encode(), hashlib.sha256).hexdigest()
    if not same(right, given) or said.get("shop") != ctx.settings.shop:
        raise Untrusted("What came back from the consent page was not signed by Shopify for this store.", status=400)
    if "code" not in said:
        raise Rejected("NO_CODE", "The merchant did not consent.")
    return {NAME: _asked(ctx, {"code": said["code"], "expiring": "1"}, "Ask the merchant for consent once more.")}


def _renewed(ctx: Ctx, last: Token | None) -> Token:
    """By the refresh token that came with the last one, else for the app's own organisation."""
    if last is not None and last.refresh is not None:
        grant = {"grant_type": "refresh_token", "refresh_token": last.refresh}
    else:
        grant = {"grant_type": "client_credentials"}
    return _asked(ctx, grant, "Install the app in the store, or have the merchant consent anew.")


def _asked(ctx: Ctx, grant: dict[str, str], mend: str) -> Token:
    settings = ctx.settings
    secret = settings.client_secret.get_secret_value() if settings.client_secret is not None else ""
    answer = ctx.http.request(
        "POST",
        f"{settings.base}/admin/oauth/access_token",
        json={"client_id": settings.client_id, "client_secret": secret, **grant},
        headers={"accept": "application/json"},
        reads=True,
    )
    if answer.status_code >= _SERVER_FAILED:
        raise Retryable(f"Shopify could not give a token ({answer.status_code}).")
    if answer.status_code != _OK:
        raise AuthExpired(f"Shopify gives no token ({answer.status_code}). {mend}")
    try:
        return _token(ctx, answer.json())
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadData(
            "What Shopify gave instead of a token makes no sense.", where="/admin/oauth/access_token"
        ) from None


def _token(ctx: Ctx, said: Any) -> Token:
    seconds = said.get("expires_in")
    return Token(
        access=str(said["access_token"]),
        expires_at=ctx.now() + timedelta(seconds=int(seconds)) if seconds is not None else None,
        refresh=said.get("refresh_token"),
        extra={"scope": str(said.get("scope", ""))},
    )
