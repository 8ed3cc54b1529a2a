"""An order that a person or a program enters here, rather than a channel that is read."""

import hashlib
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.catalog.channels import MANUAL, by_key
from core.customers.models import Customer
from core.errors import AlreadyExists, Invalid, NotFound
from core.flows.capture import Change, Details, capture
from core.orders.models import Order
from crossdock.orders import OrderData, PaymentData, PaymentState


def place(
    session: Session,
    data: OrderData,
    *,
    channel_key: str | None = None,
    details: Details | None = None,
    placed_at: datetime | None = None,
    paid: bool = False,
) -> int:
    """Take one order in and return its id. The same order of the same channel again is the first one.

    A line without a name gets its item's. `placed_at` None is now; `data.placed_at` does not count. `paid`: the money
    is in, through the channel or by hand. Raises NotFound, Invalid, and AlreadyExists where the channel's id or the
    number belongs to another order.
    """
    details = details or Details()
    channel = by_key(session, channel_key or MANUAL, path=("input", "channel"))
    _check(session, data, details)
    said = replace(data, fingerprint=_digest(data), placed_at=placed_at or clock.now())
    if paid and said.total.minor > 0:
        payment = PaymentData(
            reference=said.external_id or "paid",
            gateway=channel.key,
            state=PaymentState.CAPTURED,
            amount=said.total,
            at=said.placed_at,
        )
        said = replace(said, payments=(payment,))
    (taken,) = capture(session, channel, [said], details=[details]).orders
    if taken.change is Change.UPDATED:
        path = ("input", "externalId")
        raise AlreadyExists(f"{channel.name} has another order {data.external_id!r}: ord_{taken.order_id}.", path=path)
    return taken.order_id


def _check(session: Session, data: OrderData, details: Details) -> None:
    if not data.lines:
        raise Invalid("An order needs at least one line.", path=("input", "lines"))
    if data.total.minor < 0:
        raise Invalid("The discount is more than the order comes to.", path=("input", "discount"))
    if details.customer_id is not None and session.get(Customer, details.customer_id) is None:
        raise NotFound(f"There is no customer cus_{details.customer_id}.", path=("input", "customerId"))
    if details.number is not None:
        known = session.scalar(
            select(Order.id).where(Order.number == details.number, Order.external_id.is_distinct_from(data.external_id))
        )
        if known is not None:
            raise AlreadyExists(f"Order ord_{known} has the number {details.number!r}.", path=("input", "number"))


def _digest(data: OrderData) -> str:
    return f"said-{hashlib.blake2b(repr(data).encode(), digest_size=16).hexdigest()}"
