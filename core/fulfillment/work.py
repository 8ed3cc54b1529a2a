"""Adding work for locations, and taking away what turned out not to be possible. Set-based."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core import ids, outbox
from core.db import insert_rows, next_ids
from core.fulfillment.models import FulfillmentLine, FulfillmentMethod, FulfillmentOrder, RequestState


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """Units of one order line in new work."""

    id: int
    order_line_id: int
    item_id: int
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWork:
    """One fulfillment order to be. `accepted`: nobody needs to be asked."""

    id: int
    order_id: int
    location_id: int
    integration_id: int | None
    method: FulfillmentMethod
    accepted: bool
    ship_by: datetime | None
    ship_on: date | None
    weight_grams: int | None
    priority: int
    created_at: datetime
    lines: tuple[NewLine, ...]


_COLUMNS = [
    FulfillmentOrder.id,
    FulfillmentOrder.order_id,
    FulfillmentOrder.location_id,
    FulfillmentOrder.integration_id,
    FulfillmentOrder.method,
    FulfillmentOrder.request_state,
    FulfillmentOrder.ship_by,
    FulfillmentOrder.ship_on,
    FulfillmentOrder.expected_weight_grams,
    FulfillmentOrder.priority,
    FulfillmentOrder.created_at,
    FulfillmentOrder.submitted_at,
    FulfillmentOrder.accepted_at,
]
_LINE_COLUMNS = [
    FulfillmentLine.id,
    FulfillmentLine.fulfillment_order_id,
    FulfillmentLine.order_line_id,
    FulfillmentLine.item_id,
    FulfillmentLine.sku,
    FulfillmentLine.quantity,
    FulfillmentLine.accepted,
]


def next_line_ids(session: Session, count: int) -> list[int]:
    return next_ids(session, FulfillmentLine, count)


def add(session: Session, work: Sequence[NewWork]) -> None:
    """Write fulfillment orders and their lines; accepted ones as such."""
    if not work:
        return
    insert_rows(session, FulfillmentOrder, _COLUMNS, (_row(new) for new in work))
    insert_rows(session, FulfillmentLine, _LINE_COLUMNS, (row for new in work for row in _line_rows(new)))


def remove(session: Session, work_ids: Iterable[int]) -> None:
    """Take back work that this transaction added and that got no stock: it never was."""
    gone = list(work_ids)
    session.execute(delete(FulfillmentLine).where(FulfillmentLine.fulfillment_order_id.in_(gone)))
    session.execute(delete(FulfillmentOrder).where(FulfillmentOrder.id.in_(gone)))


def record(
    session: Session, name: str, work: FulfillmentOrder, message: str, data: dict[str, object] | None = None
) -> None:
    """Note what happened to one fulfillment order."""
    outbox.record(session, name, ids.encode("ful", work.id), message, order_id=work.order_id, data=data)


def _row(new: NewWork) -> tuple[object, ...]:
    at = new.created_at if new.accepted else None
    state = RequestState.ACCEPTED if new.accepted else RequestState.UNSUBMITTED
    return (
        new.id,
        new.order_id,
        new.location_id,
        new.integration_id,
        new.method,
        state,
        new.ship_by,
        new.ship_on,
        new.weight_grams,
        new.priority,
        new.created_at,
        at,
        at,
    )


def _line_rows(new: NewWork) -> Iterable[tuple[object, ...]]:
    for line in new.lines:
        accepted = line.quantity if new.accepted else 0
        yield (line.id, new.id, line.order_line_id, line.item_id, line.sku, line.quantity, accepted)
