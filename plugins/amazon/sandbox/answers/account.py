"""The account itself: its marketplaces, and who is told of what happens."""

from plugins.amazon.sandbox.answers.asked import Asked
from plugins.amazon.sandbox.refusals import Refused, check_body
from plugins.amazon.sandbox.store import Said, Store


def get_destinations(store: Store, asked: Asked) -> tuple[int, Said | None]:
    return 200, {"payload": list(store.destinations.values())}


def create_destination(store: Store, asked: Asked) -> tuple[int, Said | None]:
    body = check_body(asked.body, "name")
    name = store.name("destination")
    made = {"name": body["name"], "destinationId": name, "resource": body["resourceSpecification"]}
    store.destinations[name] = made
    return 200, {"payload": made}


def get_subscription(store: Store, asked: Asked) -> tuple[int, Said | None]:
    known = store.subscriptions.get(asked.path["notificationType"])
    if known is None:
        raise Refused(404, "NotFound", "There is no subscription.")
    return 200, {"payload": known}


def create_subscription(store: Store, asked: Asked) -> tuple[int, Said | None]:
    body = check_body(asked.body, "payloadVersion", "destinationId")
    if asked.path["notificationType"] in store.subscriptions:
        raise Refused(409, "Conflict", "There is a subscription already.")
    made = {"subscriptionId": store.name("subscription"), **{name: body[name] for name in body}}
    store.subscriptions[asked.path["notificationType"]] = made
    return 200, {"payload": made}


def delete_subscription(store: Store, asked: Asked) -> tuple[int, Said | None]:
    store.subscriptions.pop(asked.path["notificationType"], None)
    return 200, {}


def get_marketplaces(store: Store, asked: Asked) -> tuple[int, Said | None]:
    marketplace = {
        "id": store.marketplace,
        "name": "Sandbox",
        "countryCode": "GB",
        "defaultCurrencyCode": store.currency,
        "defaultLanguageCode": "en_GB",
        "domainName": "www.amazon.co.uk",
    }
    participation = {"isParticipating": not store.closed, "hasSuspendedListings": store.closed}
    each = {"marketplace": marketplace, "participation": participation, "storeName": "Sandbox"}
    return 200, {"payload": [each]}
