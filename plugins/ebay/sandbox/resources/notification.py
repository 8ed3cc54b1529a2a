"""Commerce Notification: destinations, subscriptions, topics and public keys."""

from typing import Any
from urllib.parse import urlsplit

from plugins.ebay.sandbox.calls import Answer, Call, Refusal, needed
from plugins.ebay.sandbox.resources import Routes
from plugins.ebay.sandbox.store import Store
from plugins.ebay.wire import Said, spoken

_ROOT = "/commerce/notification/v1"
_TOPICS = {
    "ORDER_CONFIRMATION": "USER",
    "ITEM_MARKED_SHIPPED": "USER",
    "AUTHORIZATION_REVOCATION": "APPLICATION",
    "MARKETPLACE_ACCOUNT_DELETION": "APPLICATION",
}
"""Whose each topic is: a subscription is made, changed and listed in that name alone."""


def _key(store: Store, call: Call) -> Answer:
    if call.path[0] != store.signer.key_id:
        raise Refusal(404, 195013, "There is no such public key.")
    return Answer(store.signer.published())


def _topic(store: Store, call: Call) -> Answer:
    if call.path[0] not in _TOPICS:
        raise Refusal(404, 195002, "Invalid topic id.")
    payload = {"schemaVersion": "1.0", "format": ["JSON"], "deliveryProtocol": "HTTPS", "deprecated": False}
    scope = _TOPICS[call.path[0]]
    said = {"topicId": call.path[0], "status": "ENABLED", "scope": scope, "supportedPayloads": [payload]}
    return Answer(said)


def _destinations(store: Store, call: Call) -> Answer:
    return _page(list(store.destinations.values()), "destinations", call)


def _subscriptions(store: Store, call: Call) -> Answer:
    return _page([each for each in store.subscriptions.values() if _may(each, call)], "subscriptions", call)


def _may(subscription: Said, call: Call) -> bool:
    return call.application == (_TOPICS[subscription["topicId"]] == "APPLICATION")


def _page(found: list[dict[str, Any]], name: str, call: Call) -> Answer:
    limit = call.number("limit", 20, least=10, most=100)
    start = call.number("continuation_token", 0, least=0)
    said: dict[str, Any] = {name: found[start : start + limit], "total": len(found), "limit": limit}
    if start + limit < len(found):
        said["next"] = f"{_ROOT}/{name[:-1]}?limit={limit}&continuation_token={start + limit}"
    return Answer(said)


def _configure(store: Store, call: Call, name: str) -> None:
    said = call.said
    needed(said, "name", "status", "deliveryConfig")
    config = said["deliveryConfig"]
    needed(config, "endpoint", "verificationToken")
    place = urlsplit(config["endpoint"])
    if place.scheme != "https" and place.hostname not in {"127.0.0.1", "localhost"}:
        raise Refusal(400, 195017, "The endpoint has to begin with https://.")
    if store.stage.send("GET", f"{config['endpoint']}?challenge_code=c-{store.number()}", {}, b"") != 200:  # noqa: PLR2004  # OK
        raise Refusal(409, 195020, "The endpoint did not solve the challenge.")
    kept = {"endpoint": config["endpoint"]}
    store.destinations[name] = {
        "destinationId": name, "name": said["name"], "status": said["status"], "deliveryConfig": kept,
    }  # fmt: skip


def _create_destination(store: Store, call: Call) -> Answer:
    needed(call.said, "deliveryConfig")
    wanted = {"endpoint": call.said["deliveryConfig"].get("endpoint")}
    if any(each["deliveryConfig"] == wanted for each in store.destinations.values()):
        raise Refusal(409, 195021, "There is a destination with this endpoint.")
    name = f"d-{store.number()}"
    _configure(store, call, name)
    return Answer(None, 201, {"location": f"{store.stage.url}{_ROOT}/destination/{name}"})


def _update_destination(store: Store, call: Call) -> Answer:
    if call.path[0] not in store.destinations:
        raise Refusal(404, 195003, "There is no such destination.")
    _configure(store, call, call.path[0])
    return Answer(status=204)


def _create_subscription(store: Store, call: Call) -> Answer:
    said = call.said
    needed(said, "topicId", "destinationId", "status", "payload")
    needed(said["payload"], "format", "schemaVersion", "deliveryProtocol")
    if said["topicId"] not in _TOPICS or said["destinationId"] not in store.destinations:
        raise Refusal(400, 195004, "Invalid topic or destination id.")
    if not _may(said, call):
        raise Refusal(403, 195011, "The topic wants another kind of token.")
    if any(each["topicId"] == said["topicId"] for each in store.subscriptions.values()):
        raise Refusal(409, 195012, "There is a subscription to this topic.")
    name = f"s-{store.number()}"
    store.subscriptions[name] = {"subscriptionId": name, "creationDate": spoken(store.stage.now()), **said}
    return Answer(None, 201, {"location": f"{store.stage.url}{_ROOT}/subscription/{name}"})


def _known(store: Store, call: Call) -> dict[str, Any]:
    if call.path[0] not in store.subscriptions or not _may(store.subscriptions[call.path[0]], call):
        raise Refusal(404, 195006, "There is no such subscription.")
    return store.subscriptions[call.path[0]]


def _update_subscription(store: Store, call: Call) -> Answer:
    known, said = _known(store, call), call.said
    needed(said, "status", "destinationId", "payload")
    known.update(said)
    return Answer(status=204)


def _enable(store: Store, call: Call) -> Answer:
    _known(store, call)["status"] = "ENABLED"
    return Answer(status=204)


def _delete(store: Store, call: Call) -> Answer:
    del store.subscriptions[_known(store, call)["subscriptionId"]]
    return Answer(status=204)


ROUTES: Routes = (
    ("GET", f"{_ROOT}/public_key/([^/]+)", _key),
    ("GET", f"{_ROOT}/topic/([^/]+)", _topic),
    ("GET", f"{_ROOT}/destination", _destinations),
    ("POST", f"{_ROOT}/destination", _create_destination),
    ("PUT", f"{_ROOT}/destination/([^/]+)", _update_destination),
    ("GET", f"{_ROOT}/subscription", _subscriptions),
    ("POST", f"{_ROOT}/subscription", _create_subscription),
    ("PUT", f"{_ROOT}/subscription/([^/]+)", _update_subscription),
    ("POST", f"{_ROOT}/subscription/([^/]+)/enable", _enable),
    ("DELETE", f"{_ROOT}/subscription/([^/]+)", _delete),
)
