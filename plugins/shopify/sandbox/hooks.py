"""Webhooks of the played store, signed as Shopify signs them."""

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from plugins.shopify.documents import VERSION
from plugins.shopify.sandbox.records import stamp

if TYPE_CHECKING:
    from plugins.shopify.sandbox.store import Store

_NAMES = UUID("5c2b2b52-8d0e-4c55-9c3e-4f2f3a0f6a51")


def signed(store: "Store", topic: str, body: bytes, event: str) -> dict[str, str]:
    """The headers of a webhook. A store without a secret signs with an empty one, which nobody takes."""
    secret = (store.settings.signing_secrets or [""])[0]
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "x-shopify-topic": topic,
        "x-shopify-hmac-sha256": base64.b64encode(digest).decode(),
        "x-shopify-shop-domain": store.settings.shop,
        "x-shopify-api-version": VERSION,
        "x-shopify-webhook-id": str(uuid5(_NAMES, event)),
        "x-shopify-triggered-at": stamp(store.stage.now()),
    }


def send(store: "Store", topic: str, said: dict[str, Any]) -> None:
    """Tell whoever subscribed; until anybody has, the hub where it is known to listen.

    Nobody waits for the answer: what is lost is found by a poll.
    """
    wanted = topic.upper().replace("/", "_")
    places = [each["uri"] for each in store.subscriptions.values() if each["topic"] == wanted]
    if not store.subscriptions and store.stage.webhooks is not None:
        places = [store.stage.webhooks]
    for place in places:
        body = json.dumps(said).encode()
        store.stage.send("POST", place, signed(store, topic, body, store.new("Webhook")), body)
