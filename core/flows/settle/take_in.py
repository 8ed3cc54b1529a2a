"""Keeping a settlement as its channel tells of it. Told again, it adds only the rows that are new."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import clock, outbox
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.catalog.models import Channel
from core.db import insert_rows
from core.flows.settle.match import match
from core.money import Money, spoken
from core.settlements.models import Settlement, SettlementLine, SettlementLineState
from crossdock import settlements as told

DIFFERENCE = "difference"
"""The row of ours that makes the rows of a file come to its payout, where they do not by themselves."""

_COLUMNS = [
    SettlementLine.settlement_id,
    SettlementLine.external_id,
    SettlementLine.raw_kind,
    SettlementLine.kind,
    SettlementLine.refund,
    SettlementLine.currency,
    SettlementLine.amount_minor,
    SettlementLine.settled_minor,
    SettlementLine.order_name,
    SettlementLine.sku,
    SettlementLine.posted_at,
    SettlementLine.state,
    SettlementLine.reason,
]


def take_in(session: Session, channel: Channel, said: told.Settlement) -> list[str]:
    """Keep, match and book a settlement. Answers with the orders that it names and that are not here.

    The same rows again change nothing, whatever they say now: what is booked stays as it was.
    """
    settlement = _kept(session, channel, said)
    known = set(
        session.scalars(select(SettlementLine.external_id).where(SettlementLine.settlement_id == settlement.id))
    )
    rows = {line.external_id: _row(settlement, line) for line in said.lines if line.external_id not in known}
    if settlement.complete:
        if rows:
            _ask(session, settlement, said, sorted(rows))
        return _missing(session, settlement)
    if said.closed:
        rows |= _difference(settlement, said)
    insert_rows(session, SettlementLine, _COLUMNS, rows.values())
    settlement.complete = said.closed
    match(session, [settlement.id])
    return _missing(session, settlement)


def _missing(session: Session, settlement: Settlement) -> list[str]:
    """What its rows call orders that are not here."""
    names = select(SettlementLine.order_name).where(
        SettlementLine.settlement_id == settlement.id,
        SettlementLine.state == SettlementLineState.UNMATCHED,
        SettlementLine.order_name.is_not(None),
    )
    return sorted({name for name in session.scalars(names) if name})


def _ask(session: Session, settlement: Settlement, said: told.Settlement, new: list[str]) -> None:
    """Rows after the payout is booked do not fit it: a person decides."""
    total = spoken(said.total.minor, said.total.currency)
    open_case(
        session,
        kind=CaseKind.SETTLEMENT,
        code="settlement_changed",
        title=f"Settlement {settlement.external_id} was changed after it was closed",
        message=f"It is now told with {len(new)} rows more, over {total}; nothing of that is booked.",
        subject=f"stl_{settlement.id}",
        same_as=f"settlement_changed:stl_{settlement.id}",
        data={"rows": new[:100]},
    )


def _kept(session: Session, channel: Channel, said: told.Settlement) -> Settlement:
    """The settlement, locked, and brought up to date while it is open."""
    row = {
        "channel_id": channel.id,
        "external_id": said.external_id,
        "currency": said.total.currency,
        "payout_minor": said.total.minor,
        "unmatched_minor": said.total.minor,
        "complete": False,
        "imported_at": clock.now(),
    }
    made = session.scalars(
        insert(Settlement)
        .values(row)
        .on_conflict_do_nothing(index_elements=["channel_id", "external_id"])
        .returning(Settlement.id)
    ).one_or_none()
    named = (Settlement.channel_id == channel.id, Settlement.external_id == said.external_id)
    settlement = session.scalars(select(Settlement).where(*named).with_for_update()).one()
    if not settlement.complete:
        settlement.payout_minor = said.total.minor
        settlement.period_start, settlement.period_end = said.period_from, said.period_to
        settlement.paid_at = said.paid_at
    if made is not None:
        amount = spoken(said.total.minor, said.total.currency)
        message = f"{channel.name} told of settlement {said.external_id} over {amount}."
        outbox.record(session, "settlement.imported", f"stl_{settlement.id}", message)
    return settlement


def _row(settlement: Settlement, line: told.SettlementLine) -> tuple[object, ...]:
    """A row as it is kept. What one in another currency came to, where it does not say, is part of `difference`."""
    settled = line.settled or line.amount
    same = settled.currency == settlement.currency
    unsaid = f"It does not say what it came to in {settlement.currency}: that is in the row {DIFFERENCE!r}."
    return (
        settlement.id,
        line.external_id,
        line.raw_kind,
        line.kind,
        line.refund,
        line.amount.currency,
        line.amount.minor,
        settled.minor if same else 0,
        line.order_external_id or line.shipment_external_id,
        line.sku,
        line.at,
        SettlementLineState.UNMATCHED if same else SettlementLineState.MATCHED,
        None if same else unsaid,
    )


def _difference(settlement: Settlement, said: told.Settlement) -> dict[str, tuple[object, ...]]:
    """What the payout is more or less than its rows: it waits for a person like any row that nobody knows."""
    rows = {line.external_id: line.settled or line.amount for line in said.lines}
    summed = sum(amount.minor for amount in rows.values() if amount.currency == settlement.currency)
    if said.total.minor == summed:
        return {}
    amount = Money(said.total.minor - summed, settlement.currency)
    line = told.SettlementLine(external_id=DIFFERENCE, raw_kind=DIFFERENCE, amount=amount)
    return {DIFFERENCE: _row(settlement, line)}
