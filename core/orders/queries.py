"""Reading orders. Nothing here changes a row."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.orders.models import Hold, Order, OrderLine, Payment


def locked(session: Session, order_ids: Iterable[int]) -> list[Order]:
    """The orders, locked in the order of their ids and read afresh. Raises NotFound for the first that is missing."""
    wanted = sorted(set(order_ids))
    statement = select(Order).where(Order.id.in_(wanted)).order_by(Order.id).with_for_update(key_share=True)
    found = list(session.scalars(statement, execution_options={"populate_existing": True}))
    if len(found) < len(wanted):
        missing = min(set(wanted) - {order.id for order in found})
        raise NotFound(f"There is no order ord_{missing}.", path=("id",))
    return found


def lock(session: Session, order_ids: Iterable[int]) -> None:
    """Lock orders without reading them, in the order of their ids."""
    session.execute(
        text("select from orders where id = any(:ids) order by id for no key update"), {"ids": sorted(set(order_ids))}
    )


def mark_unchecked(session: Session, order_ids: Iterable[int]) -> None:
    """Have the checks of locked orders run again before anything else happens to them."""
    session.execute(
        text("update orders set validated_at = null where id = any(:ids) and status not in ('COMPLETED', 'CANCELLED')"),
        {"ids": sorted(set(order_ids))},
    )


def lines_of(session: Session, order_ids: Sequence[int]) -> dict[int, list[OrderLine]]:
    """The lines of each order by position, read afresh."""
    statement = (
        select(OrderLine).where(OrderLine.order_id.in_(order_ids)).order_by(OrderLine.order_id, OrderLine.position)
    )
    lines: dict[int, list[OrderLine]] = {order_id: [] for order_id in order_ids}
    for line in session.scalars(statement, execution_options={"populate_existing": True}):
        lines[line.order_id].append(line)
    return lines


def last_positions(session: Session, order_ids: Sequence[int]) -> dict[int, int]:
    """The position of each order's last line."""
    statement = select(OrderLine.order_id, func.max(OrderLine.position)).where(OrderLine.order_id.in_(order_ids))
    found = session.execute(statement.group_by(OrderLine.order_id)).all()
    return dict.fromkeys(order_ids, 0) | dict(found)


def payments_of(session: Session, order_ids: Sequence[int]) -> dict[int, list[Payment]]:
    """The payments of each order, oldest first."""
    statement = select(Payment).where(Payment.order_id.in_(order_ids)).order_by(Payment.order_id, Payment.id)
    payments: dict[int, list[Payment]] = {order_id: [] for order_id in order_ids}
    for payment in session.scalars(statement, execution_options={"populate_existing": True}):
        payments[payment.order_id].append(payment)
    return payments


def open_holds(session: Session, order_ids: Sequence[int]) -> dict[int, list[Hold]]:
    """The holds of each order that are not released, oldest first."""
    statement = select(Hold).where(Hold.order_id.in_(order_ids), Hold.released_at.is_(None)).order_by(Hold.id)
    holds: dict[int, list[Hold]] = {order_id: [] for order_id in order_ids}
    for hold in session.scalars(statement, execution_options={"populate_existing": True}):
        holds[hold.order_id].append(hold)
    return holds
