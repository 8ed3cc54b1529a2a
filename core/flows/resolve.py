"""Resolving a case: what a person decided is done by the flow that owns the matter, and the case is closed.

A decision that changes nothing but people's minds, such as `same_parcel`, only closes the case.
"""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids
from core.cases import service as cases
from core.cases.models import Case
from core.errors import IllegalState
from core.flows import export_books, stock
from core.flows.fulfil import substitutes
from core.flows.ship import duplicates
from core.orders import queries as orders
from core.stock.models import Location, MovementReason

Act = Callable[[Session, Case], None]


def resolve(session: Session, case_id: int, *, option: str | None = None, note: str | None = None) -> int:
    """Do what the option means, once, and close the case.

    Raises NotFound, IllegalState, Invalid, and whatever the flow that does it raises.
    """
    case = cases.locked(session, case_id)
    cases.check_option(case, option)
    if case.order_id is not None:
        orders.lock(session, [case.order_id])
    act = _ACTS.get((case.code, option or ""))
    if act is not None:
        act(session, case)
    cases.resolve(session, case, option=option, note=note)
    return case_id


def _write_off(session: Session, case: Case) -> None:
    """Units left that no order line has: they are gone from where they were."""
    code = session.scalar(select(Location.code).where(Location.id == case.data["location"]))
    if code is None:
        raise IllegalState(f"{case.number} does not know where the units left: adjust the stock there instead.")
    stock.adjust(
        session,
        [
            stock.Adjustment(
                sku=line["sku"],
                location=code,
                reason=MovementReason.WRITE_OFF,
                delta=-line["quantity"],
                reference=ids.encode("case", case.id),
                note=case.title,
            )
            for line in case.data["lines"]
        ],
    )


_ACTS: dict[tuple[str, str], Act] = {
    ("duplicate_shipment", duplicates.WRITE_OFF.key): _write_off,
    ("shipped_after_cancellation", duplicates.WRITE_OFF.key): _write_off,
    (substitutes.CODE, substitutes.TAKE.key): substitutes.take,
    (substitutes.CODE, substitutes.DECLINE.key): substitutes.decline,
    (export_books.CODE, export_books.AGAIN.key): export_books.go_again,
    (export_books.CODE, export_books.BY_HAND.key): export_books.by_hand,
}
"""Code of the case and key of the option: what it does."""
