"""Consent and tokens: an authorization code, what renews it, and the application's own token."""

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

from crossdock import (
    AuthExpired,
    BadData,
    Context,
    RateLimited,
    Rejected,
    Response,
    Retryable,
    Token,
    Untrusted,
    WebhookRequest,
)
from plugins.ebay.settings import EbaySettings

Ctx = Context[EbaySettings]

_BASE = "https://api.ebay.com/oauth/api_scope"
SCOPES = (
    _BASE,
    f"{_BASE}/sell.fulfillment",
    f"{_BASE}/sell.inventory",
    f"{_BASE}/sell.finances",
    f"{_BASE}/commerce.notification.subscription",
)
"""What the seller is asked to grant. Names, not addresses: they are the same in eBay's own sandbox."""

ACCESS = "access"
"""The name of the seller's token; `APPLICATION` is that of the application's own."""
APPLICATION = "application"

_REASONS = {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "invalid_scope"}
_GIVE_CONSENT = "Give consent again: open the integration's install page and sign in as the seller."


def authorize_url(settings: EbaySettings, state: str) -> str:
    """The page that asks the seller for consent. Raises Rejected where the RuName is not set."""
    wanted = {
        "client_id": settings.client_id,
        "redirect_uri": _ru_name(settings),
        "response_type": "code",
        "scope": " ".join(SCOPES),
        "state": state,
    }
    return f"{settings.hosts['auth']}/oauth2/authorize?{urlencode(wanted)}"


def exchange(ctx: Ctx, callback: WebhookRequest) -> Mapping[str, Token]:
    """The seller's token for the code that came back. Raises Rejected where consent was declined."""
    said = parse_qs(callback.query)
    if problem := said.get("error"):
        raise Rejected(problem[0], f"The seller did not give consent ({problem[0]}).")
    code = said.get("code", [""])[0]
    if not code:
        raise Untrusted("The way back from eBay brought no code.", status=400)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": _ru_name(ctx.settings)}
    return {ACCESS: _token(ctx, form, None)}


def renewed(ctx: Ctx, last: Token | None) -> Token:
    """The seller's next token. A refresh token lives for 18 months and is not replaced. Raises AuthExpired."""
    given = ctx.settings.refresh_token
    refresh = given.get_secret_value() if given is not None else last.refresh if last is not None else None
    if refresh is None:
        raise AuthExpired(f"There is no refresh token. {_GIVE_CONSENT}")
    return _token(ctx, {"grant_type": "refresh_token", "refresh_token": refresh, "scope": " ".join(SCOPES)}, refresh)


def of_application(ctx: Ctx, _last: Token | None) -> Token:
    """The application's own next token."""
    return _token(ctx, {"grant_type": "client_credentials", "scope": _BASE}, None)


def _token(ctx: Ctx, form: Mapping[str, str], refresh: str | None) -> Token:
    secret = ctx.settings.client_secret.get_secret_value()
    basic = base64.b64encode(f"{ctx.settings.client_id}:{secret}".encode()).decode()
    answer = ctx.http.request(
        "POST",
        f"{ctx.settings.hosts['api']}/identity/v1/oauth2/token",
        headers={"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"},
        content=urlencode(form).encode(),
        group="identity",
        reads=True,
    )
    if answer.status_code == 429:  # noqa: PLR2004  # too many requests
        raise RateLimited("eBay asks for patience.", until=ctx.now() + patience(answer), group="identity")
    if answer.status_code >= 500:  # noqa: PLR2004  # a fault of the other side
        raise Retryable(f"eBay gave no token: it failed with {answer.status_code}.")
    said = _object(answer.content)
    if answer.status_code != 200:  # noqa: PLR2004  # OK
        # Only words that OAuth knows: whatever else stands there may repeat what was sent.
        reason = said.get("error") if said.get("error") in _REASONS else answer.status_code
        raise AuthExpired(f"eBay gave no token ({reason}). Check client_id and client_secret. {_GIVE_CONSENT}")
    access, life = said.get("access_token"), said.get("expires_in")
    if not isinstance(access, str) or not isinstance(life, int):
        raise BadData("eBay's answer holds no token.", where="/identity/v1/oauth2/token")
    return Token(
        access=access, expires_at=ctx.now() + timedelta(seconds=life), refresh=said.get("refresh_token") or refresh
    )


def patience(answer: Response) -> timedelta:
    """For how long eBay asks us to wait; a minute where it does not say."""
    said = answer.headers.get("retry-after", "")
    return timedelta(seconds=int(said)) if said.isdecimal() else timedelta(minutes=1)


def _object(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _ru_name(settings: EbaySettings) -> str:
    if settings.ru_name is None:
        raise Rejected("ru_name", "Set ru_name, eBay's name of the page that consent comes back to.", "ru_name")
    return settings.ru_name
