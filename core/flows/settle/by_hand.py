"""Matching a row by hand: to an order, or to an account of its own."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import outbox
from core.errors import IllegalState, Invalid, NotFound
from core.flows.settle.match import OPEN, match
from core.ledgers import accounts, books
from core.orders.models import Order
from core.settlements.judge import Sort, sort_of
from core.settlements.models import Settlement, SettlementLine


def match_line(
    session: Session, line_id: int, *, order_id: int | None = None, account: str | None = None, note: str | None = None
) -> int:
    """Say what an open row is. To an order alone it is booked as the kind it has, else as another cost of the order.

    Raises NotFound, Invalid where neither an order nor an account is given, IllegalState for what is matched already.
    """
    if order_id is None and account is None:
        raise Invalid("Give an order, or an account.", path=("orderId",))
    settlement_id = session.scalar(select(SettlementLine.settlement_id).where(SettlementLine.id == line_id))
    if settlement_id is None:
        raise NotFound("There is no such row of a settlement.", path=("id",))
    session.get_one(Settlement, settlement_id, with_for_update=True)
    line = session.get_one(SettlementLine, line_id, populate_existing=True)
    if line.state not in OPEN:
        raise IllegalState("This row is matched already.", path=("id",))
    if account is not None and account not in books.read(session).accounts:
        raise NotFound(f"There is no account {account!r}; `ledgerAccounts` lists the chart.", path=("account",))
    if order_id is not None and session.get(Order, order_id) is None:
        raise NotFound("There is no order with this id.", path=("orderId",))
    line.order_id = order_id if order_id is not None else line.order_id
    line.account = account or (accounts.OTHER_COSTS if sort_of(line) is Sort.UNKNOWN else None)
    match(session, [settlement_id])
    line = session.get_one(SettlementLine, line_id, populate_existing=True)
    line.reason = note or line.reason
    to = f"order ord_{line.order_id}" if order_id is not None else f"account {account}"
    message = f"A row of a settlement, {line.raw_kind}, was matched to {to}." + (f" {note}" if note else "")
    outbox.record(session, "settlement.line_matched", f"stll_{line_id}", message, order_id=line.order_id)
    return line_id
