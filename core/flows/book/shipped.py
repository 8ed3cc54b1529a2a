"""Goods that left: they cost what their pool says, or what the supplier asks who shipped them for us."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.flows.book import cost_missing
from core.ledgers import accounts, books, costs, service
from core.ledgers.service import Draft, Line
from core.money import divide

# Only lines that are not booked yet. `own`: they left our stock. `away`: they were with the channel that ships them.
_LINES = text(
    """
    select line.id, line.shipment_id, line.order_line_id, line.item_id, line.quantity,
        shipment.order_id, shipment.location_id, orders.number, orders.channel_id,
        coalesce(shipment.shipped_at, :now) as shipped_at,
        coalesce(location.kind <> 'SUPPLIER', false) as own, location.id is null as away,
        offer.cost_minor * line.quantity as asked, offer.currency
    from shipment_lines line
    join shipments shipment on shipment.id = line.shipment_id
    join orders on orders.id = shipment.order_id
    left join locations location on location.id = shipment.location_id
    left join suppliers supplier on supplier.location_id = location.id and location.kind = 'SUPPLIER'
    left join supplier_offers offer on offer.supplier_id = supplier.id and offer.item_id = line.item_id
    where line.shipment_id = any(:ids) and line.cost_minor is null and line.item_id is not null
      and (location.id is not null or orders.fulfilled_by_channel)
    order by shipment.shipped_at, line.id
    """
)

# The same of shipments whose lines are not written yet.
_SHIPMENTS = text(
    """
    select shipment.id, shipment.order_id, shipment.location_id, orders.number, orders.channel_id,
        coalesce(shipment.shipped_at, :now) as shipped_at,
        coalesce(location.kind <> 'SUPPLIER', false) as own, location.id is null as away, supplier.id as supplier_id
    from shipments shipment
    join orders on orders.id = shipment.order_id
    left join locations location on location.id = shipment.location_id
    left join suppliers supplier on supplier.location_id = location.id and location.kind = 'SUPPLIER'
    where shipment.id = any(:ids) and (location.id is not null or orders.fulfilled_by_channel)
    """
)

_OFFERS = text(
    """
    select supplier_id, item_id, cost_minor, currency from supplier_offers
    where supplier_id = any(:suppliers) and item_id = any(:items)
    """
)

_LAST = text(
    """
    select distinct on (item_id) item_id, quantity, cost_minor from shipment_lines
    where item_id = any(:items) and cost_minor is not null and cost_currency = :currency
    order by item_id, id desc
    """
)

_SAVE = text(
    """
    update shipment_lines line set cost_minor = part.cost, cost_currency = part.currency
    from unnest(cast(:ids as bigint[]), cast(:costs as bigint[]), cast(:currencies as text[]))
        as part(id, cost, currency)
    where line.id = part.id
    """
)


Cost = tuple[int | None, str | None]
"""What a line cost us in minor units of a currency; nothing of both where it is not booked."""


class Leaving(NamedTuple):
    """One line of a shipment that has left, before it is written."""

    shipment_id: int
    order_line_id: int
    item_id: int | None
    quantity: int


class _Left(NamedTuple):
    """A line that is to be booked, as `_LINES` reads it."""

    id: int | None
    shipment_id: int
    order_line_id: int
    item_id: int
    quantity: int
    order_id: int
    location_id: int | None
    number: str
    channel_id: int
    shipped_at: datetime
    own: bool
    away: bool
    asked: int | None
    currency: str | None


def shipments(session: Session, shipment_ids: Iterable[int]) -> None:
    """Consume the cost of what left, note it on the shipment's lines, and book it: one posting a line.

    Oldest first, so that a batch of history costs what it would have cost one by one. What the channel ships from its
    own house costs what such units cost us on average, or did when they last left, and takes nothing from our stock.
    Other shipments from nowhere that the hub knows cost nothing. What costs nothing because nobody said what it costs
    opens a case. A shipment is told once it has left; a second time changes nothing.
    """
    lines = session.execute(_LINES, {"ids": sorted(set(shipment_ids)), "now": clock.now()}).all()
    if not lines:
        return
    priced = _book(session, lines)
    session.execute(
        _SAVE,
        {
            "ids": [line.id for line in lines],
            "costs": [cost for cost, _ in priced],
            "currencies": [currency for _, currency in priced],
        },
    )


def leaving(session: Session, told: Sequence[Leaving]) -> list[Cost]:
    """As `shipments`, for shipments that are there and lines that are not: written with their cost, once and for all.

    The cost of each line, in the order given.
    """
    known = {
        row.id: row
        for row in session.execute(_SHIPMENTS, {"ids": sorted({line[0] for line in told}), "now": clock.now()})
    }
    offers = _offers(session, known.values(), told)
    due = sorted(
        (index for index, line in enumerate(told) if line.item_id is not None and line.shipment_id in known),
        key=lambda index: known[told[index].shipment_id].shipped_at,
    )
    lines = []
    for index in due:
        shipment_id, order_line_id, item_id, quantity = told[index]
        _, *about, supplier_id = known[shipment_id]
        asked, currency = offers.get((supplier_id, item_id), (None, None))
        paid = None if asked is None else asked * quantity
        lines.append(_Left._make((None, shipment_id, order_line_id, item_id, quantity, *about, paid, currency)))
    costs_of: list[Cost] = [(None, None)] * len(told)
    for index, cost in zip(due, _book(session, lines), strict=True):
        costs_of[index] = cost
    return costs_of


def _offers(
    session: Session, sent: Iterable[Any], told: Iterable[Leaving]
) -> dict[tuple[int | None, int | None], tuple[int, str]]:
    suppliers = {shipment.supplier_id for shipment in sent if shipment.supplier_id is not None}
    if not suppliers:
        return {}
    items = {line.item_id for line in told if line.item_id is not None}
    rows = session.execute(_OFFERS, {"suppliers": sorted(suppliers), "items": sorted(items)})
    return {(supplier_id, item_id): (cost, currency) for supplier_id, item_id, cost, currency in rows}


def _book(session: Session, lines: Sequence[Any]) -> list[tuple[int, str]]:
    """Take what lines cost out of the pools and book it; (cost, currency) of each. They are sorted, oldest first."""
    if not lines:
        return []
    reporting = books.read(session).currency
    away = _worth(session, [line for line in lines if line.away], reporting)
    pooled = iter(costs.consume(session, [(line.item_id, line.quantity) for line in lines if line.own]))
    priced = [
        (next(pooled), reporting)
        if line.own
        else (away[line.item_id, line.quantity] if line.away else line.asked or 0, line.currency or reporting)
        for line in lines
    ]
    of: dict[int, list[tuple[Any, int, str]]] = {}
    for line, (cost, currency) in zip(lines, priced, strict=True):
        of.setdefault(line.shipment_id, []).append((line, cost, currency))
    service.post(session, [_draft(parts) for parts in of.values()], move_into_open=True)
    free = (line.item_id for line, (cost, _) in zip(lines, priced, strict=True) if not cost and (line.own or line.away))
    cost_missing.ask(session, free)
    supplied = (line for line in lines if not line.own and not line.away and line.asked is None)
    cost_missing.ask_about(session, ((line.item_id, line.location_id) for line in supplied))
    return priced


def _worth(session: Session, lines: Sequence[Any], reporting: str) -> dict[tuple[int, int], int]:
    """What units that are not in our stock cost us, by item and quantity."""
    if not lines:
        return {}
    items = {line.item_id for line in lines}
    known = costs.averages(session, items)
    empty = [item_id for item_id in items if not known.get(item_id, (0, 0))[0]]
    known |= {
        row.item_id: (row.quantity, row.cost_minor)
        for row in session.execute(_LAST, {"items": empty, "currency": reporting})
    }
    return {
        (line.item_id, line.quantity): divide(value * line.quantity, units) if units else 0
        for line in lines
        for units, value in [known.get(line.item_id, (0, 0))]
    }


def _draft(parts: Sequence[tuple[Any, int, str]]) -> Draft:
    first = parts[0][0]
    postings, sums = [], dict[tuple[str, str], int]()
    for line, cost, currency in parts:
        postings.append(Line(accounts.COGS, cost, currency, line.item_id, line.channel_id, line.order_line_id))
        against = (accounts.INVENTORY if line.own else accounts.GOODS_RECEIVED, currency)
        sums[against] = sums.get(against, 0) + cost
    postings += [Line(account, -cost, currency) for (account, currency), cost in sums.items()]
    return Draft(
        rule="shipment",
        book_key=f"shipment:ship_{first.shipment_id}" + (f":{first.id}" if first.id else ""),
        description=f"Goods of {first.number}",
        postings=postings,
        order_id=first.order_id,
        source=f"ship_{first.shipment_id}",
        effective_at=first.shipped_at,
    )
