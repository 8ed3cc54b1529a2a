"""Moving units of order lines between open, backordered, allocated, shipped and cancelled."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

Bucket = Literal["open", "backordered", "allocated", "shipped", "cancelled"]
BUCKETS: tuple[Bucket, ...] = ("open", "backordered", "allocated", "shipped", "cancelled")


@dataclass(frozen=True, slots=True)
class Shift:
    """`quantity` units of one line leave `source` for `target`."""

    line_id: int
    source: Bucket
    target: Bucket
    quantity: int


_SHIFT = text(
    """
    with moved as (
        select line_id, sum(open) as open, sum(backordered) as backordered, sum(allocated) as allocated,
               sum(shipped) as shipped, sum(cancelled) as cancelled
        from jsonb_to_recordset(cast(:moves as jsonb)) as move(
            line_id bigint, open int, backordered int, allocated int, shipped int, cancelled int)
        group by line_id
    ), locked as (
        select id from order_lines where id in (select line_id from moved) order by id for no key update
    )
    update order_lines line
    set open = line.open + moved.open, backordered = line.backordered + moved.backordered,
        allocated = line.allocated + moved.allocated, shipped = line.shipped + moved.shipped,
        cancelled = line.cancelled + moved.cancelled
    from moved join locked on locked.id = moved.line_id
    where line.id = moved.line_id
    returning line.bundle_line_id
    """
)

# A bundle is as far as its component that is least far: a whole one is shipped when all its parts are.
_FOLLOW = text(
    """
    with parts as (
        select bundle_line_id as id,
               min(shipped / per_bundle) as shipped,
               min((shipped + allocated) / per_bundle) as allocated,
               min((shipped + allocated + backordered) / per_bundle) as backordered,
               min((shipped + allocated + backordered + open) / per_bundle) as open
        from order_lines where bundle_line_id = any(:bundles) group by bundle_line_id
    )
    update order_lines bundle
    set shipped = parts.shipped, allocated = parts.allocated - parts.shipped,
        backordered = parts.backordered - parts.allocated, open = parts.open - parts.backordered,
        cancelled = bundle.quantity - parts.open
    from parts where bundle.id = parts.id
    """
)


def shift(session: Session, shifts: Iterable[Shift]) -> None:
    """Apply all moves in one statement (two where bundles are touched, whose own quantities follow).

    The table's constraints refuse a line whose parts would fall below zero: a fault of the caller's, who must have
    locked the order and looked.
    """
    moves = [
        {"line_id": move.line_id, **{bucket: _delta(move, bucket) for bucket in BUCKETS}}
        for move in shifts
        if move.quantity
    ]
    if not moves:
        return
    session.flush()
    touched = session.execute(_SHIFT, {"moves": orjson.dumps(moves).decode()}).scalars()
    bundles = sorted({bundle for bundle in touched if bundle is not None})
    if bundles:
        session.execute(_FOLLOW, {"bundles": bundles})


def _delta(move: Shift, bucket: Bucket) -> int:
    return move.quantity * ((bucket == move.target) - (bucket == move.source))
