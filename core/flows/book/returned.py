"""Goods that came back: their cost comes back as it left, into stock where they can be sold, else as a loss."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.flows.book import first_back
from core.flows.book.first_back import Part
from core.ledgers import accounts, books, costs, rates, service
from core.ledgers.service import Draft, Line
from core.returns.models import Disposition

_AGAINST = {
    Disposition.RESTOCK: accounts.INVENTORY,
    Disposition.DAMAGED: accounts.STOCK_ADJUSTED,
    Disposition.WRITE_OFF: accounts.STOCK_ADJUSTED,
    Disposition.RETURN_TO_SUPPLIER: accounts.STOCK_ADJUSTED,
}
"""What takes the cost of units; those pending, missing or sent back to the shopper stay sold."""

_UNITS = text(
    """
    select part.id, part.disposition, part.quantity, part.recorded_at, line.order_line_id, sold.item_id,
        returns.order_id, returns.number, returns.id as return_id, orders.channel_id,
        coalesce(location.kind <> 'SUPPLIER', true) as own
    from line_dispositions part
    join return_lines line on line.id = part.return_line_id
    join order_lines sold on sold.id = line.order_line_id
    join returns on returns.id = line.return_id
    join orders on orders.id = returns.order_id
    left join locations location on location.id = part.location_id
    where part.id = any(:ids) and part.disposition = any(:booked)
      and not exists (select from journal_entries where book_key = 'return:' || part.id)
    order by part.id
    """
)

_TAKE = text(
    """
    update shipment_lines line set cost_returned = line.cost_returned + part.quantity
    from unnest(cast(:ids as bigint[]), cast(:quantities as int[])) as part(id, quantity)
    where line.id = part.id
    """
)


def received_returns(session: Session, disposition_ids: Iterable[int]) -> None:
    """Book what received units turned out to be, once each.

    Restocked units go back into the pool of what left (a substitute's, where that was sent) at the cost they left
    with; damaged ones and write-offs are a loss, and damaged stock is worth nothing in the books from then on. The
    orders must be locked.
    """
    parameters = {"ids": sorted(set(disposition_ids)), "booked": list(_AGAINST)}
    units = session.execute(_UNITS, parameters).all()
    if not units:
        return
    reporting = books.read(session).currency
    left_as = first_back.parts(session, [(unit.order_line_id, unit.quantity) for unit in units])
    parts = list(zip(units, left_as, strict=True))
    _note_taken(session, [part for _, of in parts for part in of])
    foreign = {(part.currency, unit.recorded_at) for unit, of in parts for part in of}
    known = rates.at(session, reporting, foreign)
    restocked, drafts = list[tuple[int, int, int]](), list[Draft]()
    for unit, of in parts:
        stored = unit.disposition == Disposition.RESTOCK and unit.own
        values = (
            [_value(part, reporting, known.get((part.currency, unit.recorded_at))) for part in of] if stored else []
        )
        if stored:
            restocked += _pooled(unit, of, values)
        drafts.append(_draft(unit, of, values, reporting))
    costs.put_back(session, restocked)
    service.post(session, drafts, move_into_open=True)


def _note_taken(session: Session, parts: Iterable[Part]) -> None:
    taken: dict[int, int] = {}
    for part in parts:
        taken[part.shipment_line_id] = taken.get(part.shipment_line_id, 0) + part.quantity
    if taken:
        session.execute(_TAKE, {"ids": list(taken), "quantities": list(taken.values())})


def _value(part: Part, reporting: str, rate: tuple[int, int] | None) -> int:
    if part.currency == reporting:
        return part.cost
    return rates.convert(part.cost, rate) if rate else 0


def _pooled(unit: Any, parts: Sequence[Part], values: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """(item, units, their value) for the pools: each unit goes back as what left."""
    worth: dict[int, int] = {}
    for part, value in zip(parts, values, strict=True):
        worth[part.item_id] = worth.get(part.item_id, 0) + value
    for item_id, quantity in first_back.items(unit.item_id, unit.quantity, parts).items():
        yield item_id, quantity, worth.get(item_id, 0)


def _draft(unit: Any, parts: Sequence[Part], values: Sequence[int], reporting: str) -> Draft:
    """With `values`, the units are inventory again, which is kept in the reporting currency."""
    against = _AGAINST[unit.disposition] if unit.own else accounts.GOODS_RECEIVED
    sale = (unit.channel_id, unit.order_line_id)
    postings = [Line(accounts.COGS, -part.cost, part.currency, part.item_id, *sale) for part in parts]
    for part, value in zip_longest(parts, values):
        about = (part.item_id, *sale)
        if value is None or part.currency == reporting:
            postings.append(Line(against, part.cost, part.currency, *about))
        else:
            postings.append(Line(against, value, reporting, *about))
            postings.append(Line(accounts.CURRENCY_CLEARING, -value, reporting))
            postings.append(Line(accounts.CURRENCY_CLEARING, part.cost, part.currency))
    return Draft(
        rule="return",
        book_key=f"return:{unit.id}",
        description=f"Goods of {unit.number} came back: {unit.disposition.lower().replace('_', ' ')}",
        postings=postings,
        order_id=unit.order_id,
        source=f"ret_{unit.return_id}",
        effective_at=unit.recorded_at,
    )
