"""Recognising a shipment that is here already: told twice, or our own coming back from the channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from core.flows.ship.record import ShipmentFact

_KNOWN = text(
    """
    select s.id, s.order_id, s.external_id,
           array[s.tracking_number] || array(select tracking_number from packages where shipment_id = s.id)
               as tracking_numbers,
           array(select unnest(external_ids) from channel_confirmations where shipment_id = s.id) as told_names,
           exists (select from channel_confirmations
                   where shipment_id = s.id and state in ('PENDING', 'SENT', 'FAILED')) as unanswered
    from shipments s
    where s.order_id = any(:orders) and s.status not in ('DRAFT', 'PACKED', 'LABELLED', 'CANCELLED')
    order by s.id
    """
)
_NAME = text("update shipments set external_id = :external_id where id = :id")


@dataclass(slots=True)
class _Here:
    """A shipment that is here. names: what the other side calls it, as far as we know.

    unanswered: we are telling the channel of it and it has not said what it calls it.
    """

    id: int
    names: list[str]
    unanswered: bool

    @property
    def may_have_another(self) -> bool:
        return self.unanswered or not self.names


def find(session: Session, facts: "Sequence[ShipmentFact]") -> dict[int, int]:
    """The shipment that each fact, by its place in the sequence, is about where it is known.

    By the other side's name for it; else by tracking number, where one side has no name, or the channel may have named
    it and has not told us yet. A parcel of ours that the channel counts as several has several names, joined by commas.
    """
    if not facts:
        return {}
    by_name: dict[tuple[int, str], int] = {}
    by_tracking: dict[tuple[int, str], _Here] = {}
    for row in session.execute(_KNOWN, {"orders": sorted({fact.order_id for fact in facts})}):
        names = [name for joined in filter(None, [row.external_id, *row.told_names]) for name in _names(joined)]
        here = _Here(row.id, names, row.unanswered)
        by_name |= {(row.order_id, name): row.id for name in names}
        for number in filter(None, row.tracking_numbers):
            by_tracking.setdefault((row.order_id, number), here)
    seen: dict[int, int] = {}
    named: dict[int, list[str]] = {}
    for index, fact in enumerate(facts):
        known = by_name.get((fact.order_id, fact.external_id)) if fact.external_id is not None else None
        if known is not None:
            seen[index] = known
            continue
        tracked = by_tracking.get((fact.order_id, fact.tracking_number or ""))
        if tracked is not None and (tracked.may_have_another or fact.external_id is None):
            seen[index] = tracked.id
            if fact.external_id is not None and not tracked.names:
                named.setdefault(tracked.id, []).append(fact.external_id)
    for shipment_id, names in named.items():
        session.execute(_NAME, {"external_id": ",".join(dict.fromkeys(names)), "id": shipment_id})
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


def _names(joined: str) -> list[str]:
    return [joined, *joined.split(",")]
