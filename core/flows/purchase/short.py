"""Less came of a purchase order than was ordered: a person is asked, until the rest has come or is given up."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from core import ids
from core.cases import service as cases
from core.cases.models import CaseKind
from core.purchasing.models import PurchaseOrder

CODE = "receipt_short"


def ask(session: Session, order: PurchaseOrder, missing: Collection[str]) -> None:
    """Open the one case of a purchase order, with a sentence for each item of which some are missing."""
    said = "Wait for the rest, or close it with purchaseOrderClose: nothing more is expected then."
    cases.open_case(
        session,
        kind=CaseKind.SUPPLIER,
        code=CODE,
        title=f"Not all of {order.number} has come",
        message=f"{' '.join(missing)} {said}",
        subject=ids.encode("po", order.id),
        same_as=_same(order),
    )


def settle(session: Session, order: PurchaseOrder, note: str) -> None:
    """Nothing is missing any more, or nobody waits for it."""
    cases.settle(session, _same(order), note)


def _same(order: PurchaseOrder) -> str:
    return f"{CODE}:{order.id}"
