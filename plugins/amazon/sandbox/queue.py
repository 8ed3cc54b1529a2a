"""The queue beside the sandbox: what Amazon tells, and the protocol by which it is taken."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from crossdock import same_signature
from plugins.amazon.sandbox.store import Message, Said, Store
from plugins.amazon.settings import AmazonSettings
from plugins.amazon.sqs import canonical, sign

_SIGNATURE = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\S+), SignedHeaders=\S+, Signature=([0-9a-f]{64})")

_SKEW = timedelta(minutes=15)
_STATUSES = {"CANCELLED": "Canceled", "PARTIALLY_SHIPPED": "PartiallyShipped"}


def tell(store: Store, order: Said, kind: str) -> None:
    """A change of an order, to the queue, where the account subscribed to it."""
    if "ORDER_CHANGE" not in store.subscriptions:
        return
    status = order["fulfillment"]["fulfillmentStatus"]
    items = [
        {
            "OrderItemId": item["orderItemId"],
            "SellerSKU": item["product"]["sellerSku"],
            "SupplySourceId": "00000000-0000-0000-0000-000000000000",
            "Quantity": item["quantityOrdered"],
            "QuantityShipped": item["fulfillment"]["quantityFulfilled"],
            "IsBuyerRequestedCancel": "cancellationRequest" in item.get("cancellation", {}),
        }
        for item in order["orderItems"]
    ]
    told = {
        "NotificationLevel": "OrderLevel",
        "SellerId": store.seller_id,
        "AmazonOrderId": order["orderId"],
        "OrderChangeType": kind,
        "OrderChangeTrigger": {"TimeOfOrderChange": order["lastUpdatedTime"], "ChangeReason": kind},
        "Summary": {
            "MarketplaceId": store.marketplace,
            "OrderStatus": _STATUSES.get(status, status.title()),
            "PurchaseDate": order["createdTime"],
            "FulfillmentType": "AFN" if order["fulfillment"]["fulfilledBy"] == "AMAZON" else "MFN",
            "OrderType": "StandardOrder",
            "DestinationPostalCode": order["recipient"]["deliveryAddress"]["postalCode"],
            "NumberOfItemsShipped": sum(item["fulfillment"]["quantityFulfilled"] for item in order["orderItems"]),
            "NumberOfItemsUnshipped": sum(item["fulfillment"]["quantityUnfulfilled"] for item in order["orderItems"]),
            "OrderItems": items,
        },
    }
    put(store, "ORDER_CHANGE", {"OrderChangeNotification": told})


def put(store: Store, kind: str, payload: Said) -> None:
    """Any message, as Amazon wraps it."""
    body = {
        "NotificationVersion": "1.0",
        "NotificationType": kind,
        "PayloadVersion": "1.0",
        "EventTime": store.instant(),
        "Payload": payload,
        "NotificationMetadata": {
            "ApplicationId": "sandbox",
            "SubscriptionId": store.subscriptions.get(kind, {}).get("subscriptionId", "none"),
            "PublishTime": store.instant(),
            "NotificationId": store.name("notification"),
        },
    }
    store.queue.append(Message(store.name("message"), json.dumps(body), store.now()))


def serve(
    store: Store, settings: AmazonSettings, path: str, headers: Mapping[str, str], content: bytes
) -> tuple[int, Said]:
    """One action, if its signature is right."""
    if not _is_signed(settings, path, headers, content):
        return 403, {"__type": "com.amazon.coral.service#SignatureDoesNotMatch", "message": "The signature is wrong."}
    stamp = datetime.strptime(headers.get("x-amz-date", ""), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if abs(store.now() - stamp) > _SKEW:
        said = f"Signature expired: {stamp.isoformat()} is too far from {store.instant()}"
        return 403, {"__type": "com.amazon.coral.service#InvalidSignatureException", "message": said}
    body = json.loads(content)
    action = headers.get("x-amz-target", "").removeprefix("AmazonSQS.")
    if body.get("QueueUrl") != settings.queue_url or action not in _ACTIONS:
        return 400, {"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "There is no such queue or action."}
    return 200, _ACTIONS[action](store, body)


def _receive(store: Store, body: Any) -> Said:
    most = min(10, int(body.get("MaxNumberOfMessages", 1)))
    taken = [message for message in store.queue if message.visible <= store.now()][:most]
    for message in taken:
        message.visible = store.now() + timedelta(seconds=int(body.get("VisibilityTimeout", 30)))
        message.receipt = store.name("receipt")
    messages = [{"MessageId": each.message_id, "ReceiptHandle": each.receipt, "Body": each.body} for each in taken]
    return {"Messages": messages} if messages else {}


def _delete(store: Store, body: Any) -> Said:
    receipts = {entry["ReceiptHandle"] for entry in body["Entries"]}
    store.queue = [message for message in store.queue if message.receipt not in receipts]
    return {"Successful": [{"Id": entry["Id"]} for entry in body["Entries"]], "Failed": []}


def _attributes(store: Store, body: Any) -> Said:
    return {"Attributes": {"ApproximateNumberOfMessages": str(len(store.queue))}}


_ACTIONS: dict[str, Callable[[Store, Any], Said]] = {
    "ReceiveMessage": _receive,
    "DeleteMessageBatch": _delete,
    "GetQueueAttributes": _attributes,
}


def _is_signed(settings: AmazonSettings, path: str, headers: Mapping[str, str], content: bytes) -> bool:
    match = _SIGNATURE.fullmatch(headers.get("authorization", ""))
    if match is None or settings.queue_secret is None or match[1] != settings.queue_key_id:
        return False
    stamp, target = headers.get("x-amz-date", ""), headers.get("x-amz-target", "")
    request = canonical(headers.get("host", ""), path, stamp, target, content)
    return same_signature(sign(settings.queue_secret.get_secret_value(), match[2], stamp, request), match[3])
