"""A return that a shopper asked for."""

from datetime import datetime

from plugins.shopify.wire.base import Named, Nodes, Units, Wire


class Reason(Wire):
    handle: str


class Line(Wire):
    id: str
    sku: str | None = None


class Sent(Wire):
    line_item: Line


class ReturnLine(Wire):
    """One without `fulfillment_line_item` was never sold by this order, and is left out."""

    id: str
    quantity: Units
    return_reason_definition: Reason | None = None
    return_reason_note: str = ""
    customer_note: str | None = None
    fulfillment_line_item: Sent | None = None


class Return(Wire):
    id: str
    name: str
    status: str
    created_at: datetime
    order: Named
    return_line_items: Nodes[ReturnLine]
