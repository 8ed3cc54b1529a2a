"""Stock changes and adjustments of the books that a file brings."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from core.catalog.models import Channel
from core.flows import book
from core.stock import service as stock
from core.stock.models import MovementReason
from crossdock.documents import AdjustmentData, StockChangeData, StockLine, StockReason

_REASONS = {
    StockReason.DAMAGE: MovementReason.DAMAGE,
    StockReason.WRITE_OFF: MovementReason.WRITE_OFF,
    StockReason.FOUND: MovementReason.ADJUST,
    StockReason.CORRECTION: MovementReason.ADJUST,
}


class Excess(NamedTuple):
    """A line that takes more than the `free` units that nobody was promised, or finds more than can lie anywhere."""

    line: StockLine
    free: int


def apply(
    session: Session, changes: Sequence[StockChangeData], items: Mapping[str, int], location_id: int
) -> dict[int, list[Excess]]:
    """Write off, correct and find stock, with its value. Damaged units stay, apart from what can be sold.

    A line that takes more than is there, or finds more than can be, is left out; those are told by `id` of their
    document.
    """
    excess = _excess(session, changes, items, location_id)
    left_out = {id(each.line) for found in excess.values() for each in found}
    movements = [
        stock.Movement(
            item_id=items[line.sku],
            location_id=location_id,
            reason=_REASONS[line.reason],
            on_hand=line.delta,
            damaged=-line.delta if line.reason is StockReason.DAMAGE and line.delta < 0 else 0,
            reference=change.external_id,
            note=line.note or None,
            occurred_at=change.at,
        )
        for change in changes
        for line in change.lines
        if id(line) not in left_out
    ]
    # What is found comes first: within a batch nothing falls below zero for the order of its rows.
    movements.sort(key=lambda movement: movement.on_hand < 0)
    stock.move(session, movements)
    book.stock_value(session, movements)
    return excess


def _excess(
    session: Session, changes: Sequence[StockChangeData], items: Mapping[str, int], location_id: int
) -> dict[int, list[Excess]]:
    """What does not fit, in the order of the file, what is found first; on levels that are locked by it."""
    lines = [line for change in changes for line in change.lines]
    if not lines:
        return {}
    places = sorted({(items[line.sku], location_id) for line in lines})
    stock.open_levels(session, places)
    levels = stock.levels(session, places, lock=True).values()
    free = {level.item_id: level.on_hand - level.reserved for level in levels}
    room = {level.item_id: stock.MOST_UNITS - level.on_hand for level in levels}
    left_out: dict[int, Excess] = {}
    for line in sorted(lines, key=lambda line: line.delta < 0):
        item = items[line.sku]
        if -line.delta > free[item] or line.delta > room[item]:
            left_out[id(line)] = Excess(line, max(0, free[item]))
            continue
        free[item] += line.delta
        room[item] -= max(0, line.delta)
    found = {id(change): [left_out[id(line)] for line in change.lines if id(line) in left_out] for change in changes}
    return {document: excess for document, excess in found.items() if excess}


def book_adjustments(session: Session, channel: Channel, notes: Sequence[AdjustmentData]) -> None:
    """Amounts without a sale, such as bad debt, with their sign."""
    book.adjustments(
        session,
        [
            book.Adjustment(
                key=f"{channel.key}:{note.external_id}",
                at=note.at,
                currency=note.currency,
                description=f"Adjustment {note.external_id}: {', '.join(line.name for line in note.lines)}",
                lines=tuple(book.AdjustmentLine(kind=line.kind, amount_minor=line.total.minor) for line in note.lines),
                channel_id=channel.id,
                source=note.external_id,
            )
            for note in notes
        ],
    )
