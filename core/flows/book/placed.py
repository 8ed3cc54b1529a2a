"""New orders in the books: what was sold and the money that came with it, booked together."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from core.flows.book.payments import payment_drafts
from core.flows.book.sales import sale_drafts
from core.ledgers import service


def placed(session: Session, order_ids: Iterable[int], payment_ids: Iterable[int]) -> None:
    """As `sales` and `payments`, in one posting."""
    drafts = [*sale_drafts(session, order_ids), *payment_drafts(session, payment_ids)]
    service.post(session, drafts, move_into_open=True)
