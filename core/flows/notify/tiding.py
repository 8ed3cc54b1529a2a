"""What happened to an order, and the fields that words about it may have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, ids
from core.catalog.models import Channel
from core.customers.models import Customer
from core.flows.notify.subjects import fields_of, listed
from core.money import spoken
from core.orders import queries
from core.orders.models import Order, OrderLine
from core.settings import service as settings
from crossdock import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiding:
    """An event to tell of. `subject` is the id of what it happened to; without `event_id` a person asks for it."""

    event: str
    order_id: int
    subject: str
    event_id: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A tiding with its order and its buyer, and the fields of its words by name; empty: not known."""

    tiding: Tiding
    order: Order
    channel: Channel
    customer: Customer | None
    fields: Mapping[str, str]

    @property
    def name(self) -> str | None:
        return _name(self.order, self.customer)

    @property
    def language(self) -> str | None:
        """As it stands under `language` in the metadata of the order, else of the customer."""
        for extra in (self.order.extra, self.customer.extra if self.customer is not None else {}):
            said = extra.get("language")
            if isinstance(said, str) and said:
                return said.replace("_", "-")
        return None


def learn(session: Session, tidings: Sequence[Tiding]) -> list[Known]:
    """All that is known of each, in as many statements as one would take."""
    order_ids = sorted({tiding.order_id for tiding in tidings})
    query = (
        select(Order, Channel, Customer)
        .join(Channel, Channel.id == Order.channel_id)
        .outerjoin(Customer, Customer.id == Order.customer_id)
        .where(Order.id.in_(order_ids))
    )
    orders = {row[0].id: row for row in session.execute(query).all()}
    lines = queries.lines_of(session, order_ids)
    shop = settings.current(session)
    named = {line.id: line.name for each in lines.values() for line in each}
    about = fields_of(session, {tiding.subject for tiding in tidings}, named, shop.timezone)
    found = []
    for tiding in tidings:
        order, channel, customer = orders[tiding.order_id]
        fields = {
            "shop.name": shop.name,
            **_of_order(order, channel, customer, lines[order.id], shop.timezone),
            "cancellation.items": listed(_cancelled(tiding, lines[order.id])),
            **about.get(tiding.subject, {}),
        }
        found.append(Known(tiding=tiding, order=order, channel=channel, customer=customer, fields=fields))
    return found


def _of_order(
    order: Order, channel: Channel, customer: Customer | None, lines: Sequence[OrderLine], zone: str
) -> dict[str, str]:
    address = Address(**order.shipping_address).lines if order.shipping_address else []
    return {
        "order.number": order.number,
        "order.external_number": order.external_number or order.number,
        "order.channel": channel.name,
        "order.name": _name(order, customer) or "",
        "order.email": order.email or "",
        "order.placed_on": clock.day_of(order.placed_at, zone).isoformat(),
        "order.total": spoken(order.total_minor, order.currency),
        "order.shipping": spoken(order.shipping_minor, order.currency),
        "order.items": listed((line.name, line.quantity) for line in lines if line.bundle_line_id is None),
        "order.shipping_address": "\n".join(address),
    }


def _cancelled(tiding: Tiding, lines: Sequence[OrderLine]) -> list[tuple[str, int]]:
    """What the event says that it cancelled; where a person asks, all that was."""
    if not tiding.event.endswith("cancelled"):
        return []
    units = tiding.data.get("lines") or {ids.encode("orl", line.id): line.cancelled for line in lines}
    counted = [(line.name, int(units.get(ids.encode("orl", line.id)) or 0)) for line in lines]
    return [(name, quantity) for name, quantity in counted if quantity]


def _name(order: Order, customer: Customer | None) -> str | None:
    address = order.shipping_address or order.billing_address or {}
    name: str | None = (customer.name if customer is not None else None) or address.get("name")
    return name
