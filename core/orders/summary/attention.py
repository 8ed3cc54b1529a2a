"""What needs a person: for the shop's eyes only."""

from collections.abc import Iterator
from datetime import datetime

from core.money import spoken
from core.orders.states import PaymentStatus
from core.orders.summary.facts import Facts
from core.orders.summary.words import day, sentence

RETURNS = {
    "REQUESTED": "waits for a decision",
    "APPROVED": "is approved and waits for the goods",
    "LABEL_ISSUED": "has its label and waits for the goods",
    "IN_TRANSIT": "is on its way to us",
    "PARTIALLY_RECEIVED": "has arrived in part",
    "RECEIVED": "has arrived and waits for inspection",
    "INSPECTED": "is inspected and waits to be closed",
}
_TO_DO = {"REQUESTED", "RECEIVED"}


def attention(order: Facts, now: datetime) -> list[str]:
    return [*_found(order), *_late(order, now), *_owed(order), *_asked(order)]


def _found(order: Facts) -> Iterator[str]:
    for hold in order.holds:
        fix = f" {sentence(hold.fix)}" if hold.fix else ""
        yield f"On hold: {sentence(hold.message)}{fix}"
    for title in order.cases:
        yield sentence(title)
    if order.payment is PaymentStatus.DISPUTED:
        yield "The payment is disputed."


def _late(order: Facts, now: datetime) -> Iterator[str]:
    if order.late(now) and order.ship_by is not None:
        yield f"It should have shipped by {day(order.ship_by)}."
    for parcel in order.parcels:
        overdue = parcel.status != "DELIVERED" and parcel.expected is not None and parcel.expected < now
        if overdue and parcel.expected is not None:
            which = f"Parcel {parcel.tracking_number}" if parcel.tracking_number else "A parcel"
            yield f"{which} should have arrived by {day(parcel.expected)}."


def _owed(order: Facts) -> Iterator[str]:
    if order.owed_minor > 0 and order.shipped and order.payment is not PaymentStatus.DISPUTED:
        yield f"{spoken(order.owed_minor, order.currency)} of it is not paid yet."
    if order.overpaid_minor > 0 and order.over:
        yield f"{spoken(order.overpaid_minor, order.currency)} that was paid for it has not gone back."


def _asked(order: Facts) -> Iterator[str]:
    if order.address_pending:
        yield "A change of address waits for an answer from whoever ships it."
    for one in order.returns:
        if one.state in _TO_DO:
            yield f"Return {one.number} {RETURNS[one.state]}."
