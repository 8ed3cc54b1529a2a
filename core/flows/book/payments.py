"""Money that came in: what was captured, less what was charged back."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.ledgers import accounts, service
from core.ledgers.service import Draft, Line

_PAYMENTS = text(
    """
    select payment.id, payment.order_id, orders.number, orders.channel_id, payment.currency, payment.created_at,
        payment.captured_minor - payment.disputed_minor as held, coalesce(booked.amount, 0) as booked, booked.entries
    from payments payment
    join orders on orders.id = payment.order_id
    cross join lateral (
        select sum(posting.amount_minor) as amount, count(distinct entry.id) as entries
        from journal_entries entry
        join postings posting on posting.entry_id = entry.id
        join ledger_accounts account on account.id = posting.account_id and account.code = '1000'
        where entry.source = 'pay_' || payment.id and entry.rule = 'payment'
    ) booked
    where payment.id = any(:ids)
    order by payment.id
    """
)


def payments(session: Session, payment_ids: Iterable[int], *, at: datetime | None = None) -> None:
    """Book the difference between what is captured and not disputed, and what is booked of each payment.

    `at` is when that changed; None: when the payment was made. The orders must be locked.
    """
    service.post(session, payment_drafts(session, payment_ids, at=at), move_into_open=True)


def payment_drafts(session: Session, payment_ids: Iterable[int], *, at: datetime | None = None) -> list[Draft]:
    """The entries of what changed about payments."""
    wanted = sorted(set(payment_ids))
    if not wanted:
        return []
    drafts = []
    for row in session.execute(_PAYMENTS, {"ids": wanted}):
        more = row.held - int(row.booked)
        about = (row.currency, None, row.channel_id)
        drafts.append(
            Draft(
                rule="payment",
                book_key=f"payment:pay_{row.id}:{row.entries + 1}",
                description=f"Payment for {row.number}" if more >= 0 else f"Payment for {row.number} charged back",
                postings=[Line(accounts.BANK, more, *about), Line(accounts.RECEIVABLE, -more, *about)],
                order_id=row.order_id,
                source=f"pay_{row.id}",
                effective_at=at or row.created_at,
            )
        )
    return drafts
