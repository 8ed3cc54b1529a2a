"""The fields of shipments, returns and refunds, for words about them; and which of an order's is meant."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock, ids
from core.errors import IllegalState
from core.money import spoken
from core.returns.models import Refund, Return, ReturnLine
from core.shipments.models import Shipment, ShipmentLine
from core.shipments.tracking import HERE

Fields = dict[str, str]


def fields_of(session: Session, subjects: Collection[str], named: Mapping[int, str], zone: str) -> Mapping[str, Fields]:
    """By subject, of those that are none of an order. `named` has the name of each order line."""
    parts = [found for found in map(ids.decode, sorted(subjects)) if found is not None]
    wanted = defaultdict(list)
    for prefix, number in parts:
        wanted[prefix].append(number)
    return {
        **_shipments(session, wanted["ship"], named, zone),
        **_returns(session, wanted["ret"], named, zone),
        **_refunds(session, wanted["ref"]),
    }


def latest(session: Session, order_id: int, event: str) -> str:
    """What of this order an event would be about, where a person asks for its words. Raises IllegalState for none."""
    kind = event.partition(".")[0]
    if kind == "shipment":
        shipped = select(func.max(Shipment.id)).where(Shipment.order_id == order_id, Shipment.status.not_in(HERE))
        prefix, found = "ship", session.scalar(shipped)
    elif kind == "return":
        prefix, found = "ret", session.scalar(select(func.max(Return.id)).where(Return.order_id == order_id))
    elif kind == "refund":
        prefix, found = "ref", session.scalar(select(func.max(Refund.id)).where(Refund.order_id == order_id))
    else:
        prefix, found = "ord", order_id
    if found is None:
        raise IllegalState(f"This order has no {kind} that the words could be about.", path=("template",))
    return ids.encode(prefix, found)


def listed(units: Iterable[tuple[str, int]]) -> str:
    """Names with how many, one to a line."""
    return "\n".join(f"{quantity} x {name}" for name, quantity in units)


def _shipments(session: Session, numbers: list[int], named: Mapping[int, str], zone: str) -> dict[str, Fields]:
    if not numbers:
        return {}
    line = ShipmentLine
    query = select(line.shipment_id, line.order_line_id, func.sum(line.quantity)).where(line.shipment_id.in_(numbers))
    contents: dict[int, list[tuple[str, int]]] = defaultdict(list)
    grouped = query.group_by(line.shipment_id, line.order_line_id).order_by(line.order_line_id)
    for shipment_id, line_id, quantity in session.execute(grouped):
        contents[shipment_id].append((named.get(line_id, ""), quantity))
    return {
        ids.encode("ship", each.id): {
            "shipment.carrier": each.carrier or "",
            "shipment.service": each.service or "",
            "shipment.tracking_number": each.tracking_number or "",
            "shipment.tracking_url": each.tracking_url or "",
            "shipment.expected_on": _day(each.estimated_delivery, zone),
            "shipment.items": listed(contents[each.id]),
        }
        for each in session.scalars(select(Shipment).where(Shipment.id.in_(numbers)))
    }


def _returns(session: Session, numbers: list[int], named: Mapping[int, str], zone: str) -> dict[str, Fields]:
    if not numbers:
        return {}
    coming: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for line in session.scalars(select(ReturnLine).where(ReturnLine.return_id.in_(numbers)).order_by(ReturnLine.id)):
        coming[line.return_id].append((named.get(line.order_line_id, line.sku), line.approved or line.quantity))
    return {
        ids.encode("ret", each.id): {
            "return.number": each.number,
            "return.items": listed(coming[each.id]),
            "return.expires_on": _day(each.expires_at, zone),
        }
        for each in session.scalars(select(Return).where(Return.id.in_(numbers)))
    }


def _refunds(session: Session, numbers: list[int]) -> dict[str, Fields]:
    if not numbers:
        return {}
    return {
        ids.encode("ref", each.id): {"refund.amount": spoken(each.amount_minor, each.currency)}
        for each in session.scalars(select(Refund).where(Refund.id.in_(numbers)))
    }


def _day(moment: datetime | None, zone: str) -> str:
    return clock.day_of(moment, zone).isoformat() if moment is not None else ""
