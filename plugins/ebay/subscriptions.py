"""Having eBay tell us: one destination, which is our address, and a subscription to each topic."""

import json
from collections.abc import Sequence
from dataclasses import replace

from crossdock import Rejected, Subscription
from plugins.ebay.client import Ctx, ask, create
from plugins.ebay.operations import (
    CREATE_DESTINATION,
    CREATE_SUBSCRIPTION,
    DELETE_SUBSCRIPTION,
    ENABLE_SUBSCRIPTION,
    GET_DESTINATIONS,
    GET_SUBSCRIPTIONS,
    GET_TOPIC,
    UPDATE_DESTINATION,
    UPDATE_SUBSCRIPTION,
    Operation,
)
from plugins.ebay.webhooks import TOPICS
from plugins.ebay.wire import Said, part, reading, rows, text

_PAGE = "100"
_DESTINATION_EXISTS, _SUBSCRIPTION_EXISTS = "195021", "195012"
"""eBay's words to whoever makes what another process has made since it looked."""


def subscribe(ctx: Ctx) -> Sequence[Subscription]:
    """Nothing where there is no address or no verification token: the polls bring what changed all the same."""
    if ctx.address is None or ctx.settings.verification_token is None:
        return ()
    destination = _destination(ctx, ctx.address)
    known = _by_topic(ctx)
    return [_subscribed(ctx, topic, known.get(topic), destination) for topic in TOPICS]


def unsubscribe(ctx: Ctx) -> None:
    """The destination stays, for other sellers of the same application may be told there; so do its own topics."""
    for each, application in _subscriptions(ctx):
        if each.get("topicId") in TOPICS and not application:
            ask(ctx, DELETE_SUBSCRIPTION, {"subscription_id": text(each["subscriptionId"])})


def _by_topic(ctx: Ctx) -> dict[str, Said]:
    return {text(each["topicId"]): each for each, _ in _subscriptions(ctx)}


def _subscriptions(ctx: Ctx) -> list[tuple[Said, bool]]:
    """The seller's, and those of the application, which are kept apart and say so."""
    ours = replace(GET_SUBSCRIPTIONS, application=True)
    return [
        *((each, False) for each in _all(ctx, GET_SUBSCRIPTIONS, "subscriptions")),
        *((each, True) for each in _all(ctx, ours, "subscriptions")),
    ]


def _destination(ctx: Ctx, address: str) -> str:
    """Its id. eBay asks the address to solve a challenge when it is made or changed."""
    token = ctx.settings.verification_token
    assert token is not None
    wanted = {
        "name": f"crossdock-{ctx.integration}"[:60],
        "status": "ENABLED",
        "deliveryConfig": {"endpoint": address, "verificationToken": token.get_secret_value()},
    }
    known = _destination_at(ctx, address)
    if known is None:
        try:
            return create(ctx, CREATE_DESTINATION, body=wanted)
        except Rejected as error:
            known = _destination_at(ctx, address) if error.code == _DESTINATION_EXISTS else None
            if known is None:
                raise
    name = text(known["destinationId"])
    if known.get("status") != "ENABLED":
        ask(ctx, UPDATE_DESTINATION, {"destination_id": name}, body=wanted)
    return name


def _destination_at(ctx: Ctx, address: str) -> Said | None:
    return next((each for each in _all(ctx, GET_DESTINATIONS, "destinations") if _endpoint(each) == address), None)


def _endpoint(said: Said) -> object:
    """The description calls the configuration a text; eBay sends an object."""
    config = said.get("deliveryConfig")
    return part(json.loads(config) if isinstance(config, str) else config).get("endpoint")


def _subscribed(ctx: Ctx, topic: str, known: Said | None, destination: str) -> Subscription:
    try:
        name = _made(ctx, topic, known, destination)
    except Rejected as error:
        # Some topics need a scope that not every application is given.
        return Subscription(topic=topic, external_id="", active=False, message=error.message)
    return Subscription(topic=topic, external_id=name)


def _made(ctx: Ctx, topic: str, known: Said | None, destination: str) -> str:
    payload, application = _topic(ctx, topic)
    if known is None:
        said = {"topicId": topic, "destinationId": destination, "status": "ENABLED", "payload": payload}
        try:
            return create(ctx, replace(CREATE_SUBSCRIPTION, application=application), body=said)
        except Rejected as error:
            known = _by_topic(ctx).get(topic) if error.code == _SUBSCRIPTION_EXISTS else None
            if known is None:
                raise
    with reading("subscription", json.dumps(known)):
        name = text(known["subscriptionId"])
    if known.get("destinationId") != destination:
        said = {"status": "ENABLED", "destinationId": destination, "payload": payload}
        ask(ctx, replace(UPDATE_SUBSCRIPTION, application=application), {"subscription_id": name}, body=said)
    elif known.get("status") != "ENABLED":
        ask(ctx, replace(ENABLE_SUBSCRIPTION, application=application), {"subscription_id": name})
    return name


def _topic(ctx: Ctx, topic: str) -> tuple[dict[str, str], bool]:
    """(JSON over HTTPS in the newest form that the topic has, whether it is the application's and not the seller's)."""
    found = ask(ctx, GET_TOPIC, {"topic_id": topic})
    with reading("topic", json.dumps(found)):
        payloads = [each for each in rows(found.get("supportedPayloads")) if not each.get("deprecated")]
        version = text(payloads[-1]["schemaVersion"]) if payloads else "1.0"
    payload = {"format": "JSON", "deliveryProtocol": "HTTPS", "schemaVersion": version}
    return payload, found.get("scope") == "APPLICATION"


def _all(ctx: Ctx, operation: Operation, name: str) -> list[Said]:
    """Everything of a list. The next page is in the address that eBay gives for it."""
    found: list[Said] = []
    params = {"limit": _PAGE}
    while True:
        page = ask(ctx, operation, params=params)
        with reading(name, json.dumps(page)):
            found += rows(page.get(name))
            following = str(page.get("next") or "").partition("continuation_token=")[2].partition("&")[0]
        if not following or following == params.get("continuation_token"):
            return found
        params["continuation_token"] = following
