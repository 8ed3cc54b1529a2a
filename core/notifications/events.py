"""Which events shoppers can be told of, and which fields the words for each may have."""

from core.errors import Invalid

ORDER = (
    "shop.name",
    "order.number",
    "order.external_number",
    "order.channel",
    "order.name",
    "order.email",
    "order.placed_on",
    "order.total",
    "order.shipping",
    "order.items",
    "order.shipping_address",
)
SHIPMENT = (
    "shipment.carrier",
    "shipment.service",
    "shipment.tracking_number",
    "shipment.tracking_url",
    "shipment.expected_on",
    "shipment.items",
)
RETURN = ("return.number", "return.items", "return.expires_on")
REFUND = ("refund.amount",)
CANCELLATION = ("cancellation.items",)

FIELDS: dict[str, tuple[str, ...]] = {
    "order.created": ORDER,
    "order.backordered": ORDER,
    "order.cancelled": ORDER + CANCELLATION,
    "order.lines_cancelled": ORDER + CANCELLATION,
    "order.completed": ORDER,
    "shipment.handed_over": ORDER + SHIPMENT,
    "shipment.corrected": ORDER + SHIPMENT,
    "shipment.delivered": ORDER + SHIPMENT,
    "return.requested": ORDER + RETURN,
    "return.approved": ORDER + RETURN,
    "return.declined": ORDER + RETURN,
    "return.label_issued": ORDER + RETURN,
    "return.closed": ORDER + RETURN,
    "refund.created": ORDER + REFUND,
    "refund.paid": ORDER + REFUND,
}
"""By event: what `NotificationTemplate.event` may be."""


def fields_of(event: str, *, path: tuple[str, ...] = ("event",)) -> tuple[str, ...]:
    """Raises Invalid for an event that shoppers are not told of."""
    found = FIELDS.get(event)
    if found is None:
        raise Invalid(f"Nobody is told of {event!r}. There are {', '.join(FIELDS)}.", path=path)
    return found
