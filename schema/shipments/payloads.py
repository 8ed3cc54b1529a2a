"""What mutations of shipments answer with."""

import strawberry

from schema.errors import Payload
from schema.shipments.types import Manifest, Shipment


@strawberry.type
class ShipmentPayload(Payload):
    shipment: Shipment | None = None


@strawberry.type
class ShipmentsPayload(Payload):
    shipments: list[Shipment] = strawberry.field(default_factory=list)


@strawberry.type
class ManifestPayload(Payload):
    manifest: Manifest | None = None
