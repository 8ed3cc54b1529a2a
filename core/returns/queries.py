"""Reading returns and refunds."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.returns.models import Disposition, LineDisposition, Return, ReturnLine, ReturnState

NEVER_OURS = (Disposition.MISSING, Disposition.RETURN_TO_CUSTOMER)
_DEAD = (ReturnState.DECLINED, ReturnState.CANCELLED, ReturnState.EXPIRED)


def locked(session: Session, return_id: int) -> Return:
    """Raises NotFound."""
    found = session.get(Return, return_id, with_for_update=True)
    if found is None:
        raise NotFound(f"There is no return ret_{return_id}.", path=("id",))
    return found


def lines(session: Session, return_id: int) -> list[ReturnLine]:
    """In the order in which they were asked for."""
    statement = select(ReturnLine).where(ReturnLine.return_id == return_id).order_by(ReturnLine.id)
    return list(session.scalars(statement))


def on_returns(session: Session, order_line_ids: Collection[int]) -> dict[int, int]:
    """Units of each order line that are on a return which is not dead, by what is still expected of it."""
    expected = func.sum(func.coalesce(func.nullif(ReturnLine.approved, 0), ReturnLine.quantity))
    statement = (
        select(ReturnLine.order_line_id, expected)
        .join(Return, Return.id == ReturnLine.return_id)
        .where(ReturnLine.order_line_id.in_(order_line_ids), Return.state.not_in(_DEAD))
        .group_by(ReturnLine.order_line_id)
    )
    return {line_id: int(units) for line_id, units in session.execute(statement)}


def pending_units(session: Session, return_line_ids: Collection[int]) -> dict[int, int]:
    """Units received of each return line that nobody has judged yet."""
    statement = (
        select(LineDisposition.return_line_id, func.sum(LineDisposition.quantity))
        .where(LineDisposition.return_line_id.in_(return_line_ids), LineDisposition.disposition == Disposition.PENDING)
        .group_by(LineDisposition.return_line_id)
    )
    return {line_id: int(units) for line_id, units in session.execute(statement)}


def refundable_units(session: Session, return_id: int) -> dict[int, int]:
    """Units of each order line received on the return and not refunded from it.

    What is missing, or goes back to the shopper, is not paid for.
    """
    gone = (
        select(func.coalesce(func.sum(LineDisposition.quantity), 0))
        .where(LineDisposition.return_line_id == ReturnLine.id, LineDisposition.disposition.in_(NEVER_OURS))
        .scalar_subquery()
    )
    statement = (
        select(ReturnLine.order_line_id, func.sum(ReturnLine.received - ReturnLine.refunded - gone))
        .where(ReturnLine.return_id == return_id)
        .group_by(ReturnLine.order_line_id)
    )
    return {line_id: max(0, int(units)) for line_id, units in session.execute(statement)}
