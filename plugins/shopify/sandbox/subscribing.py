"""Webhook subscriptions, made over the API."""

from plugins.shopify.sandbox.once import no
from plugins.shopify.sandbox.records import Record
from plugins.shopify.sandbox.store import Info


def webhook_subscription_create(
    _root: object,
    info: Info,
    topic: str,
    webhookSubscription: Record,
) -> Record:
    store = info.context
    made = {"id": store.new("WebhookSubscription"), "topic": topic, "format": "JSON", **webhookSubscription}
    if any((each["topic"], each["uri"]) == (topic, made["uri"]) for each in store.subscriptions.values()):
        return no("webhookSubscription", "Address for this topic has already been taken", ["webhookSubscription"])
    store.subscriptions[made["id"]] = made
    return {"webhookSubscription": made, "userErrors": []}


def webhook_subscription_update(
    _root: object,
    info: Info,
    id: str,
    webhookSubscription: Record,
) -> Record:
    known = info.context.subscriptions.get(id)
    if known is None:
        return no("webhookSubscription", "Webhook subscription does not exist", ["id"])
    known.update(webhookSubscription)
    return {"webhookSubscription": known, "userErrors": []}


def webhook_subscription_delete(_root: object, info: Info, id: str) -> Record:
    known = info.context.subscriptions.pop(id, None)
    if known is None:
        return no("deletedWebhookSubscriptionId", "Webhook subscription does not exist", ["id"])
    return {"deletedWebhookSubscriptionId": id, "userErrors": []}
