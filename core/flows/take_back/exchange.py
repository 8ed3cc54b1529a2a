"""The order for what a shopper wants instead of what came back, paid with what the return is worth."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.catalog.models import Channel
from core.errors import IllegalState, Invalid
from core.flows.capture import Details, capture
from core.flows.refund import give_back_later
from core.money import spoken
from core.orders import queries as orders
from core.orders.models import Order, OrderLine
from core.origin import Origin
from core.returns.models import Refund, Return
from crossdock.address import Address
from crossdock.money import Money
from crossdock.orders import CustomerData, LineData, OrderData, PaymentData, PaymentState

GATEWAY = "exchange"
"""What the return is worth pays for the exchange through this gateway; no money leaves the house for it."""


def priced(session: Session, order: Order, wanted: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Lines as they are kept until the goods are back, with `unit_price_minor`, `discount_minor` and `tax_minor`.

    A line without a price gets the one at which the order sold the same SKU. Raises Invalid where it sold none.
    """
    sold = {line.sku: line for line in reversed(orders.lines_of(session, [order.id])[order.id])}
    lines = []
    for place, line in enumerate(wanted):
        price = line.get("unit_price_minor")
        if price is None:
            if line["sku"] not in sold:
                path = ("exchange", str(place), "unitPrice")
                raise Invalid(f"Order {order.number} sold no {line['sku']}: give its price.", path=path)
            lines.append({**line, **_as_sold(sold[line["sku"]], line["quantity"])})
        else:
            lines.append(dict(line))
    return lines


def exchange(session: Session, found: Return, refund_id: int | None) -> int:
    """Make the order that a return is exchanged for and return its id.

    The refund of its closing pays for it, as far as it goes: the rest is due on the new order, or is the part of the
    refund that the channel is asked to give back. What was refunded before is with the shopper.
    Raises IllegalState where nothing was asked for instead.
    """
    if not found.exchange_lines:
        raise IllegalState(f"Nobody said what {found.number} is to be exchanged for.", path=("resolution",))
    (order,) = orders.locked(session, [found.order_id])
    channel = session.get_one(Channel, order.channel_id)
    worth = session.get_one(Refund, refund_id).amount_minor if refund_id is not None else 0
    data = _order(order, found, worth)
    details = Details(customer_id=order.customer_id, priority=order.priority, origin=Origin.HUB, original_id=order.id)
    (made,) = capture(session, channel, [data], details=[details]).created
    if refund_id is not None:
        give_back_later(session, order, refund_id, kept_minor=min(worth, data.total.minor))
    price = spoken(data.total.minor, data.currency)
    outbox.record(
        session,
        "return.exchanged",
        ids.encode("ret", found.id),
        f"{found.number} is exchanged for order ord_{made} over {price}.",
        order_id=order.id,
        data={"exchange_order": ids.encode("ord", made)},
    )
    return made


def _order(order: Order, found: Return, worth: int) -> OrderData:
    now = clock.now()
    data = OrderData(
        external_id="",
        placed_at=now,
        currency=order.currency,
        lines=tuple(
            _line(line, str(place), order.currency) for place, line in enumerate(found.exchange_lines, start=1)
        ),
        taxes_included=order.taxes_included,
        customer=CustomerData(email=order.email, phone=order.phone),
        shipping_address=_address(order.shipping_address),
        billing_address=_address(order.billing_address),
        shipping_method=order.shipping_method,
        tags=("exchange",),
        note=f"In exchange for {found.number} of order {order.number}.",
    )
    covered = min(worth, data.total.minor)
    if covered <= 0:
        return data
    payment = PaymentData(
        reference=found.number,
        gateway=GATEWAY,
        state=PaymentState.CAPTURED,
        amount=Money(covered, order.currency),
        at=now,
    )
    return replace(data, payments=(payment,))


def _line(line: Mapping[str, Any], external_id: str, currency: str) -> LineData:
    return LineData(
        external_id=external_id,
        sku=line["sku"],
        name=line.get("name") or line["sku"],
        quantity=line["quantity"],
        unit_price=Money(line["unit_price_minor"], currency),
        discount=Money(line.get("discount_minor") or 0, currency),
        tax=Money(line.get("tax_minor") or 0, currency),
        metadata=line.get("metadata") or {},
    )


def _as_sold(line: OrderLine, quantity: int) -> dict[str, Any]:
    """The price, discount and tax of so many units, at the terms of a line that was sold."""
    terms = {"name": line.name, "unit_price_minor": line.unit_price_minor}
    for name, whole in (("discount_minor", line.discount_minor), ("tax_minor", line.tax_minor)):
        terms[name] = Money(whole, line.currency).share(quantity, line.quantity).minor if line.quantity else 0
    return terms


def _address(known: Mapping[str, str | None] | None) -> Address | None:
    return Address(**known) if known else None
