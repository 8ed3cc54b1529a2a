"""What a key of some channels, or of some locations, may see: said again in Python over rows."""

from collections.abc import Callable, Mapping

from schema.context import Viewer
from tests.schema.equality.loaded import Row, Shop

Seen = Callable[[Shop, Row, Viewer], bool]


def order(shop: Shop, row: Row, viewer: Viewer) -> bool:
    work = shop.of("fulfillment_orders", order_id=row.id) if viewer.locations else []
    return of_channel(shop, row, viewer) and (
        not viewer.locations or any(one.location_id in viewer.locations for one in work)
    )


def of_order(shop: Shop, row: Row, viewer: Viewer) -> bool:
    """What is about an order is seen with it; what is about none, by nobody but those who see everything."""
    found = shop.one("orders", row.order_id)
    return not _narrow(viewer) or (found is not None and order(shop, found, viewer))


def of_channel(_shop: Shop, row: Row, viewer: Viewer) -> bool:
    return not viewer.channels or row.channel_id in viewer.channels


def of_location(_shop: Shop, row: Row, viewer: Viewer) -> bool:
    return not viewer.locations or row.location_id in viewer.locations


def of_both(shop: Shop, row: Row, viewer: Viewer) -> bool:
    """Its own location's, and of an order of the channels."""
    found = shop.one("orders", row.order_id)
    return of_location(shop, row, viewer) and found is not None and of_channel(shop, found, viewer)


def customer(shop: Shop, row: Row, viewer: Viewer) -> bool:
    return not _narrow(viewer) or any(order(shop, one, viewer) for one in shop.of("orders", customer_id=row.id))


def manifest(shop: Shop, row: Row, viewer: Viewer) -> bool:
    """Its own location's, and with nobody's parcels on it but those of the channels."""
    parcels = shop.of("shipments", manifest_id=row.id)
    orders = [found for parcel in parcels if (found := shop.one("orders", parcel.order_id)) is not None]
    return of_location(shop, row, viewer) and all(of_channel(shop, found, viewer) for found in orders)


def settlement(shop: Shop, row: Row, viewer: Viewer) -> bool:
    return not viewer.locations and of_channel(shop, row, viewer)


def of_settlement(shop: Shop, row: Row, viewer: Viewer) -> bool:
    found = shop.one("settlements", row.settlement_id)
    return found is not None and settlement(shop, found, viewer)


def _narrow(viewer: Viewer) -> bool:
    return bool(viewer.channels or viewer.locations)


VISIBLE: Mapping[str, Seen] = {
    "Customer": customer,
    "FulfillmentOrder": of_both,
    "Listing": of_channel,
    "Manifest": manifest,
    "Order": order,
    "PurchaseOrder": of_location,
    "ReorderAdvice": lambda _shop, _row, viewer: not viewer.locations,
    "Settlement": settlement,
    "SettlementLine": of_settlement,
    "Shipment": of_both,
    "StockLevel": of_location,
    "StockMovement": of_location,
    "Supplier": of_location,
}
"""By type. Of any other type whose rows are not for everybody, they are about an order."""
