"""Recognising a shipment that is here already: told twice, or our own coming back from the channel."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from core.flows.ship.record import ShipmentFact

_KNOWN = text(
    """
    select s.id, s.order_id, s.external_id,
           array[s.tracking_number] || array(select tracking_number from packages where shipment_id = s.id)
               as tracking_numbers
    from shipments s
    where s.order_id = any(:orders) and s.status not in ('DRAFT', 'PACKED', 'LABELLED', 'CANCELLED')
    order by s.id
    """
)
_NAME = text("update shipments set external_id = :external_id where id = :id")


def find(session: Session, facts: "Sequence[ShipmentFact]") -> dict[int, int]:
    """The shipment that each fact, by its place in the sequence, is about where it is known.

    By the other side's name for it; else by tracking number, where at most one side has a name: it is kept then.
    """
    if not facts:
        return {}
    by_name: dict[tuple[int, str], int] = {}
    by_tracking: dict[tuple[int, str], tuple[int, str | None]] = {}
    for row in session.execute(_KNOWN, {"orders": sorted({fact.order_id for fact in facts})}):
        if row.external_id is not None:
            by_name[row.order_id, row.external_id] = row.id
        for number in filter(None, row.tracking_numbers):
            by_tracking.setdefault((row.order_id, number), (row.id, row.external_id))
    seen: dict[int, int] = {}
    for index, fact in enumerate(facts):
        named = by_name.get((fact.order_id, fact.external_id)) if fact.external_id is not None else None
        if named is not None:
            seen[index] = named
            continue
        tracked = by_tracking.get((fact.order_id, fact.tracking_number or ""))
        if tracked is not None and (tracked[1] is None or fact.external_id is None):
            seen[index] = tracked[0]
            if fact.external_id is not None:
                session.execute(_NAME, {"external_id": fact.external_id, "id": tracked[0]})
                by_name[fact.order_id, fact.external_id] = tracked[0]
    return seen


def first_of_each(facts: "Sequence[ShipmentFact]") -> dict[int, int]:
    """Facts that repeat an earlier one of the same batch, by their places."""
    first: dict[tuple[int, str], int] = {}
    again: dict[int, int] = {}
    for index, fact in enumerate(facts):
        if fact.external_id is not None:
            earlier = first.setdefault((fact.order_id, fact.external_id), index)
            if earlier != index:
                again[index] = earlier
    return again
