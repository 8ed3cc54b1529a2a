"""An order in a sentence that an agent could paste: where it is, what happens next, and what needs a person. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.money import spoken
from core.orders.states import FulfillmentStatus, OrderStatus, PaymentStatus

_LEFT = {"HANDED_OVER", "IN_TRANSIT", "DELAYED"}
_TROUBLE = {
    "EXCEPTION": "has a problem on its way",
    "DELIVERY_FAILED": "could not be delivered",
    "RETURNING": "is on its way back to us",
    "RETURNED_TO_SENDER": "came back to us",
    "LOST": "was lost",
}
_RETURNS = {
    "REQUESTED": "waits for a decision",
    "APPROVED": "is approved and waits for the goods",
    "LABEL_ISSUED": "has its label and waits for the goods",
    "IN_TRANSIT": "is on its way to us",
    "PARTIALLY_RECEIVED": "has arrived in part",
    "RECEIVED": "has arrived and waits for inspection",
    "INSPECTED": "is inspected and waits to be closed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A shipment that has left. `status` is a word of ShipmentStatus."""

    status: str
    carrier: str | None = None
    tracking_number: str | None = None
    expected: datetime | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What a location has been given to ship, and the day it should leave."""

    location: str
    ship_on: date | None = None


@dataclass(frozen=True, slots=True)
class OpenHold:
    message: str
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class OpenReturn:
    """A return that is not over. `state` is a word of ReturnState."""

    number: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the sentence is made of. Units count only lines that ship, and no cancelled ones."""

    number: str
    status: OrderStatus
    payment: PaymentStatus
    fulfillment: FulfillmentStatus
    currency: str
    refunded_minor: int = 0
    owed_minor: int = 0
    units: int = 0
    shipped: int = 0
    backordered: Sequence[tuple[str, int]] = ()
    """SKU and units that wait for stock."""
    ship_by: datetime | None = None
    cancelled_at: datetime | None = None
    address_pending: bool = False
    holds: Sequence[OpenHold] = ()
    parcels: Sequence[Parcel] = ()
    work: Sequence[Work] = ()
    returns: Sequence[OpenReturn] = ()
    cases: Sequence[str] = ()
    """Titles of open cases."""


@dataclass(frozen=True, slots=True)
class Summary:
    headline: str
    next_step: str | None
    attention: list[str]


def summarize(order: Facts, now: datetime) -> Summary:
    """`now` decides what is late."""
    headline, next_step = _story(order)
    if order.refunded_minor:
        headline += f" {spoken(order.refunded_minor, order.currency)} went back to the shopper."
    if order.returns and next_step is None:
        first = order.returns[0]
        next_step = f"Return {first.number} {_RETURNS.get(first.state, 'is open')}."
    return Summary(headline, next_step, list(_attention(order, now)))


def _story(order: Facts) -> tuple[str, str | None]:
    name = f"Order {order.number}"
    if order.status in {OrderStatus.CANCELLED, OrderStatus.CANCELLING}:
        return _stopped(name, order)
    if order.holds:
        return f"{name} is on hold: {order.holds[0].message}", order.holds[0].fix
    return _under_way(name, order) if order.shipped else _waiting(name, order)


def _stopped(name: str, order: Facts) -> tuple[str, str | None]:
    if order.status is OrderStatus.CANCELLING:
        return f"{name} is being cancelled.", "It is cancelled as soon as whoever was to ship it agrees to stop."
    when = f" on {_day(order.cancelled_at)}" if order.cancelled_at else ""
    return f"{name} was cancelled{when}.", None


def _waiting(name: str, order: Facts) -> tuple[str, str | None]:
    if order.work:
        return _in_work(name, order)
    if order.backordered:
        return f"{name} waits for stock of {_goods(order.backordered)}.", "It ships as soon as stock arrives."
    if order.status is OrderStatus.PENDING:
        return f"{name} has arrived and is being checked.", "After the checks it goes to a place that can ship it."
    if order.status is OrderStatus.COMPLETED:
        return f"{name} is complete.", None
    return f"{name} is confirmed.", "It goes to a place that can ship it."


