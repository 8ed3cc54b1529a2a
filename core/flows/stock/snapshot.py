"""A location's own list of what it has: a 3PL's stock file, a supplier's offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.flows.stock.facts import Fact, apply
from core.flows.stock.figures import Known
from core.stock.models import Location, MovementReason, StockAuthority, StockLevel
from core.stock.service import Movement


@dataclass(frozen=True, slots=True)
class Figure:
    item_id: int
    on_hand: int


def snapshot(
    session: Session,
    location_id: int,
    figures: Sequence[Figure],
    *,
    as_of: datetime,
    reference: str | None = None,
    complete: bool = False,
) -> int:
    """Take a location's figures for what they are by its stock authority; says how many levels they concern.

    What moved since `as_of` still counts, and a figure that a later count has overtaken is passed over. `complete`
    means that the list is whole: what it does not name is not there. Figures are facts; see `facts` for what happens
    where they leave less than is promised. A location under our own authority is counted by its list all the same.
    """
    location = session.get_one(Location, location_id)
    named = {figure.item_id: figure.on_hand for figure in figures}
    if complete:
        known = select(StockLevel.item_id).where(StockLevel.location_id == location_id, StockLevel.on_hand != 0)
        named = dict.fromkeys(session.scalars(known), 0) | named
    facts = [
        Fact(
            movement=Movement(
                item_id=item_id,
                location_id=location_id,
                reason=MovementReason.SNAPSHOT,
                reference=reference,
                occurred_at=as_of,
            ),
            figure=Known(
                item_id=item_id,
                location_id=location_id,
                on_hand=on_hand,
                at=as_of,
                authority=StockAuthority(location.stock_authority),
            ),
            firm=True,
        )
        for item_id, on_hand in sorted(named.items())
    ]
    if facts:
        apply(session, facts, sparing=True)
    return len(facts)
