"""A listing of the Listings Items API 2021-08-01."""

from collections.abc import Mapping
from typing import Any

from pydantic import AwareDatetime, Field

from plugins.amazon.wire.base import Amount, Wire


class Summary(Wire):
    marketplace_id: str
    asin: str | None = None
    item_name: str | None = None
    status: tuple[str, ...] = ()
    created_date: AwareDatetime | None = None


class Offer(Wire):
    marketplace_id: str
    offer_type: str
    price: Amount


class Availability(Wire):
    fulfillment_channel_code: str
    quantity: int | None = Field(default=None, ge=0)


class Listing(Wire):
    sku: str = Field(min_length=1)
    summaries: tuple[Summary, ...] = ()
    attributes: Mapping[str, Any] = Field(default_factory=dict)
    offers: tuple[Offer, ...] = ()
    fulfillment_availability: tuple[Availability, ...] = ()

    @property
    def own_stock(self) -> Availability | None:
        """What the seller ships himself of it; None where Amazon ships it."""
        return next((each for each in self.fulfillment_availability if each.fulfillment_channel_code == SELLER), None)

    @property
    def shipped_by_amazon(self) -> bool:
        return bool(self.fulfillment_availability) and self.own_stock is None


SELLER = "DEFAULT"
"""The fulfillment channel of what the seller ships himself."""
