"""Money given back. What the customer is owed already, for what was cancelled or paid too much, is no allowance."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.flows.book.amounts import GIVEN_BACK, UNITS_SOLD, tax_back
from core.ledgers import accounts, service
from core.ledgers.service import Draft, Line
from core.money import cumulative
from core.returns.models import RefundState

# `owed`: what the customer has paid too much, by the order's account; `ours` and `theirs`: the tax as it was sold.
_REFUNDS = text(
    """
    select refund.id, refund.order_id, refund.state, refund.currency, refund.amount_minor, refund.tax_minor,
        refund.shipping_minor, refund.goodwill_minor, refund.created_at, orders.number, orders.channel_id,
        greatest(0, -coalesce(account.receivable, 0)) as owed,
        coalesce(account.ours, 0) as ours, coalesce(account.theirs, 0) as theirs
    from refunds refund
    join orders on orders.id = refund.order_id
    cross join lateral (
        select sum(posting.amount_minor) filter (where chart.code = '1100') as receivable,
            sum(posting.amount_minor) filter (where chart.code = '2200' and entry.rule = 'sale') as ours,
            sum(posting.amount_minor) filter (where chart.code = '1150' and entry.rule = 'sale') as theirs
        from journal_entries entry
        join postings posting on posting.entry_id = entry.id and posting.currency = refund.currency
        join ledger_accounts chart on chart.id = posting.account_id and chart.code in ('1100', '1150', '2200')
        where entry.order_id = refund.order_id
    ) account
    where refund.id = any(:ids)
    order by refund.id
    """
)

_LINES = text(
    """
    select part.refund_id, part.order_line_id, line.kind, line.item_id, part.quantity, part.amount_minor, part.tax_minor
    from refund_lines part join order_lines line on line.id = part.order_line_id
    where part.refund_id = any(:ids) order by part.id
    """
)

_DUE = {RefundState.SUBMITTED, RefundState.UNKNOWN, RefundState.SUCCEEDED}


def refunds(session: Session, refund_ids: Iterable[int]) -> None:
    """Book refunds as far as they have come: owed once under way, paid once they succeeded, undone when they failed.

    The orders must be locked, and their sale and cancellations booked.
    """
    ids = sorted(set(refund_ids))
    lines: dict[int, list[Any]] = {refund_id: [] for refund_id in ids}
    for line in session.execute(_LINES, {"ids": ids}):
        lines[line.refund_id].append(line)
    owed: dict[int, int] = {}
    drafts = []
    for refund in session.execute(_REFUNDS, {"ids": ids}):
        if refund.state == RefundState.FAILED:
            _undo(session, refund.id)
        if refund.state not in _DUE:
            continue
        already = min(owed.get(refund.order_id, int(refund.owed)), refund.amount_minor)
        owed[refund.order_id] = owed.get(refund.order_id, int(refund.owed)) - already
        drafts.append(_due(refund, lines[refund.id], already))
        if refund.state == RefundState.SUCCEEDED:
            drafts.append(_paid(refund))
    service.post(session, drafts, move_into_open=True)


def _due(refund: Any, lines: Sequence[Any], already: int) -> Draft:
    about = (refund.currency, None, refund.channel_id)
    postings = [
        Line(accounts.RECEIVABLE, already, *about),
        Line(accounts.REFUNDS_PAYABLE, -refund.amount_minor, *about),
    ]
    if not already:
        postings += _allowances(refund, lines)
    elif already < refund.amount_minor:
        allowed = _allowances(refund, lines)
        shares = cumulative(refund.amount_minor - already, [max(0, line.amount_minor) for line in allowed])
        postings += [line._replace(amount_minor=share) for line, share in zip(allowed, shares, strict=True)]
    return Draft(
        rule="refund",
        book_key=f"refund:ref_{refund.id}",
        description=f"Refund for {refund.number}",
        postings=postings,
        order_id=refund.order_id,
        source=f"ref_{refund.id}",
        effective_at=refund.created_at,
    )


def _allowances(refund: Any, lines: Sequence[Any]) -> list[Line]:
    """What is given back in all, by account: goods, shipping and goodwill without tax, and the tax."""
    currency, channel = refund.currency, refund.channel_id
    shipping_tax = min(refund.tax_minor - sum(line.tax_minor for line in lines), refund.shipping_minor)
    goodwill_tax = refund.tax_minor - sum(line.tax_minor for line in lines) - shipping_tax
    sold = [
        Line(accounts.SALES_TAX, int(refund.ours), currency),
        Line(accounts.CHANNEL_RECEIVABLE, int(refund.theirs), currency),
    ]
    given = [
        Line(
            GIVEN_BACK[line.kind],
            line.amount_minor - line.tax_minor,
            currency,
            line.item_id,
            channel,
            line.order_line_id,
            line.quantity if line.kind in UNITS_SOLD else None,
        )
        for line in lines
    ]
    given.append(Line(accounts.SHIPPING_REFUNDED, refund.shipping_minor - shipping_tax, currency, None, channel))
    given.append(Line(accounts.REFUNDS, refund.goodwill_minor - goodwill_tax, currency, None, channel))
    return [*given, *tax_back(sold, refund.tax_minor, currency, channel)]


def _paid(refund: Any) -> Draft:
    about = (refund.currency, None, refund.channel_id)
    amount = refund.amount_minor
    return Draft(
        rule="refund_paid",
        book_key=f"refund_paid:ref_{refund.id}",
        description=f"Refund for {refund.number} paid",
        postings=[Line(accounts.REFUNDS_PAYABLE, amount, *about), Line(accounts.BANK, -amount, *about)],
        order_id=refund.order_id,
        source=f"ref_{refund.id}",
        effective_at=refund.created_at,
    )


def _undo(session: Session, refund_id: int) -> None:
    for key in (f"refund_paid:ref_{refund_id}", f"refund:ref_{refund_id}"):
        entry_id = service.entry_of(session, key)
        if entry_id is not None:
            service.reverse(session, entry_id, "the refund failed")
