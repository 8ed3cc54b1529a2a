"""Lines of credit notes that fit no earlier sale: booked, put back on the shelf, and shown to a person."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from core.cases.models import CaseKind
from core.cases.service import Question, open_all
from core.catalog.models import Channel
from core.flows import book
from core.money import spoken
from core.stock import service as stock
from core.stock.models import MovementReason
from crossdock.documents import CreditNoteData
from crossdock.orders import LineData, LineKind

_NAMED = 5
"""Lines that a sentence names; enough to recognise a note by."""
_SALES = {LineKind.GOODS, LineKind.SHIPPING, LineKind.MANUAL}


def stand(
    session: Session,
    channel: Channel,
    notes: Sequence[tuple[CreditNoteData, Sequence[LineData]]],
    items: Mapping[str, int],
    location_id: int | None,
) -> None:
    """Book these lines by themselves. Goods that came back are found stock, at what the item costs on average."""
    if not notes:
        return
    book.credits(session, [_credit(channel, note, lines, items) for note, lines in notes])
    if location_id is not None:
        movements = [
            stock.Movement(
                item_id=items[line.sku],
                location_id=location_id,
                reason=MovementReason.ADJUST,
                on_hand=line.quantity,
                reference=note.external_id,
                note=f"Came back with credit note {note.external_id}.",
                occurred_at=note.issued_at,
            )
            for note, lines in notes
            if note.restocked
            for line in lines
            if line.kind is LineKind.GOODS
        ]
        stock.move(session, movements)
        book.stock_value(session, movements)
    # Fees and discounts given are no sales: there is nothing to look for.
    sold = [(note, [line for line in lines if line.kind in _SALES]) for note, lines in notes]
    open_all(session, [_question(channel, note, lines) for note, lines in sold if lines])


def _credit(
    channel: Channel, note: CreditNoteData, lines: Sequence[LineData], items: Mapping[str, int]
) -> book.Adjustment:
    return book.Adjustment(
        key=f"{channel.key}:{note.external_id}",
        at=note.issued_at,
        currency=note.currency,
        description=f"Credit note {note.external_id}",
        lines=tuple(
            book.AdjustmentLine(
                kind=line.kind,
                amount_minor=line.total.minor,
                tax_minor=line.tax.minor,
                item_id=items.get(line.sku) if line.kind is LineKind.GOODS else None,
                quantity=line.quantity,
            )
            for line in lines
        ),
        channel_id=channel.id,
        source=note.external_id,
    )


def _question(channel: Channel, note: CreditNoteData, lines: Sequence[LineData]) -> Question:
    worth = spoken(sum(line.total.minor for line in lines), note.currency)
    who = f"customer {note.customer.key}" if note.customer.key else "a customer who is not named"
    what = ", ".join(f"{line.quantity} x {line.sku}" for line in lines[:_NAMED])
    what += " and more" if len(lines) > _NAMED else ""
    return Question(
        kind=CaseKind.RETURN,
        code="credit_note_unmatched",
        title=f"Credit note {note.external_id} fits no earlier order",
        message=f"{worth} for {what} went to {who}; no earlier sale of that SKU at that price is left to give it to.",
        same_as=f"credit_note:{channel.key}:{note.external_id}",
        data={
            "creditNote": note.external_id,
            "source": note.source,
            "lines": [
                {"sku": line.sku, "quantity": line.quantity, "amount_minor": line.total.minor, "kind": line.kind}
                for line in lines
            ],
        },
    )
