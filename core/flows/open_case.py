"""A person or a program asks for a decision."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.errors import Invalid, NotFound
from core.fulfillment.models import FulfillmentOrder
from core.orders.models import Hold, Order, OrderLine, Payment
from core.returns.models import Refund, Return
from core.shipments.models import Shipment

CODE = "manual"
_LONGEST_TITLE, _LONGEST_MESSAGE = 200, 10_000
_OF_AN_ORDER: dict[str, Any] = {
    "ful": FulfillmentOrder,
    "hld": Hold,
    "orl": OrderLine,
    "pay": Payment,
    "ref": Refund,
    "ret": Return,
    "ship": Shipment,
}
"""Kinds of things that belong to one order: a case about one of them is a case of that order."""


def open_by_hand(
    session: Session,
    *,
    kind: CaseKind,
    title: str,
    message: str,
    subject: str | None = None,
    due_at: datetime | None = None,
) -> int:
    """Open a case about anything with an id, or about nothing that has one. Raises Invalid, NotFound."""
    title, message = title.strip(), message.strip()
    if not title or len(title) > _LONGEST_TITLE:
        raise Invalid(f"A title has 1 to {_LONGEST_TITLE} characters.", path=("title",))
    if not message or len(message) > _LONGEST_MESSAGE:
        raise Invalid(f"A message has 1 to {_LONGEST_MESSAGE} characters.", path=("message",))
    order_id = _order_of(session, subject) if subject is not None else None
    return open_case(
        session, kind=kind, code=CODE, title=title, message=message, subject=subject, order_id=order_id, due_at=due_at
    )


def _order_of(session: Session, subject: str) -> int | None:
    """The order that the subject is or belongs to; None where it belongs to none."""
    parts = ids.decode(subject)
    if parts is None:
        raise NotFound(f"{subject!r} is not an id.", path=("subject",))
    if parts.prefix == "ord":
        query = select(Order.id).where(Order.id == parts.number)
    elif parts.prefix in _OF_AN_ORDER:
        model = _OF_AN_ORDER[parts.prefix]
        query = select(model.order_id).where(model.id == parts.number)
    else:
        return None
    order_id: int | None = session.scalar(query)
    if order_id is None:
        raise NotFound(f"Nothing has the id {subject}.", path=("subject",))
    return order_id
