"""Types of the catalogue and of stock."""

import strawberry

from bench.read.plain.fields import identity, many, one
from core.stock import models


@strawberry.type
class Location:
    id: strawberry.ID = identity("loc")
    code: str
    name: str
    kind: models.LocationKind


@strawberry.type
class StockLevel:
    on_hand: int
    reserved: int
    safety: int
    location: Location = strawberry.field(resolver=one(models.Location, "location_id"))

    @strawberry.field
    def available(self) -> int:
        return max(0, self.on_hand - self.reserved - self.safety)


@strawberry.type
class Item:
    id: strawberry.ID = identity("itm")
    sku: str
    name: str
    barcode: str | None
    weight_grams: int | None
    levels: list[StockLevel] = strawberry.field(resolver=many(models.StockLevel.item_id, models.StockLevel.location_id))


@strawberry.type
class Channel:
    id: strawberry.ID = identity("chn")
    key: str
    name: str
