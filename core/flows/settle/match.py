"""Matching rows of payouts to orders, judging them by what was expected, and booking what they are."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core import outbox
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.flows.settle.book import book_lines, book_payout
from core.hub import Hub
from core.jobs.registry import periodic
from core.money import spoken
from core.settlements.judge import Key, judge
from core.settlements.models import Settlement, SettlementLine, SettlementLineState, SettlementState

OPEN = (SettlementLineState.UNMATCHED, SettlementLineState.SUSPENSE)

# A name may be the channel's for the order or for a shipment, where a channel mixes them up, or our own.
_FIND_ORDERS = text(
    """
    update settlement_lines line set order_id = found.order_id
    from (
        select open.id, coalesce(
            (select id from orders where orders.channel_id = settlement.channel_id and external_id = open.order_name),
            (select id from orders where orders.channel_id = settlement.channel_id and number = open.order_name),
            (select min(orders.id) from orders where orders.channel_id = settlement.channel_id
                and lower(external_number) = lower(open.order_name) having count(*) = 1),
            (select min(shipment.order_id) from shipments shipment join orders on orders.id = shipment.order_id
                where orders.channel_id = settlement.channel_id and shipment.tracking_number = open.order_name
                having count(distinct shipment.order_id) = 1),
            (select min(shipment.order_id) from shipments shipment join orders on orders.id = shipment.order_id
                where orders.channel_id = settlement.channel_id and shipment.external_id = open.order_name
                having count(distinct shipment.order_id) = 1),
            (select shipment.order_id from shipments shipment join orders on orders.id = shipment.order_id
                where orders.channel_id = settlement.channel_id and open.order_name ~ '^ship_[1-9][0-9]{0,17}$'
                and shipment.id = substring(open.order_name from '^ship_([1-9][0-9]{0,17})$')::bigint)
        ) as order_id
        from settlement_lines open join settlements settlement on settlement.id = open.settlement_id
        where open.settlement_id = any(:ids) and open.state in ('UNMATCHED', 'SUSPENSE')
          and open.order_id is null and open.order_name is not null
    ) found
    where line.id = found.id and found.order_id is not null
    """
)

# What is still to come: captured and refunded money, and fees that were told, less what settlements brought before.
_EXPECTED = text(
    """
    select order_id, sort, currency, sum(amount)::bigint as amount from (
        select order_id, 'CHARGE' as sort, currency, captured_minor - disputed_minor as amount, true as was_told
        from payments where order_id = any(:orders) and captured_minor > 0
        union all
        select order_id, 'REFUND', currency, -amount_minor, true from refunds
        where order_id = any(:orders) and state = 'SUCCEEDED'
        union all
        select entry.order_id, case account.code when '5200' then 'COMMISSION' when '5210' then 'MARKETPLACE_FEE'
            else 'BANK_CHARGE' end, posting.currency, -posting.amount_minor, true
        from journal_entries entry
        join postings posting on posting.entry_id = entry.id
        join ledger_accounts account on account.id = posting.account_id and account.code in ('5200', '5210', '5300')
        where entry.order_id = any(:orders) and entry.rule = 'fee'
        union all
        select order_id, case when kind in ('COMMISSION', 'MARKETPLACE_FEE', 'BANK_CHARGE') then kind
            when refund then 'REFUND' else 'CHARGE' end, currency, -coalesce(expected_minor, amount_minor), false
        from settlement_lines
        where order_id = any(:orders) and state in ('MATCHED', 'VARIANCE') and account is null
    ) told
    group by order_id, sort, currency having bool_or(was_told)
    """
)

_SUMS = text(
    """
    update settlements set matched_minor = found.matched, unmatched_minor = payout_minor - found.matched,
        state = case when not complete then case when found.open = 0 then 'MATCHED' else 'IMPORTED' end
            when found.open = 0 then 'POSTED' else 'PARTLY_MATCHED' end
    from (
        select settlement_id,
            coalesce(sum(settled_minor) filter (where state in ('MATCHED', 'VARIANCE')), 0) as matched,
            count(*) filter (where state in ('UNMATCHED', 'SUSPENSE')) as open
        from settlement_lines where settlement_id = any(:ids) group by settlement_id
    ) found
    where settlements.id = found.settlement_id
    """
)


def match(session: Session, settlement_ids: Collection[int]) -> None:
    """Match what is open in these settlements, book it, and bring their sums up to date. Harmless to repeat."""
    ids = sorted(settlement_ids)
    session.flush()
    locked = select(Settlement).where(Settlement.id.in_(ids)).order_by(Settlement.id).with_for_update()
    found = {one.id: one for one in session.scalars(locked, execution_options={"populate_existing": True})}
    session.execute(_FIND_ORDERS, {"ids": ids})
    query = select(SettlementLine).where(SettlementLine.settlement_id.in_(ids), SettlementLine.state.in_(OPEN))
    lines = list(session.scalars(query.order_by(SettlementLine.id), execution_options={"populate_existing": True}))
    before = {line.id: line.state for line in lines}
    judged = judge(lines, expected_of(session, [line.order_id for line in lines if line.order_id is not None]))
    for line, judgement in zip(lines, judged, strict=True):
        line.state, line.reason, line.expected_minor = judgement
        known = judgement.expected is not None
        line.variance_minor = line.amount_minor - (judgement.expected or 0) if known else None
    session.flush()
    book_lines(session, found, lines)
    book_payout(session, [one for one in found.values() if one.complete])
    session.execute(_SUMS, {"ids": ids})
    for settlement in found.values():
        session.refresh(settlement)
        _tell(session, settlement, [line for line in lines if line.settlement_id == settlement.id], before)


def expected_of(session: Session, order_ids: Sequence[int]) -> dict[Key, int]:
    """What is still to come for each order, sort and currency, signed as in a payout."""
    rows = session.execute(_EXPECTED, {"orders": sorted(set(order_ids))})
    return {(row.order_id, row.sort, row.currency): row.amount for row in rows}


@periodic("settlements.match", every=timedelta(minutes=5), queue="ledger")
def match_open(hub: Hub) -> None:
    """Match rows whose order has come in the meantime, a settlement to a transaction."""
    waiting = select(SettlementLine.settlement_id).where(
        SettlementLine.state == SettlementLineState.UNMATCHED, SettlementLine.order_name.is_not(None)
    )
    with hub.transaction() as session:
        ids = sorted(set(session.scalars(waiting)))
    for settlement_id in ids:
        with hub.transaction() as session:
            match(session, [settlement_id])


def _tell(
    session: Session, settlement: Settlement, lines: Sequence[SettlementLine], before: dict[int, SettlementLineState]
) -> None:
    """One case for what nobody knows, one for what was not expected; an event when the last row is matched."""
    unknown = [line for line in lines if line.state is SettlementLineState.SUSPENSE]
    if unknown:
        _ask_what_it_is(session, settlement, unknown)
    odd = [line for line in lines if line.state is SettlementLineState.VARIANCE and line.state != before[line.id]]
    for currency in sorted({line.currency for line in odd}):
        _report(session, settlement, [line for line in odd if line.currency == currency])
    still = select(func.count()).where(SettlementLine.settlement_id == settlement.id, SettlementLine.state.in_(OPEN))
    if lines and settlement.state is SettlementState.POSTED and not session.scalar(still):
        message = f"Settlement {settlement.external_id} is matched to the last row."
        outbox.record(session, "settlement.matched", f"stl_{settlement.id}", message)


def _ask_what_it_is(session: Session, settlement: Settlement, lines: Sequence[SettlementLine]) -> None:
    amount = spoken(sum(line.settled_minor for line in lines), settlement.currency)
    kinds = ", ".join(sorted({line.raw_kind for line in lines})[:10])
    open_case(
        session,
        kind=CaseKind.SETTLEMENT,
        code="settlement_unknown",
        title=f"Rows of settlement {settlement.external_id} that nobody knows",
        message=f"{len(lines)} rows over {amount} wait in suspense: {kinds}. Match them to an order or account.",
        subject=f"stl_{settlement.id}",
        same_as=f"settlement_unknown:stl_{settlement.id}",
    )


def _report(session: Session, settlement: Settlement, lines: Sequence[SettlementLine]) -> None:
    """One case for the rows of one matching, in one currency; its cost is what they are short of by all together."""
    told = [
        f"{line.raw_kind} is {spoken(line.amount_minor, line.currency)} "
        f"and not {spoken(line.expected_minor or 0, line.currency)}"
        for line in lines
    ]
    more = f" and {len(told) - 5} more" if len(told) > 5 else ""  # noqa: PLR2004  # a sentence, not a list
    orders = {line.order_id for line in lines}
    open_case(
        session,
        kind=CaseKind.SETTLEMENT,
        code="settlement_variance",
        title=f"Settlement {settlement.external_id} differs from what was expected",
        message=f"{'; '.join(told[:5])}{more}.",
        subject=f"stl_{settlement.id}",
        same_as=f"settlement_variance:stll_{lines[0].id}",
        order_id=orders.pop() if len(orders) == 1 else None,
        cost_minor=-sum(line.variance_minor or 0 for line in lines),
        cost_currency=lines[0].currency,
    )
