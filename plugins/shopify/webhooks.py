"""Webhooks: signed over the raw body, told at least once, in any order. What they say is read afresh from the API."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crossdock import About, BadData, Subscription, Untrusted, WebhookEvent, WebhookRequest
from crossdock import same_signature as same
from plugins.shopify.access import Ctx
from plugins.shopify.client import ask, pages, refuse
from plugins.shopify.documents import shop
from plugins.shopify.settings import ShopifySettings

# The field of the body that names the order. Bodies have the shapes of the REST API, and no order is whole in one.
_ORDERS = {
    "orders/create": "id",
    "orders/updated": "id",
    "orders/cancelled": "id",
    "orders/edited": "order_id",
    "refunds/create": "order_id",
    "fulfillments/create": "order_id",
    "fulfillments/update": "order_id",
}
_OTHERS = {
    "returns/request": About.RETURN,
    "returns/approve": About.RETURN,
    "returns/decline": About.RETURN,
    "returns/cancel": About.RETURN,
    "returns/close": About.RETURN,
    "returns/reopen": About.RETURN,
    "products/create": About.LISTING,
    "products/delete": About.LISTING,
    "app/uninstalled": About.REVOKED,
}
TOPICS = tuple(topic.upper().replace("/", "_") for topic in (*_ORDERS, *_OTHERS))
"""What is subscribed to. products/update is not: every change of stock, our own too, sends one."""


def parse_webhook(settings: ShopifySettings, request: WebhookRequest) -> list[WebhookEvent]:
    """Verify, then read. Pure. Raises Untrusted and BadData."""
    _verify(settings, request)
    headers = request.headers
    topic, store = headers.get("x-shopify-topic", ""), headers.get("x-shopify-shop-domain")
    about = About.ORDER if topic in _ORDERS else _OTHERS.get(topic, About.OTHER)
    said = _body(request)
    return [
        WebhookEvent(
            topic=topic,
            event_id=headers.get("x-shopify-webhook-id") or hashlib.sha256(request.body).hexdigest(),
            about=about,
            external_id=_order_of(topic, said, request) if about is About.ORDER else None,
            payload=request.body.decode(errors="replace") if about is About.OTHER else "",
            occurred_at=_moment(headers.get("x-shopify-triggered-at")),
            store=store,
        )
    ]


def subscribe(ctx: Ctx) -> list[Subscription]:
    """Have every topic sent to `ctx.address`: what is missing is made, what goes elsewhere is moved."""
    known = {each["topic"]: each for each in _known(ctx)}
    return [_subscribed(ctx, topic, known.get(topic)) for topic in TOPICS]


def unsubscribe(ctx: Ctx) -> None:
    """Delete what goes to `ctx.address`."""
    for each in _known(ctx):
        if each["uri"] == ctx.address:
            refuse(ask(ctx, shop.UNSUBSCRIBE, id=each["id"])["webhookSubscriptionDelete"]["userErrors"])


def _verify(settings: ShopifySettings, request: WebhookRequest) -> None:
    """Whether Shopify signed exactly these bytes. Each secret is tried, whichever of them is right."""
    secrets = settings.signing_secrets
    if not secrets:
        raise Untrusted("No secret is set that webhooks could be verified with. Set `webhook_secret`.")
    given = request.headers.get("x-shopify-hmac-sha256", "")
    right = [same(_signature(secret, request.body), given) for secret in secrets]
    if not any(right):
        raise Untrusted("The webhook was not signed with this app's secret.")


def _signature(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def _body(request: WebhookRequest) -> Mapping[str, Any]:
    try:
        said = json.loads(request.body)
    except ValueError:
        raise BadData("The webhook's body is no JSON.", request.body) from None
    if not isinstance(said, dict):
        raise BadData("The webhook's body is no JSON object.", request.body)
    return said


def _order_of(topic: str, said: Mapping[str, Any], request: WebhookRequest) -> str:
    inner = said.get("order_edit", said) if topic == "orders/edited" else said
    number = inner.get(_ORDERS[topic]) if isinstance(inner, dict) else None
    if not isinstance(number, int) or isinstance(number, bool) or number <= 0:
        raise BadData(f"A webhook about {topic} names no order.", request.body, where=f"$.{_ORDERS[topic]}")
    return f"gid://shopify/Order/{number}"


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _known(ctx: Ctx) -> list[dict[str, Any]]:
    return list(pages(ctx, shop.SUBSCRIPTIONS, lambda data: data["webhookSubscriptions"]))


def _subscribed(ctx: Ctx, topic: str, known: Mapping[str, Any] | None) -> Subscription:
    if known is not None and (known["uri"], known["format"]) == (ctx.address, "JSON"):
        return Subscription(topic=topic, external_id=known["id"])
    wanted = {"uri": ctx.address, "format": "JSON"}
    if known is not None:
        said = ask(ctx, shop.MOVE_SUBSCRIPTION, id=known["id"], subscription=wanted)["webhookSubscriptionUpdate"]
    else:
        said = ask(ctx, shop.SUBSCRIBE, topic=topic, subscription=wanted)["webhookSubscriptionCreate"]
    made, errors = said["webhookSubscription"], said["userErrors"]
    if errors or made is None:
        message = "; ".join(each["message"] for each in errors) or "Shopify did not say why."
        return Subscription(topic=topic, external_id="", active=False, message=message)
    return Subscription(topic=topic, external_id=made["id"])
