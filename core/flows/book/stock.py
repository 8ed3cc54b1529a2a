"""What stock is worth when it comes in, is found, lost or written off. Transfers and reservations are worth nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.ledgers import accounts, books, costs, rates, service
from core.ledgers.service import Draft, Line
from core.money import divide
from core.stock.models import Location, LocationKind, MovementReason
from core.stock.movements import Movement

_BOOKED = {
    MovementReason.RECEIPT,
    MovementReason.ADJUST,
    MovementReason.COUNT,
    MovementReason.DAMAGE,
    MovementReason.WRITE_OFF,
    MovementReason.SNAPSHOT,
}
_RULE = {MovementReason.RECEIPT: "receipt"}
_WORDS = {
    MovementReason.RECEIPT: "Goods received",
    MovementReason.ADJUST: "Stock adjusted",
    MovementReason.COUNT: "Stock counted",
    MovementReason.DAMAGE: "Stock damaged",
    MovementReason.WRITE_OFF: "Stock written off",
    MovementReason.SNAPSHOT: "Stock as the location counts it",
}


def stock_value(session: Session, movements: Sequence[Movement], *, against: str | None = None) -> None:
    """Book the value of movements that `core.stock` has just written; the same transaction makes it exactly once.

    What comes in counts at its unit cost, else at what the item's pool costs on average, against goods received
    (receipts) or stock adjusted (found). What goes is taken from the pool at average. `against` names another account.
    Units become damaged as a loss; only undamaged ones have a value. Supplier locations hold nothing of ours.
    """
    own = _own(session, {movement.location_id for movement in movements})
    valued = [m for m in movements if m.on_hand and m.reason in _BOOKED and m.location_id in own]
    if not valued:
        return
    now = clock.now()
    state = books.read(session)
    worth = _values(session, state.currency, valued, now)
    groups: dict[tuple[MovementReason, str | None, datetime], list[tuple[Movement, int]]] = {}
    for movement, value in zip(valued, worth, strict=True):
        groups.setdefault((movement.reason, movement.reference, movement.occurred_at or now), []).append(
            (movement, value)
        )
    service.post(
        session,
        [
            Draft(
                rule=_RULE.get(reason, "stock"),
                book_key=None,
                description=_WORDS[reason] + (f" ({reference})" if reference else ""),
                postings=_postings(parts, state.currency, against),
                source=reference,
                effective_at=at,
            )
            for (reason, reference, at), parts in groups.items()
        ],
        move_into_open=True,
    )


def opening_stock(session: Session, movements: Sequence[Movement]) -> None:
    """Book stock that was there before the hub was, against opening balances."""
    stock_value(session, movements, against=accounts.OPENING)


def _own(session: Session, location_ids: Iterable[int]) -> set[int]:
    wanted = select(Location.id).where(Location.id.in_(sorted(location_ids)), Location.kind != LocationKind.SUPPLIER)
    return set(session.scalars(wanted))


def _values(session: Session, reporting: str, movements: Sequence[Movement], now: datetime) -> list[int]:
    """What each movement adds to its pool, in the reporting currency; negative for what leaves it."""
    foreign = {
        (m.cost_currency, m.occurred_at or now) for m in movements if m.cost_currency and m.cost_currency != reporting
    }
    known = rates.at(session, reporting, foreign)
    pools = costs.averages(session, (m.item_id for m in movements))
    incoming = {
        index: _value(
            m, reporting, known.get((m.cost_currency or reporting, m.occurred_at or now)), pools.get(m.item_id)
        )
        for index, m in enumerate(movements)
        if m.on_hand > 0
    }
    costs.receive(
        session, [(movements[index].item_id, movements[index].on_hand, value) for index, value in incoming.items()]
    )
    outgoing = [index for index, m in enumerate(movements) if m.on_hand < 0]
    taken = costs.consume(session, [(movements[index].item_id, -movements[index].on_hand) for index in outgoing])
    gone = dict(zip(outgoing, taken, strict=True))
    return [incoming.get(index, -gone.get(index, 0)) for index in range(len(movements))]


def _value(movement: Movement, reporting: str, rate: tuple[int, int] | None, pool: tuple[int, int] | None) -> int:
    if movement.unit_cost_minor is not None and movement.cost_currency in {reporting, None}:
        return movement.unit_cost_minor * movement.on_hand
    if movement.unit_cost_minor is not None and rate is not None:
        return rates.convert(movement.unit_cost_minor * movement.on_hand, rate)
    quantity, value = pool or (0, 0)
    return divide(value * movement.on_hand, quantity) if quantity else 0


def _postings(parts: Sequence[tuple[Movement, int]], reporting: str, against: str | None) -> list[Line]:
    """Inventory is kept in the reporting currency; goods bought in another one pass through currency clearing."""
    postings, sums = [], dict[tuple[str, str], int]()
    for movement, value in parts:
        postings.append(Line(accounts.INVENTORY, value, reporting, movement.item_id, None, None, movement.on_hand))
        other = against or accounts.GOODS_RECEIVED
        if against is None and movement.reason is not MovementReason.RECEIPT:
            postings.append(Line(accounts.STOCK_ADJUSTED, -value, reporting, movement.item_id))
            continue
        currency = movement.cost_currency or reporting
        if movement.unit_cost_minor is None or currency == reporting or movement.on_hand < 0:
            sums[other, reporting] = sums.get((other, reporting), 0) - value
            continue
        owed = movement.unit_cost_minor * movement.on_hand
        for account, amount, money in (
            (accounts.CURRENCY_CLEARING, -value, reporting),
            (accounts.CURRENCY_CLEARING, owed, currency),
            (other, -owed, currency),
        ):
            sums[account, money] = sums.get((account, money), 0) + amount
    return postings + [Line(account, amount, currency) for (account, currency), amount in sums.items()]
