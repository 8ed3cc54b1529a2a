"""What Amazon tells by itself: it is sent to a queue, which is emptied here."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from crossdock import About, Notifications, Rejected, Subscription, WebhookEvent
from plugins.amazon import sqs
from plugins.amazon.client import Ctx, ask, held, listed, text_of
from plugins.amazon.operations import (
    CREATE_DESTINATION,
    CREATE_SUBSCRIPTION,
    DELETE_SUBSCRIPTION,
    GET_DESTINATIONS,
    GET_SUBSCRIPTION,
)

_AT_ONCE = 10
_ROUNDS = 10
_HIDDEN_SECONDS = 120
"""So long nobody else is given a message that was taken; then it comes again, unless it was forgotten."""
_VERSION = "1.0"

TOPICS: dict[str, About] = {
    "ORDER_CHANGE": About.ORDER,
    "LISTINGS_ITEM_STATUS_CHANGE": About.LISTING,
    "TRANSACTION_UPDATE": About.SETTLEMENT,
}


def take(ctx: Ctx) -> Notifications:
    """At most a hundred messages; none where there is no queue, and the polls bring what changed."""
    if ctx.settings.queue_url is None:
        return Notifications()
    events, receipts, more = list[WebhookEvent](), list[str](), True
    for _ in range(_ROUNDS):
        body = {"MaxNumberOfMessages": _AT_ONCE, "VisibilityTimeout": _HIDDEN_SECONDS, "WaitTimeSeconds": 0}
        messages = listed(sqs.call(ctx, "ReceiveMessage", body), "Messages")
        events += [event_of(str(each.get("Body", "")), str(each.get("MessageId", ""))) for each in messages]
        receipts += [text_of(each, "ReceiptHandle") for each in messages]
        more = len(messages) == _AT_ONCE
        if not more:
            break
    return Notifications(events=tuple(events), receipts=tuple(receipts), more=more)


def forget(ctx: Ctx, receipts: Sequence[str]) -> None:
    for start in range(0, len(receipts), _AT_ONCE):
        some = receipts[start : start + _AT_ONCE]
        entries = [{"Id": str(place), "ReceiptHandle": receipt} for place, receipt in enumerate(some)]
        sqs.call(ctx, "DeleteMessageBatch", {"Entries": entries})


def event_of(body: str, message_id: str) -> WebhookEvent:
    """Pure: one message. An order is fetched afresh, for the message holds only a part of it."""
    try:
        said = json.loads(body)
        topic, payload = str(said["NotificationType"]), said["Payload"]
        event_id = str(said["NotificationMetadata"]["NotificationId"])
        at = datetime.fromisoformat(said["EventTime"])
    except (ValueError, KeyError, TypeError):
        name = message_id or hashlib.sha256(body.encode()).hexdigest()
        return WebhookEvent(topic="UNREADABLE", event_id=name, about=About.OTHER, payload=body)
    about = TOPICS.get(topic, About.OTHER)
    order, seller = _find(payload, ("AmazonOrderId",)), _find(payload, ("SellerId", "sellerId"))
    if about is About.OTHER or (about is About.ORDER and order is None):
        return WebhookEvent(topic=topic, event_id=event_id, about=About.OTHER, payload=body, store=seller)
    return WebhookEvent(
        topic=topic,
        event_id=event_id,
        about=about,
        external_id=order,
        occurred_at=at if at.tzinfo is not None else None,
        store=seller,
    )


def _find(payload: Any, names: Iterable[str]) -> str | None:
    """A text by one of its names, in the payload or in what it wraps."""
    if not isinstance(payload, dict):
        return None
    for part in (payload, *(each for each in payload.values() if isinstance(each, dict))):
        for name in names:
            if isinstance(part.get(name), str) and part[name]:
                return str(part[name])
    return None


def subscribe(ctx: Ctx) -> Sequence[Subscription]:
    """Every topic to our queue; none without queue_arn. One that the application may not hear is told as inactive."""
    arn = ctx.settings.queue_arn
    if arn is None:
        return ()
    destination = _destination(ctx, arn)
    return [_subscribed(ctx, topic, destination) for topic in TOPICS]


def unsubscribe(ctx: Ctx) -> None:
    if ctx.settings.queue_arn is None:
        return
    for topic in TOPICS:
        known = _subscription(ctx, topic)
        if known is not None:
            path = {"notificationType": topic, "subscriptionId": text_of(known, "subscriptionId")}
            ask(ctx, DELETE_SUBSCRIPTION, path=path, grantless=True)


def _destination(ctx: Ctx, arn: str) -> str:
    for each in listed(ask(ctx, GET_DESTINATIONS, grantless=True), "payload"):
        if held(each, "resource", "sqs").get("arn") == arn:
            return text_of(each, "destinationId")
    body = {"name": f"crossdock-{ctx.integration}", "resourceSpecification": {"sqs": {"arn": arn}}}
    made = ask(ctx, CREATE_DESTINATION, body=body, grantless=True)
    return text_of(held(made, "payload"), "destinationId")


def _subscribed(ctx: Ctx, topic: str, destination: str) -> Subscription:
    try:
        known = _subscription(ctx, topic)
        if known is not None and known.get("destinationId") != destination:
            path = {"notificationType": topic, "subscriptionId": text_of(known, "subscriptionId")}
            ask(ctx, DELETE_SUBSCRIPTION, path=path, grantless=True)
            known = None
        if known is None:
            known = _made(ctx, topic, destination)
        return Subscription(topic=topic, external_id=text_of(known, "subscriptionId"))
    except Rejected as error:
        return Subscription(topic=topic, external_id="", active=False, message=error.message)


def _made(ctx: Ctx, topic: str, destination: str) -> dict[str, Any]:
    body = {"payloadVersion": _VERSION, "destinationId": destination}
    try:
        return held(ask(ctx, CREATE_SUBSCRIPTION, path={"notificationType": topic}, body=body), "payload")
    except Rejected as error:
        known = _subscription(ctx, topic) if error.code in {"Conflict", "409"} else None
        if known is None or known.get("destinationId") != destination:
            raise
        return known  # another process of ours was quicker


def _subscription(ctx: Ctx, topic: str) -> dict[str, Any] | None:
    try:
        said = ask(ctx, GET_SUBSCRIPTION, path={"notificationType": topic}, params={"payloadVersion": _VERSION})
    except Rejected as error:
        if error.code in {"NotFound", "404"}:
            return None
        raise
    return held(said, "payload") or None
