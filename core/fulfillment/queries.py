"""Reading the work given to locations. Nothing here changes a row."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.fulfillment.models import FulfillmentLine, FulfillmentOrder, WorkState

LIVE = (WorkState.SCHEDULED, WorkState.OPEN, WorkState.ON_HOLD, WorkState.IN_PROGRESS)


@dataclass(frozen=True, slots=True)
class Work:
    """A fulfillment order with its lines."""

    order: FulfillmentOrder
    lines: list[FulfillmentLine]

    @property
    def live(self) -> bool:
        return self.order.work_state in LIVE

    def line_of(self, order_line_id: int) -> FulfillmentLine:
        """Raises NotFound where the work has no part of that order line."""
        for line in self.lines:
            if line.order_line_id == order_line_id:
                return line
        raise NotFound(f"Fulfillment order ful_{self.order.id} has no line orl_{order_line_id}.", path=("lines",))


def left(line: FulfillmentLine) -> int:
    """Units that are still to ship."""
    return line.quantity - line.rejected - line.cancelled - line.shipped


def unpacked(line: FulfillmentLine) -> int:
    """Units still to ship that are in no package."""
    return left(line) - line.packed


def locked(session: Session, work_ids: Collection[int]) -> list[Work]:
    """These fulfillment orders by id, locked, read afresh. The caller has locked their orders. Raises NotFound."""
    found = _read(session, FulfillmentOrder.id.in_(work_ids))
    missing = set(work_ids) - {work.order.id for work in found}
    if missing:
        raise NotFound(f"There is no fulfillment order ful_{min(missing)}.", path=("id",))
    return found


def of_orders(session: Session, order_ids: Collection[int], *, live: bool = True) -> list[Work]:
    """Work of these orders by id, locked, read afresh; `live`: only what is not finished."""
    condition = FulfillmentOrder.order_id.in_(order_ids)
    return _read(session, condition & FulfillmentOrder.work_state.in_(LIVE) if live else condition)


def order_ids_of(session: Session, work_ids: Iterable[int]) -> dict[int, int]:
    """The order of each fulfillment order, so that orders can be locked first."""
    wanted = sorted(set(work_ids))
    rows = session.execute(
        select(FulfillmentOrder.id, FulfillmentOrder.order_id).where(FulfillmentOrder.id.in_(wanted))
    ).all()
    return {row.id: row.order_id for row in rows}


@dataclass(frozen=True, slots=True)
class PickLine:
    """What to fetch of one item from one place: units still to ship, how many were picked, and for which work."""

    item_id: int
    bin: str | None
    quantity: int
    picked: int
    fulfillment_order_ids: list[int]


_PICK_LIST = text(
    """
    select line.item_id, level.bin,
           sum(line.quantity - line.rejected - line.cancelled - line.shipped)::int as quantity,
           sum(line.picked - line.shipped)::int as picked,
           array_agg(distinct work.id) as fulfillment_order_ids
    from fulfillment_orders work
    join fulfillment_lines line on line.fulfillment_order_id = work.id
    join locations on locations.id = work.location_id and locations.code = :location
    left join stock_levels level on level.item_id = line.item_id and level.location_id = work.location_id
    where work.work_state in ('OPEN', 'IN_PROGRESS') and work.request_state in ('ACCEPTED', 'CANCELLATION_REJECTED')
      and line.quantity - line.rejected - line.cancelled - line.shipped > 0
      and not exists (select from holds where holds.order_id = work.order_id and released_at is null)
      and (cast(:work as bigint[]) is null or work.id = any(:work))
    group by line.item_id, level.bin
    order by level.bin nulls last, min(line.sku)
    """
)


def pick_list(session: Session, location: str, work_ids: Collection[int] | None = None) -> list[PickLine]:
    """What to fetch at a location (code), in bin order: for this work, or for all that may be picked there."""
    work = None if work_ids is None else list(work_ids)
    rows = session.execute(_PICK_LIST, {"location": location, "work": work}).mappings()
    return [PickLine(**row) for row in rows]


def _read(session: Session, condition: ColumnElement[bool]) -> list[Work]:
    fresh = {"populate_existing": True}
    orders = session.scalars(
        select(FulfillmentOrder).where(condition).order_by(FulfillmentOrder.id).with_for_update(key_share=True),
        execution_options=fresh,
    ).all()
    if not orders:
        return []
    lines: dict[int, list[FulfillmentLine]] = {order.id: [] for order in orders}
    statement = (
        select(FulfillmentLine).where(FulfillmentLine.fulfillment_order_id.in_(lines)).order_by(FulfillmentLine.id)
    )
    for line in session.scalars(statement, execution_options=fresh):
        lines[line.fulfillment_order_id].append(line)
    return [Work(order, lines[order.id]) for order in orders]
