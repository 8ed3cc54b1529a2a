"""Stock, set over the API: all of what is asked, or none of it."""

from graphql import GraphQLError

from plugins.shopify.sandbox.once import once
from plugins.shopify.sandbox.records import Record
from plugins.shopify.sandbox.store import Info, Store


def inventory_set_quantities(_root: object, info: Info, input: Record) -> Record:
    store = info.context
    return once(info, input, lambda: _stock(store, input), _no)


def _stock(store: Store, wish: Record) -> Record:
    """All or none of it."""
    items = {each["inventoryItem"]["id"]: each["inventoryItem"] for each in store.variants}
    errors: list[Record] = []
    for index, each in enumerate(wish["quantities"]):
        place = ["input", "quantities", str(index)]
        item = items.get(each["inventoryItemId"])
        if "changeFromQuantity" not in each:
            raise GraphQLError("changeFromQuantity must be given.", extensions={"code": "BAD_REQUEST"})
        if item is None:
            errors.append({"code": "INVALID_INVENTORY_ITEM", "field": place, "message": "It could not be found."})
        elif each["locationId"] not in item["available"]:
            message = "The specified inventory item is not stocked at the location."
            errors.append({"code": "ITEM_NOT_STOCKED_AT_LOCATION", "field": place, "message": message})
        elif each["changeFromQuantity"] not in {None, item["available"][each["locationId"]]}:
            message = "The changeFromQuantity value does not match persisted value."
            errors.append({"code": "CHANGE_FROM_QUANTITY_STALE", "field": place, "message": message})
    if errors:
        return {"inventoryAdjustmentGroup": None, "userErrors": errors}
    for each in wish["quantities"]:
        items[each["inventoryItemId"]]["available"][each["locationId"]] = each["quantity"]
    return {"inventoryAdjustmentGroup": {"id": store.new("InventoryAdjustmentGroup")}, "userErrors": []}


def _no(message: str) -> Record:
    error = {"code": "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "field": None, "message": message}
    return {"inventoryAdjustmentGroup": None, "userErrors": [error]}
