"""Orders that a person or a program enters here, rather than a channel that is read."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.catalog.channels import MANUAL, by_key
from core.catalog.models import Channel
from core.customers.models import Customer
from core.errors import AlreadyExists, Invalid, NotFound
from core.flows.capture import Change, Details, capture
from core.orders.models import Order
from crossdock.orders import OrderData, PaymentData, PaymentState


@dataclass(frozen=True, slots=True)
class Entered:
    """One order to take in. A line without a name gets its item's.

    `placed_at` None is now; `data.placed_at` does not count. `paid`: the money is in, through the channel or by hand.
    """

    data: OrderData
    channel_key: str | None = None
    details: Details = field(default_factory=Details)
    placed_at: datetime | None = None
    paid: bool = False


def place(session: Session, orders: Sequence[Entered]) -> list[int]:
    """Take orders in and return their ids, in the order given. The same order of the same channel is the first one.

    Raises NotFound, Invalid, and AlreadyExists where the channel's id or the number belongs to another order.
    """
    _check(session, orders)
    ids: dict[int, int] = {}
    for key in dict.fromkeys(entered.channel_key for entered in orders):
        ours = {index: entered for index, entered in enumerate(orders) if entered.channel_key == key}
        channel = by_key(session, key or MANUAL, path=("input", "channel"))
        ids |= zip(ours, _take_in(session, channel, list(ours.values())), strict=True)
    return [ids[index] for index in range(len(orders))]


def _take_in(session: Session, channel: Channel, orders: Sequence[Entered]) -> Iterable[int]:
    said = [_as_told(channel, entered) for entered in orders]
    taken = capture(session, channel, said, details=[entered.details for entered in orders]).orders
    for data, each in zip(said, taken, strict=True):
        if each.change in {Change.UPDATED, Change.STALE}:
            known = f"{channel.name} has another order {data.external_id!r}: ord_{each.order_id}."
            raise AlreadyExists(known, path=("input", "externalId"))
    return [each.order_id for each in taken]


def _as_told(channel: Channel, entered: Entered) -> OrderData:
    """The order as its channel would tell it."""
    data = entered.data
    said = replace(data, fingerprint=_digest(data), placed_at=entered.placed_at or clock.now())
    if not entered.paid or said.total.minor <= 0:
        return said
    payment = PaymentData(
        reference=said.external_id or "paid",
        gateway=channel.key,
        state=PaymentState.CAPTURED,
        amount=said.total,
        at=said.placed_at,
    )
    return replace(said, payments=(payment,))


def _check(session: Session, orders: Sequence[Entered]) -> None:
    for entered in orders:
        if not entered.data.lines:
            raise Invalid("An order needs at least one line.", path=("input", "lines"))
        if entered.data.total.minor < 0:
            raise Invalid("The discount is more than the order comes to.", path=("input", "discount"))
    _check_customers(session, {each.details.customer_id for each in orders if each.details.customer_id is not None})
    _check_numbers(session, {each.details.number: each.data for each in orders if each.details.number is not None})


def _check_customers(session: Session, wanted: set[int]) -> None:
    if wanted:
        unknown = wanted - set(session.scalars(select(Customer.id).where(Customer.id.in_(wanted))))
        for customer_id in unknown:
            raise NotFound(f"There is no customer cus_{customer_id}.", path=("input", "customerId"))


def _check_numbers(session: Session, wanted: dict[str, OrderData]) -> None:
    """A number belongs to one order; the same order again may name it again."""
    if wanted:
        known = select(Order.id, Order.number, Order.external_id).where(Order.number.in_(wanted))
        for order_id, number, external_id in session.execute(known):
            if external_id is None or external_id != wanted[number].external_id:
                said = f"Order ord_{order_id} has the number {number!r}."
                raise AlreadyExists(said, path=("input", "number"))


def _digest(data: OrderData) -> str:
    return f"said-{hashlib.blake2b(repr(data).encode(), digest_size=16).hexdigest()}"
