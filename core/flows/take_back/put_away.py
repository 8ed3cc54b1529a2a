"""What judged units do to stock, to the books and to the order's lines; many returns at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.flows import book
from core.flows.book import first_back
from core.returns.models import Disposition
from core.stock import service as stock
from core.stock.models import MovementReason

DAMAGED = {Disposition.DAMAGED, Disposition.RETURN_TO_SUPPLIER}
"""Ours again, but not for sale: damaged, or waiting to go back to whoever sold it to us."""
STORED = {Disposition.RESTOCK} | DAMAGED
BACK = STORED | {Disposition.WRITE_OFF}
"""What the shopper has given up for good; the rest is pending, missing, or goes back to the shopper."""

_RETURNED = text(
    """
    update order_lines line set returned = line.returned + part.quantity
    from (
        select id, sum(quantity) as quantity
        from jsonb_to_recordset(cast(:parts as jsonb)) as given(id bigint, quantity int) group by id
    ) part where line.id = part.id
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Units of one order line with their final disposition, written already. `item_id` null: no stock is kept of it."""

    disposition_id: int
    return_id: int
    order_line_id: int
    item_id: int | None
    location_id: int | None
    disposition: Disposition
    quantity: int
    note: str | None = None
    at: datetime | None = None


def put_away(session: Session, units: Sequence[Judged]) -> None:
    """Stock and cost come back, each unit as what was shipped; returned units are counted, and the books say so."""
    back = sorted((unit for unit in units if unit.disposition in BACK), key=lambda unit: unit.disposition_id)
    if not back:
        return
    left_as = first_back.parts(session, [(unit.order_line_id, unit.quantity) for unit in back])
    stock.move(
        session,
        [
            _movement(unit, item_id, quantity)
            for unit, parts in zip(back, left_as, strict=True)
            if unit.disposition in STORED
            for item_id, quantity in first_back.items(unit.item_id, unit.quantity, parts).items()
        ],
    )
    returned = [{"id": unit.order_line_id, "quantity": unit.quantity} for unit in back]
    session.execute(_RETURNED, {"parts": orjson.dumps(returned).decode()})
    book.received_returns(session, [unit.disposition_id for unit in back])


def _movement(unit: Judged, item_id: int, quantity: int) -> stock.Movement:
    assert unit.location_id is not None  # what is stored lies somewhere
    damaged = unit.disposition in DAMAGED
    return stock.Movement(
        item_id=item_id,
        location_id=unit.location_id,
        reason=MovementReason.RETURN,
        on_hand=0 if damaged else quantity,
        damaged=quantity if damaged else 0,
        reference=f"ret_{unit.return_id}",
        note=unit.note,
        occurred_at=unit.at,
    )
