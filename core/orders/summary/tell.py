"""The headline and the next step."""

from datetime import datetime

from core.money import spoken
from core.orders.states import CancelReason, HoldKind, OrderStatus
from core.orders.summary.attention import RETURNS, attention
from core.orders.summary.facts import Facts, Parcel, Summary
from core.orders.summary.words import carried, day, goods, last_day, listed, places

_LEFT = {"HANDED_OVER", "IN_TRANSIT", "DELAYED"}
_NEARLY = {"READY_FOR_PICKUP": "arrived and can be picked up", "OUT_FOR_DELIVERY": "out for delivery"}
_TROUBLE = {
    "EXCEPTION": "has a problem on its way",
    "DELIVERY_FAILED": "could not be delivered",
    "RETURNING": "is on its way back to us",
    "RETURNED_TO_SENDER": "came back to us",
    "LOST": "was lost",
}
_HELD = {
    HoldKind.PAYMENT: ("waits for its payment", "It goes on as soon as the payment has arrived."),
    HoldKind.ADDRESS: ("waits for its delivery address to be confirmed", "It goes on as soon as the address is clear."),
    HoldKind.STOCK: ("waits for stock", "It goes on as soon as stock arrives."),
}
_REVIEWED = ("is being looked at before it goes on", "It goes on as soon as that is settled.")
_BECAUSE = {
    CancelReason.CUSTOMER: " as asked",
    CancelReason.OUT_OF_STOCK: " because it is out of stock",
    CancelReason.ADDRESS: " because it could not be sent to its address",
    CancelReason.PAYMENT: " because it was not paid",
    CancelReason.DUPLICATE: " because it was there twice",
}


def summarize(order: Facts, now: datetime, zone: str = "UTC") -> Summary:
    """`now` decides what is late; days are those of `zone`."""
    order = order.told_in(zone)
    headline, next_step = _story(order, now)
    if order.late(now) and order.ship_by is not None:
        headline += f" It is late: it should have left by {day(order.ship_by)}."
    if order.returned:
        what = "All of it" if order.returned >= order.shipped else f"{order.returned} of {order.shipped} units"
        headline += f" {what} came back."
    if order.refunded_minor:
        headline += f" {spoken(order.refunded_minor, order.currency)} was refunded."
    return Summary(headline, next_step or _afterwards(order), attention(order, now))


def _afterwards(order: Facts) -> str | None:
    """What happens next where nothing more is to be shipped."""
    if order.returns:
        first = order.returns[0]
        return f"Return {first.number} {RETURNS.get(first.state, 'is open')}."
    if order.over and order.overpaid_minor > 0:
        return f"{spoken(order.overpaid_minor, order.currency)} is to be refunded."
    return None


def _story(order: Facts, now: datetime) -> tuple[str, str | None]:
    name = f"Order {order.number}"
    if order.over:
        return _stopped(name, order)
    if order.shipped:
        return _under_way(name, order, now)
    if order.holds:
        state, then = _HELD.get(order.holds[0].kind, _REVIEWED)
        return f"{name} {state}.", then
    return _waiting(name, order)


def _stopped(name: str, order: Facts) -> tuple[str, str | None]:
    if order.status is OrderStatus.CANCELLING:
        return f"{name} is being cancelled.", "It is cancelled as soon as whoever was to ship it agrees to stop."
    when = f" on {day(order.cancelled_at)}" if order.cancelled_at else ""
    because = _BECAUSE.get(order.cancel_reason, "") if order.cancel_reason else ""
    return f"{name} was cancelled{when}{because}.", None


def _waiting(name: str, order: Facts) -> tuple[str, str | None]:
    if order.status is OrderStatus.COMPLETED:
        return f"{name} is complete.", None
    if order.shipped_by:
        return f"{name} is being shipped by {order.shipped_by}.", None
    if order.work:
        leaves = last_day(order.work)
        at = listed(work.location for work in order.work)
        return f"{name} is being prepared at {at}.", _rest(order) or (f"It leaves on {leaves}." if leaves else None)
    if order.backordered:
        return f"{name} waits for stock of {goods(order.backordered)}.", "It ships as soon as stock arrives."
    if order.status is OrderStatus.PENDING:
        return f"{name} has arrived and is being checked.", "After the checks it goes to a place that can ship it."
    return f"{name} is confirmed.", "It goes to a place that can ship it."


def _under_way(name: str, order: Facts, now: datetime) -> tuple[str, str | None]:
    all_of_it = order.shipped >= order.units
    which = name if all_of_it else f"{order.shipped} of {order.units} units of order {order.number}"
    has, was, is_ = ("has", "was", "is") if all_of_it or order.shipped == 1 else ("have", "were", "are")
    rest = _rest(order)
    for parcel in order.parcels:
        if parcel.status in _TROUBLE:
            told = f"A parcel of order {order.number}{carried([parcel])} {_TROUBLE[parcel.status]}."
            return told, rest or ("We are looking into it." if order.cases else None)
    open_parcels = [parcel for parcel in order.parcels if parcel.status != "DELIVERED"]
    if order.parcels and not open_parcels:
        moments = [parcel.delivered_at for parcel in order.parcels if parcel.delivered_at]
        when = f" on {day(max(moments))}" if moments else ""
        return f"{which} {was} delivered{when}{carried(order.parcels)}.", rest
    if order.shipped_by and not open_parcels:
        return f"{which} {was} shipped by {order.shipped_by}.", rest
    for status, how in _NEARLY.items():
        if any(parcel.status == status for parcel in open_parcels):
            verb = is_ if status == "OUT_FOR_DELIVERY" else has
            return f"{which} {verb} {how}{carried(open_parcels)}.{_so_far(order)}", rest
    on_its_way = any(parcel.status in _LEFT for parcel in open_parcels)
    how = f"{carried(open_parcels)}{_expected(open_parcels, now)}.{_so_far(order)}" if on_its_way else "."
    return f"{which} {has} shipped{how}", rest


def _so_far(order: Facts) -> str:
    arrived = sum(parcel.status == "DELIVERED" for parcel in order.parcels)
    verb = "has" if arrived == 1 else "have"
    return f" {arrived} of {len(order.parcels)} parcels {verb} arrived." if arrived else ""


def _expected(parcels: list[Parcel], now: datetime) -> str:
    """When the last of them should arrive, or should have arrived."""
    moments = [parcel.expected for parcel in parcels if parcel.expected]
    delayed = " and is delayed" if any(parcel.status == "DELAYED" for parcel in parcels) else ""
    if not moments:
        return delayed
    last = max(moments)
    if last.date() < now.astimezone(last.tzinfo).date():
        return f" and is late: it was expected on {day(last)}"
    return f"{delayed}, expected on {day(last)}"


def _rest(order: Facts) -> str | None:
    """What happens with the units that have not left, where not all are at one stage."""
    short = sum(quantity for _, quantity in order.backordered)
    if not order.shipped:
        return f"{goods(order.backordered)} follows as soon as stock arrives." if short else None
    left = order.units - order.shipped
    if left <= 0:
        return None
    verb = "waits" if left == 1 else "wait"
    if order.holds:
        return f"{left} {verb} until something is settled."
    if order.backordered:
        return f"{left} {verb} for stock of {goods(order.backordered)}."
    if order.work:
        return f"{left} to leave {places(order.work)}."
    return f"{left} {verb} for a place that can ship."
