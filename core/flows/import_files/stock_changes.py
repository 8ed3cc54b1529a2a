"""Stock changes and adjustments of the books that a file brings."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from core.catalog.models import Channel
from core.flows import book
from core.stock import service as stock
from core.stock.models import MovementReason
from crossdock.documents import AdjustmentData, StockChangeData, StockReason

_REASONS = {
    StockReason.DAMAGE: MovementReason.DAMAGE,
    StockReason.WRITE_OFF: MovementReason.WRITE_OFF,
    StockReason.FOUND: MovementReason.ADJUST,
    StockReason.CORRECTION: MovementReason.ADJUST,
}


def apply(session: Session, changes: Sequence[StockChangeData], items: Mapping[str, int], location_id: int) -> None:
    """Write off, correct and find stock, with its value. Damaged units stay, apart from what can be sold."""
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
    ]
    # What is found comes first: within a batch nothing falls below zero for the order of its rows.
    movements.sort(key=lambda movement: movement.on_hand < 0)
    stock.move(session, movements)
    book.stock_value(session, movements)


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