def _under_way(name: str, order: Facts) -> tuple[str, str | None]:
    parts = f"{order.shipped} of {order.units} units of order {order.number}"
    which = name if order.shipped >= order.units else parts
    has, was, is_ = ("has", "was", "is") if which == name else ("have", "were", "are")
    rest = _rest(order)
    troubled = [parcel for parcel in order.parcels if parcel.status in _TROUBLE]
    if troubled:
        return f"A parcel of order {order.number}{_with(troubled[:1])} {_TROUBLE[troubled[0].status]}.", rest
    open_parcels = [parcel for parcel in order.parcels if parcel.status != "DELIVERED"]
    if order.parcels and not open_parcels:
        moments = [parcel.delivered_at for parcel in order.parcels if parcel.delivered_at]
        when = f" on {_day(max(moments))}" if moments else ""
        return f"{which} {was} delivered{when}{_with(order.parcels)}.", rest
    if any(parcel.status == "READY_FOR_PICKUP" for parcel in open_parcels):
        return f"{which} {has} arrived and can be picked up{_with(open_parcels)}.", rest
    if any(parcel.status == "OUT_FOR_DELIVERY" for parcel in open_parcels):
        return f"{which} {is_} out for delivery{_with(open_parcels)}.", rest
    expected = [parcel.expected for parcel in open_parcels if parcel.expected]
    when = f", expected on {_day(max(expected))}" if expected else ""
    if any(parcel.status in _LEFT for parcel in open_parcels):
        return f"{which} {has} shipped{_with(open_parcels)}{when}.", rest
    return f"{which} {has} shipped.", rest


def _rest(order: Facts) -> str | None:
    """What happens with the units that have not left."""
    if order.shipped >= order.units:
        return None
    left = order.units - order.shipped
    verb = "waits" if left == 1 else "wait"
    if order.backordered:
        return f"{left} {verb} for stock of {_goods(order.backordered)}."
    if order.work:
        return f"{left} to leave {_places(order.work)}."
    return f"{left} {verb} for a place that can ship."


def _in_work(name: str, order: Facts) -> tuple[str, str | None]:
    return f"{name} is being prepared at {_listed(work.location for work in order.work)}.", _leaves(order.work)


def _leaves(work: Sequence[Work]) -> str | None:
    days = [one.ship_on for one in work if one.ship_on]
    return f"It leaves on {_day(max(days))}." if days else None


def _attention(order: Facts, now: datetime) -> Iterable[str]:
    for hold in order.holds[1:]:
        yield hold.message
    for title in order.cases:
        yield title if title.endswith((".", "?", "!")) else f"{title}."
    if order.payment is PaymentStatus.DISPUTED:
        yield "The payment is disputed."
    late = order.ship_by is not None and order.ship_by < now and order.shipped < order.units
    if late and order.status not in {OrderStatus.CANCELLED, OrderStatus.CANCELLING}:
        yield f"It should have shipped by {_day(order.ship_by)}."  # type: ignore[arg-type]
    if order.owed_minor > 0 and order.shipped and order.payment is not PaymentStatus.DISPUTED:
        yield f"{spoken(order.owed_minor, order.currency)} of it is not paid yet."
    if order.address_pending:
        yield "A change of address waits for an answer from whoever ships it."
    for one in order.returns:
        if one.state in {"REQUESTED", "RECEIVED"}:
            yield f"Return {one.number} {_RETURNS[one.state]}."


def _with(parcels: Sequence[Parcel]) -> str:
    """` with DHL (00340434…)`, for each parcel that has something to tell."""
    told = [
        f"{parcel.carrier or 'tracking'}{f' ({parcel.tracking_number})' if parcel.tracking_number else ''}"
        for parcel in parcels
        if parcel.carrier or parcel.tracking_number
    ]
    return f" with {_listed(told)}" if told else ""


def _goods(wanted: Sequence[tuple[str, int]]) -> str:
    return _listed(f"{quantity} x {sku}" for sku, quantity in wanted)


def _places(work: Sequence[Work]) -> str:
    places = _listed(one.location for one in work)
    days = [one.ship_on for one in work if one.ship_on]
    return f"{places} on {_day(max(days))}" if days else places


def _listed(words: Iterable[str]) -> str:
    """`A`, `A and B`, `A, B and C`; each word once."""
    *most, last = dict.fromkeys(words)
    return f"{', '.join(most)} and {last}" if most else last


def _day(moment: date) -> str:
    return f"{moment.day} {moment:%B %Y}"
