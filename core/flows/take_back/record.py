"""Returns that are over when we hear of them: a channel's or a shop's own, many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core import outbox
from core.db import insert_rows, next_ids
from core.flows.take_back.put_away import Judged, put_away
from core.origin import Origin
from core.returns.models import (
    Disposition,
    LineDisposition,
    Return,
    ReturnLine,
    ReturnReason,
    ReturnResolution,
    ReturnState,
)

_POLICY = {
    "accepted": True,
    "automatic": True,
    "reasons": ["It was taken back before we heard of it."],
    "policy": "fact",
}


@dataclass(frozen=True, slots=True)
class ReturnedUnits:
    """Units of one order line that came back. `item_id` null: no stock is kept of it."""

    order_line_id: int
    sku: str
    quantity: int
    item_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnFact:
    """What came back for one order, all of it judged alike."""

    order_id: int
    external_id: str
    at: datetime
    lines: tuple[ReturnedUnits, ...]
    location_id: int
    disposition: Disposition = Disposition.RESTOCK
    reason: ReturnReason = ReturnReason.OTHER
    note: str | None = None


def record(session: Session, facts: Sequence[ReturnFact]) -> list[int]:
    """Write closed returns in a constant number of statements, and return their ids in the same order.

    The units must have shipped and not come back before: constraints refuse more. Refunds are recorded apart, with
    the ids that this returns. Statuses are the caller's to refresh.
    """
    ids = next_ids(session, Return, len(facts))
    _returns(session, ids, facts)
    units = [(return_id, fact, line) for return_id, fact in zip(ids, facts, strict=True) for line in fact.lines]
    line_ids = next_ids(session, ReturnLine, len(units))
    disposition_ids = next_ids(session, LineDisposition, len(units))
    insert_rows(
        session,
        ReturnLine,
        [
            ReturnLine.id,
            ReturnLine.return_id,
            ReturnLine.order_line_id,
            ReturnLine.sku,
            ReturnLine.reason,
            ReturnLine.quantity,
            ReturnLine.approved,
            ReturnLine.received,
        ],
        (
            (line_id, return_id, line.order_line_id, line.sku, fact.reason, line.quantity, line.quantity, line.quantity)
            for line_id, (return_id, fact, line) in zip(line_ids, units, strict=True)
        ),
    )
    insert_rows(
        session,
        LineDisposition,
        [
            LineDisposition.id,
            LineDisposition.return_line_id,
            LineDisposition.disposition,
            LineDisposition.quantity,
            LineDisposition.location_id,
            LineDisposition.recorded_at,
        ],
        (
            (row_id, line_id, fact.disposition, line.quantity, fact.location_id, fact.at)
            for row_id, line_id, (_, fact, line) in zip(disposition_ids, line_ids, units, strict=True)
        ),
    )
    put_away(
        session,
        [
            Judged(
                disposition_id=row_id,
                return_id=return_id,
                order_line_id=line.order_line_id,
                item_id=line.item_id,
                location_id=fact.location_id,
                disposition=fact.disposition,
                quantity=line.quantity,
                at=fact.at,
            )
            for row_id, (return_id, fact, line) in zip(disposition_ids, units, strict=True)
        ],
    )
    return ids


def _returns(session: Session, ids: Sequence[int], facts: Sequence[ReturnFact]) -> None:
    both = list(zip(ids, facts, strict=True))
    insert_rows(
        session,
        Return,
        [
            Return.id,
            Return.number,
            Return.order_id,
            Return.external_id,
            Return.origin,
            Return.state,
            Return.note,
            Return.policy,
            Return.resolution,
            Return.requested_at,
            Return.received_at,
            Return.closed_at,
        ],
        (
            (
                return_id,
                f"RMA-{return_id}",
                fact.order_id,
                fact.external_id,
                Origin.CHANNEL,
                ReturnState.CLOSED,
                fact.note,
                _POLICY,
                ReturnResolution.REFUND,
                fact.at,
                fact.at,
                fact.at,
            )
            for return_id, fact in both
        ),
    )
    for return_id, fact in both:
        said = f"{sum(line.quantity for line in fact.lines)} units came back to the shop."
        outbox.record(
            session,
            "return.recorded",
            f"ret_{return_id}",
            f"RMA-{return_id}: {said}",
            order_id=fact.order_id,
            occurred_at=fact.at,
        )
