"""What selling costs: commissions, marketplace fees and bank charges, owed until they are settled."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.flows.book.amounts import GIVEN_BACK
from core.ledgers import accounts, service
from core.ledgers.service import Draft, Line
from crossdock.orders import LineKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """One fee, in minor units; a negative amount gives it back. `key` makes telling it twice harmless.

    `kind` is COMMISSION, MARKETPLACE_FEE or BANK_CHARGE.
    """

    key: str
    kind: LineKind
    amount_minor: int
    currency: str
    at: datetime
    title: str = ""
    order_id: int | None = None
    channel_id: int | None = None
    source: str | None = None


def fees(session: Session, charged: Iterable[Fee]) -> None:
    """Book fees against the profit of their order, or of their channel where no order is to blame."""
    drafts = [
        Draft(
            rule="fee",
            book_key=f"fee:{fee.key}",
            description=fee.title or fee.kind.replace("_", " ").capitalize(),
            postings=[
                Line(GIVEN_BACK[fee.kind], fee.amount_minor, fee.currency, None, fee.channel_id),
                Line(accounts.ACCRUED_FEES, -fee.amount_minor, fee.currency, None, fee.channel_id),
            ],
            order_id=fee.order_id,
            source=fee.source or (f"ord_{fee.order_id}" if fee.order_id else None),
            effective_at=fee.at,
        )
        for fee in charged
    ]
    service.post(session, drafts, move_into_open=True)
