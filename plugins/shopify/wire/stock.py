"""Variants, as listings and as stock."""

from decimal import Decimal

from plugins.shopify.wire.base import Wire


class Quantity(Wire):
    name: str
    quantity: int


class Level(Wire):
    is_active: bool
    quantities: tuple[Quantity, ...] = ()

    @property
    def available(self) -> int | None:
        return next((each.quantity for each in self.quantities if each.name == "available"), None)


class StockItem(Wire):
    id: str
    tracked: bool
    inventory_level: Level | None = None


class StockVariant(Wire):
    id: str
    inventory_item: StockItem
    sku: str | None = None


class Weight(Wire):
    unit: str
    value: Decimal


class Measurement(Wire):
    weight: Weight | None = None


class Item(Wire):
    measurement: Measurement


class Product(Wire):
    status: str


class Variant(Wire):
    id: str
    display_name: str
    price: Decimal
    product: Product
    inventory_item: Item
    sku: str | None = None
    barcode: str | None = None
