"""Webhooks: verified over the raw body, read, subscribed to."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from crossdock import About, BadData, SecretStr, Untrusted, WebhookRequest
from crossdock.testing import no_network
from plugins.shopify.channel import ShopifyChannel
from plugins.shopify.sandbox.store import Bought, Store
from plugins.shopify.settings import ShopifySettings
from plugins.shopify.webhooks import TOPICS
from tests.plugins.shopify.conftest import ADDRESS, HUSH, Clock
from tests.plugins.shopify.published import FOLDER, needed

Make = Callable[..., Any]
Told = list[tuple[str, Mapping[str, str], bytes]]


def request(now: Clock, topic: str, body: bytes, *, secret: str = HUSH, **headers: str) -> WebhookRequest:
    signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    said = {
        "x-shopify-topic": topic,
        "x-shopify-hmac-sha256": signature,
        "x-shopify-webhook-id": "e1",
        "x-shopify-shop-domain": "acme.myshopify.com",
        "x-shopify-triggered-at": "2026-11-20T08:59:59.123456789Z",
    }
    return WebhookRequest(
        method="POST",
        path="/webhooks/main-store",
        query="",
        headers=said | {name.replace("_", "-"): value for name, value in headers.items()},
        body=body,
        received_at=now(),
    )


@pytest.mark.parametrize(
    ("topic", "said", "about", "order"),
    [
        ("orders/create", {"id": 7}, About.ORDER, "gid://shopify/Order/7"),
        ("orders/edited", {"order_edit": {"order_id": 7}}, About.ORDER, "gid://shopify/Order/7"),
        ("refunds/create", {"id": 1, "order_id": 7}, About.ORDER, "gid://shopify/Order/7"),
        ("returns/request", {"id": 1}, About.RETURN, None),
        ("products/create", {"id": 1}, About.LISTING, None),
        ("app/uninstalled", {"id": 1}, About.REVOKED, None),
        ("customers/redact", {"shop_id": 1}, About.OTHER, None),
    ],
)
def test_a_signed_webhook_says_what_it_is_about(
    channel: ShopifyChannel,
    settings: ShopifySettings,
    now: Clock,
    topic: str,
    said: dict[str, Any],
    about: About,
    order: str | None,
) -> None:
    with no_network():
        (event,) = channel.parse_webhook(settings, request(now, topic, json.dumps(said).encode()))

    assert (event.about, event.external_id, event.event_id) == (about, order, "e1")
    assert event.store == "acme.myshopify.com"
    assert event.occurred_at is not None


@pytest.mark.parametrize("signature", ["", "AAAA", "ü", "=" * 10_000])
def test_a_wrong_signature_is_untrusted(
    channel: ShopifyChannel, settings: ShopifySettings, now: Clock, signature: str
) -> None:
    with pytest.raises(Untrusted) as error:
        channel.parse_webhook(settings, request(now, "orders/create", b'{"id": 7}', x_shopify_hmac_sha256=signature))
    assert error.value.status == 401


def test_a_body_of_which_one_byte_was_changed_is_untrusted(
    channel: ShopifyChannel, settings: ShopifySettings, now: Clock
) -> None:
    honest = request(now, "orders/create", b'{"id": 7}')

    with pytest.raises(Untrusted):
        channel.parse_webhook(settings, replace(honest, body=b'{"id": 8}'))


def test_after_a_change_of_the_secret_both_are_taken(
    channel: ShopifyChannel, settings: ShopifySettings, now: Clock
) -> None:
    changed = settings.model_copy(
        update={"webhook_secret": SecretStr("new"), "former_webhook_secret": SecretStr("hush")}
    )

    for secret in ("new", "hush"):
        assert channel.parse_webhook(changed, request(now, "orders/create", b'{"id": 7}', secret=secret))


def test_without_a_secret_nothing_is_trusted(channel: ShopifyChannel, settings: ShopifySettings, now: Clock) -> None:
    without = settings.model_copy(update={"webhook_secret": None})

    with pytest.raises(Untrusted, match="Set `webhook_secret`"):
        channel.parse_webhook(without, request(now, "orders/create", b'{"id": 7}', secret=""))


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"id": "7"}', b'{"id": true}', b'{"id": -1}', b"\xff"]
)
def test_a_body_that_is_not_what_its_topic_says_is_bad_data(
    channel: ShopifyChannel, settings: ShopifySettings, now: Clock, body: bytes
) -> None:
    with pytest.raises(BadData):
        channel.parse_webhook(settings, request(now, "orders/create", body))


@needed
@pytest.mark.parametrize(("topic", "file"), [("orders/create", "order"), ("refunds/create", "refund")])
def test_shopify_s_own_examples_are_read(
    channel: ShopifyChannel, settings: ShopifySettings, now: Clock, topic: str, file: str
) -> None:
    (said,) = json.loads((FOLDER / "rest-fixtures" / f"{file}.json").read_text()).values()

    (event,) = channel.parse_webhook(settings, request(now, topic, json.dumps(said).encode()))

    assert event.external_id == "gid://shopify/Order/450789469"


def test_every_topic_is_subscribed_to_once_and_what_goes_elsewhere_is_moved(
    channel: ShopifyChannel, ctx: Make, store: Store
) -> None:
    first = channel.subscribe(ctx(address="https://old.example.com/hook"))
    moved = channel.subscribe(ctx())
    again = channel.subscribe(ctx())

    assert [each.topic for each in first] == list(TOPICS)
    assert all(each.active for each in (*first, *moved, *again))
    assert {each.external_id for each in moved} == {each.external_id for each in again} == set(store.subscriptions)
    assert {each["uri"] for each in store.subscriptions.values()} == {ADDRESS}
    assert store.asked.count("Subscribe") == store.asked.count("MoveSubscription") == len(TOPICS)

    channel.unsubscribe(ctx())
    assert store.subscriptions == {}


def test_what_the_store_sends_is_taken(
    channel: ShopifyChannel, ctx: Make, settings: ShopifySettings, store: Store, told: Told, now: Clock
) -> None:
    channel.subscribe(ctx())
    order = store.place_order(Bought(sku="TEA"))
    store.cancel_order(order)

    heard = [
        event
        for url, headers, body in told
        for event in channel.parse_webhook(settings, replace(request(now, "", body), headers=headers))
        if url == ADDRESS
    ]

    assert [(event.topic, event.external_id) for event in heard] == [
        ("orders/create", order["id"]),
        ("orders/cancelled", order["id"]),
    ]
    assert len({event.event_id for event in heard}) == 2
