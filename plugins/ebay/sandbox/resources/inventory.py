"""Sell Inventory: items, offers, and quantities in bulk."""

from http import HTTPStatus
from typing import Any

from plugins.ebay.sandbox.calls import Answer, Call, Refusal
from plugins.ebay.sandbox.resources import Routes
from plugins.ebay.sandbox.store import Store
from plugins.ebay.wire import Said, rows

_ROOT = "/sell/inventory/v1"
_MOST = 25


def _items(store: Store, call: Call) -> Answer:
    limit, page = call.number("limit", 25, most=200), call.number("offset", 0, least=0)
    found = list(store.items.values())
    some = found[page * limit : (page + 1) * limit]
    return Answer({"inventoryItems": some, "total": len(found), "size": len(some), "limit": limit})


def _offers(store: Store, call: Call) -> Answer:
    sku = call.params.get("sku")
    if not sku:
        raise Refusal(400, 25709, "Invalid value for sku.")
    found = [each for each in store.offers.values() if each["sku"] == sku]
    if not found:
        raise Refusal(404, 25713, "This Offer is not available.")
    return Answer({"offers": found, "total": len(found), "size": len(found), "limit": _MOST})


def _requests(call: Call) -> list[Said]:
    found = rows(call.said.get("requests"))
    if not 0 < len(found) <= _MOST:
        raise Refusal(400, 25761, "There are from 1 to 25 requests in one call.")
    return found


def _get(store: Store, call: Call) -> Answer:
    responses: list[dict[str, Any]] = []
    for each in _requests(call):
        sku = str(each.get("sku"))
        if sku in store.items:
            responses.append({"sku": sku, "statusCode": 200, "inventoryItem": store.items[sku]})
        else:
            responses.append({"sku": sku, "statusCode": 404, "errors": [_error(25702, f"{sku} could not be found.")]})
    return _each(responses)


def _update(store: Store, call: Call) -> Answer:
    responses: list[dict[str, Any]] = []
    wanted = _requests(call)
    if sum(len(rows(each.get("offers"))) for each in wanted) > _MOST:
        raise Refusal(400, 25761, "There are at most 25 offers in one call.")
    for each in wanted:
        responses += _updated(store, each)
    return _each(responses)


def _each(responses: list[dict[str, Any]]) -> Answer:
    """Multi-Status as soon as one of them went wrong."""
    well = all(each["statusCode"] == HTTPStatus.OK for each in responses)
    return Answer({"responses": responses}, HTTPStatus.OK if well else HTTPStatus.MULTI_STATUS)


def _updated(store: Store, said: Said) -> list[dict[str, Any]]:
    sku = str(said.get("sku"))
    item = store.items.get(sku)
    if item is None:
        return [{"sku": sku, "statusCode": 404, "errors": [_error(25702, f"{sku} could not be found.")]}]
    answers: list[dict[str, Any]] = []
    for each in rows(said.get("offers")):
        offer = store.offers.get(str(each.get("offerId")))
        answer = {"sku": sku, "offerId": each.get("offerId"), "statusCode": 200}
        if offer is None or offer["sku"] != sku:
            answer |= {"statusCode": 404, "errors": [_error(25713, "This Offer is not available.")]}
        elif "availableQuantity" in each:
            offer["availableQuantity"] = each["availableQuantity"]
        answers.append(answer)
    whole = said.get("shipToLocationAvailability")
    if whole:
        item["availability"]["shipToLocationAvailability"]["quantity"] = whole["quantity"]
    return answers or [{"sku": sku, "statusCode": 200}]


def _error(error_id: int, message: str) -> dict[str, Any]:
    return {"errorId": error_id, "domain": "API_INVENTORY", "category": "REQUEST", "message": message}


ROUTES: Routes = (
    ("GET", f"{_ROOT}/inventory_item", _items),
    ("GET", f"{_ROOT}/offer", _offers),
    ("POST", f"{_ROOT}/bulk_get_inventory_item", _get),
    ("POST", f"{_ROOT}/bulk_update_price_quantity", _update),
)
