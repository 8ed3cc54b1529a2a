"""An order is a sale once it is placed: the customer owes, revenue and tax are ours. Cancelling takes it back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.flows.book.amounts import INCOME, TAX, UNITS_SOLD, collected_by_channel, tax_back, worth
from core.ledgers import accounts, service
from core.ledgers.service import Draft, Line
from core.returns.amounts import tax_within
from core.returns.amounts import worth as worth_of_units

_ORDERS = text(
    """
    select id, number, channel_id, currency, placed_at, taxes_included, shipping_minor, shipping_tax_minor, tax_lines
    from orders where id = any(:ids) order by id
    """
)

# A bundle's own line is left out: its components carry the money.
_LINES = text(
    """
    select order_id, id, kind, item_id, quantity, discount_minor, tax_minor, total_minor
    from order_lines line
    where order_id = any(:ids)
      and (ships or not exists (select from order_lines part where part.bundle_line_id = line.id))
    order by order_id, position
    """
)

_BOOKED = text(
    """
    select entry.order_id, account.code, posting.order_line_id, posting.item_id,
        sum(posting.amount_minor), sum(posting.quantity)
    from journal_entries entry
    join postings posting on posting.entry_id = entry.id
    join ledger_accounts account on account.id = posting.account_id
    where entry.order_id = any(:ids) and entry.rule = any(:rules)
    group by 1, 2, 3, 4
    """
)

_ENTRIES = text("select count(*) from journal_entries where order_id = :id and rule = :rule")


class _Sale(NamedTuple):
    id: int
    number: str
    channel_id: int
    currency: str
    placed_at: datetime
    taxes_included: bool
    shipping: int
    shipping_tax: int
    tax_lines: list[dict[str, object]]


def sales(session: Session, order_ids: Iterable[int]) -> None:
    """Book orders as placed: one revenue posting a line, all else summed. An order is booked as a sale once.

    Call it before `cancellations`: units cancelled already are booked here, and taken back there.
    """
    service.post(session, sale_drafts(session, order_ids), move_into_open=True)


def sale_drafts(session: Session, order_ids: Iterable[int]) -> list[Draft]:
    """The entries of orders as placed."""
    return [
        Draft(
            rule="sale",
            book_key=f"sale:ord_{sale.id}",
            description=f"Sale {sale.number}",
            postings=postings,
            order_id=sale.id,
            source=f"ord_{sale.id}",
            effective_at=sale.placed_at,
        )
        for sale, postings in _sold(session, sorted(set(order_ids)))
    ]


def changes(session: Session, order_ids: Iterable[int], *, at: datetime | None = None) -> None:
    """Book what orders came to less or more since they were booked: edited lines, prices, shipping.

    The orders must be locked. Harmless where nothing changed; what was cancelled stays taken back.
    """
    wanted = sorted(set(order_ids))
    booked: dict[int, dict[tuple[str, int | None, int | None], list[int]]] = {}
    rows = session.execute(_BOOKED, {"ids": wanted, "rules": ["sale", "sale_change"]})
    for order_id, account, line_id, item_id, amount, units in rows:
        booked.setdefault(order_id, {})[account, line_id, item_id] = [int(amount), int(units or 0)]
    drafts = []
    for sale, postings in _sold(session, [order_id for order_id in wanted if order_id in booked]):
        before = booked[sale.id]
        more = [
            _beyond(line, before.pop((line.account, line.order_line_id, line.item_id), [0, 0])) for line in postings
        ]
        more += [
            Line(account, -amount, sale.currency, item_id, sale.channel_id, line_id, -units or None)
            for (account, line_id, item_id), (amount, units) in before.items()
        ]
        drafts.append(
            Draft(
                rule="sale_change",
                book_key=None,
                description=f"Change of sale {sale.number}",
                postings=more,
                order_id=sale.id,
                source=f"ord_{sale.id}",
                effective_at=at or clock.now(),
            )
        )
    service.post(session, drafts, move_into_open=True)


def cancellations(
    session: Session,
    order_id: int,
    quantities: Mapping[int, int],
    *,
    shipping_minor: int = 0,
    at: datetime | None = None,
) -> int:
    """Take back the sale of units just cancelled, and of so much shipping (tax in it, where any is charged).

    `quantities` is order line id to units, components of bundles rather than bundles. Units are worth what the same
    refund would give for them, so that the parts of a line sum to the whole to the last cent. Returns what the
    customer owes less, in minor units. The order must be locked, and each cancellation told once.
    """
    ((sale, sold),) = _sold(session, [order_id])
    done = _cancelled(session, order_id)
    postings = []
    for row in session.execute(_LINES, {"ids": [order_id]}):
        if quantities.get(row.id):
            postings += _line_back(sale, sold, row, quantities[row.id], done.get(row.id, _Gone(0, 0, 0, 0)))
    postings += _shipping_back(sale, sold, shipping_minor)
    total = sum(line.amount_minor for line in postings)
    postings.append(Line(accounts.RECEIVABLE, -total, sale.currency, None, sale.channel_id))
    count = session.execute(_ENTRIES, {"id": order_id, "rule": "cancellation"}).scalar_one()
    draft = Draft(
        rule="cancellation",
        book_key=f"cancellation:ord_{order_id}:{count + 1}",
        description=f"Cancellation of {sale.number}",
        postings=postings,
        order_id=order_id,
        source=f"ord_{order_id}",
        effective_at=at or clock.now(),
    )
    service.post(session, [draft], move_into_open=True)
    return total


class _Gone(NamedTuple):
    """What is taken back of one line so far."""

    units: int
    total: int
    tax: int
    discount: int


def _cancelled(session: Session, order_id: int) -> dict[int, _Gone]:
    gone: dict[int, _Gone] = {}
    rows = session.execute(_BOOKED, {"ids": [order_id], "rules": ["cancellation"]})
    for _, account, line_id, _, amount, units in rows:
        if line_id is None:
            continue
        before = gone.get(line_id, _Gone(0, 0, 0, 0))
        gone[line_id] = _Gone(
            before.units - int(units or 0),
            before.total + int(amount),
            before.tax + (int(amount) if account in TAX else 0),
            before.discount - (int(amount) if account == accounts.DISCOUNTS else 0),
        )
    return gone


def _line_back(sale: _Sale, sold: Sequence[Line], row: Any, units: int, gone: _Gone) -> list[Line]:
    amount = worth_of_units(row.total_minor, gone.total, row.quantity, gone.units, units)
    tax = tax_within(row.total_minor, row.tax_minor, gone.total, gone.tax, amount)
    whole = worth(row.total_minor, row.discount_minor, row.tax_minor, taxes_included=sale.taxes_included)
    off = worth_of_units(whole.discount, gone.discount, row.quantity, gone.units, units)
    about = (sale.currency, row.item_id, sale.channel_id, row.id)
    return [
        Line(INCOME[row.kind], amount - tax + off, *about, -units if row.kind in UNITS_SOLD else None),
        Line(accounts.DISCOUNTS, -off, *about),
        *tax_back(sold, tax, sale.currency, sale.channel_id, row.id),
    ]


def _shipping_back(sale: _Sale, sold: Sequence[Line], gross: int) -> list[Line]:
    if not gross:
        return []
    charged = sale.shipping if sale.taxes_included else sale.shipping + sale.shipping_tax
    tax = tax_within(charged, sale.shipping_tax, 0, 0, gross)
    return [
        Line(accounts.SHIPPING_CHARGED, gross - tax, sale.currency, None, sale.channel_id),
        *tax_back(sold, tax, sale.currency, sale.channel_id),
    ]


def _beyond(line: Line, booked: Sequence[int]) -> Line:
    """What is not booked yet of a posting."""
    units = (line.quantity or 0) - booked[1]
    return line._replace(amount_minor=line.amount_minor - booked[0], quantity=units or None)


def _orders(session: Session, order_ids: Sequence[int]) -> list[_Sale]:
    return [_Sale(*row) for row in session.execute(_ORDERS, {"ids": list(order_ids)})]


def _sold(session: Session, order_ids: Sequence[int]) -> list[tuple[_Sale, list[Line]]]:
    """What each order should have booked as a whole."""
    if not order_ids:
        return []
    lines: dict[int, list[Any]] = {order_id: [] for order_id in order_ids}
    for row in session.execute(_LINES, {"ids": list(order_ids)}).all():
        lines[row[0]].append(row)
    return [(sale, _postings(sale, lines[sale.id])) for sale in _orders(session, order_ids)]


def _postings(sale: _Sale, lines: Sequence[Any]) -> list[Line]:
    channel, currency, included = sale.channel_id, sale.currency, sale.taxes_included
    owed, tax = 0, sale.shipping_tax
    made = []
    for _, line_id, kind, item_id, quantity, discount, line_tax, total in lines:
        revenue, off, _ = worth(total, discount, line_tax, taxes_included=included)
        owed += total
        tax += line_tax
        units = quantity if kind in UNITS_SOLD else None
        made.append(Line(INCOME[kind], -revenue, currency, item_id, channel, line_id, units))
        if off:
            made.append(Line(accounts.DISCOUNTS, off, currency, item_id, channel, line_id))
    net_shipping = sale.shipping - (sale.shipping_tax if included else 0)
    theirs = collected_by_channel(sale.tax_lines, tax)
    owed += net_shipping + sale.shipping_tax
    made.append(Line(accounts.RECEIVABLE, owed, currency, None, channel))
    made.append(Line(accounts.SHIPPING_CHARGED, -net_shipping, currency, None, channel))
    made.append(Line(accounts.SALES_TAX, theirs - tax, currency, None, channel))
    made.append(Line(accounts.CHANNEL_RECEIVABLE, -theirs, currency, None, channel))
    return made
