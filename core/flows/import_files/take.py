"""One batch of a file in one transaction: the messages kept, the documents applied, the run and its place moved on."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy.orm import Session

from core.catalog import service as catalog
from core.catalog.models import Channel
from core.flows.capture import Change, capture
from core.flows.import_files import credit, stock_changes
from core.flows.import_files.report import Counts
from core.inbox import service as inbox
from core.inbox.models import InboxState
from core.stock.service import MOST_UNITS
from crossdock.documents import AdjustmentData, CreditNoteData, Document, StockChangeData, StockLine
from crossdock.files import Batch, Imported, RejectedRow
from crossdock.orders import LineKind, OrderData

KINDS: dict[type, str] = {
    OrderData: "order",
    CreditNoteData: "credit_note",
    StockChangeData: "stock_change",
    AdjustmentData: "adjustment",
}

_OPEN = {InboxState.RECEIVED, InboxState.QUARANTINED}


class Target(NamedTuple):
    """Where a file goes. `location_id`: the place that its goods left from, and come back to."""

    integration_id: int
    channel_id: int
    channel_key: str
    location_id: int
    mapper: str
    """How the file is read, see `kept.Mapper`."""


def raw(channel_key: str, document: Document, payload: str, mapper: str) -> inbox.Raw:
    """A document as it is kept: the rows that it was made of. One integration may read the files of many channels."""
    return inbox.Raw(
        kind=f"{channel_key}/{KINDS[type(document)]}",
        payload=payload,
        external_id=document.external_id,
        version=document.fingerprint,
        mapper=mapper,
    )


def take(session: Session, target: Target, batch: Batch, counts: Counts) -> list[RejectedRow]:
    """Apply what is new of a batch; what was imported before changes nothing. The rows that are left out."""
    fresh, known = _kept(session, target, batch.documents)
    counts.unchanged += sum(imported.rows for imported in known)
    changed = [pair for pair in fresh if pair[1] and not isinstance(pair[0].document, OrderData)]
    counts.rejected += len(batch.rejected) + sum(imported.rows for imported, *_ in changed)
    wanted = [
        (imported, message_id)
        for imported, before, message_id in fresh
        if not before or isinstance(imported.document, OrderData)
    ]
    for imported, _, message_id in changed:
        inbox.quarantine(session, message_id, _booked_already(imported).reason)
    rejected = [*batch.rejected, *(_booked_already(imported) for imported, *_ in changed)]
    return rejected + put(session, target, wanted, counts)


def put(session: Session, target: Target, wanted: Sequence[tuple[Imported, int]], counts: Counts) -> list[RejectedRow]:
    """Apply documents, each with its message; the rows that cannot be, with the reason."""
    channel = session.get_one(Channel, target.channel_id)
    items = _items(session, [imported.document for imported, _ in wanted])
    _orders(session, channel, target, wanted, counts)
    return _others(session, channel, target, wanted, items, counts)


def _orders(
    session: Session, channel: Channel, target: Target, wanted: Sequence[tuple[Imported, int]], counts: Counts
) -> None:
    orders = [
        (imported.document, imported.rows, message)
        for imported, message in wanted
        if isinstance(imported.document, OrderData)
    ]
    if not orders:
        return
    result = capture(
        session,
        channel,
        [document for document, _, _ in orders],
        inbox_ids=[message for _, _, message in orders],
        shipped_from=target.location_id,
    )
    for (_, rows, _), captured in zip(orders, result.orders, strict=True):
        counts.orders += 1
        if captured.change is Change.CREATED:
            counts.created += rows
        elif captured.change is Change.UPDATED:
            counts.updated += rows
        else:
            counts.unchanged += rows


def _others(
    session: Session,
    channel: Channel,
    target: Target,
    wanted: Sequence[tuple[Imported, int]],
    items: dict[str, int],
    counts: Counts,
) -> list[RejectedRow]:
    others = [(imported, message) for imported, message in wanted if not isinstance(imported.document, OrderData)]
    whole = sum(imported.rows for imported, _ in others)
    others = _rest(session, others)
    counts.unchanged += whole - sum(imported.rows for imported, _ in others)
    documents = [imported.document for imported, _ in others]
    notes = [document for document in documents if isinstance(document, CreditNoteData)]
    changes = [document for document in documents if isinstance(document, StockChangeData)]
    adjustments = [document for document in documents if isinstance(document, AdjustmentData)]
    given = credit.give(session, channel, notes, items, target.location_id)
    excess = stock_changes.apply(session, changes, items, target.location_id)
    stock_changes.book_adjustments(session, channel, adjustments)
    rejected, done = list[RejectedRow](), list[tuple[int, int | None, str]]()
    for imported, message in others:
        left_out = excess.get(id(imported.document), [])
        rejected += [_excessive(imported, line, free) for line, free in left_out]
        if left_out:
            in_part = len(left_out) < len(imported.document.lines)
            lines = [line.external_id for line, _ in left_out] if in_part else None
            inbox.quarantine(session, message, rejected[-1].reason, left_out=lines)
        else:
            done.append((message, None, "CREATED"))
    inbox.settle(session, done)
    counts.rejected += len(rejected)
    counts.created += sum(imported.rows for imported, _ in others) - len(rejected)
    counts.credit_notes += len(notes)
    counts.credit_lines_attached += given.attached
    counts.credit_lines_alone += given.alone
    counts.stock_changes += len(changes)
    counts.adjustments += len(adjustments)
    return rejected


def _rest(session: Session, others: Sequence[tuple[Imported, int]]) -> list[tuple[Imported, int]]:
    """What is to be applied: of a document of which a part was applied before, the lines that were left out."""
    waiting = inbox.left_out(session, [message for _, message in others])
    found = []
    for imported, message in others:
        document = imported.document
        if message in waiting and isinstance(document, StockChangeData):
            lines = tuple(line for line in document.lines if line.external_id in waiting[message])
            imported = replace(imported, document=replace(document, lines=lines), rows=len(lines))  # noqa: PLW2901  # less of the same
        found.append((imported, message))
    return found


def _kept(
    session: Session, target: Target, documents: Sequence[Imported]
) -> tuple[list[tuple[Imported, bool, int]], list[Imported]]:
    """Documents to apply as (document, whether another version of it came before, message id), and those known."""
    raws = [raw(target.channel_key, imported.document, imported.raw, target.mapper) for imported in documents]
    kept = inbox.keep(session, target.integration_id, raws)
    before = inbox.told_before(session, target.integration_id, raws)
    fresh, known = [], []
    for imported, kept_raw, message in zip(documents, raws, kept, strict=True):
        if message.new or message.state in _OPEN:
            fresh.append((imported, (kept_raw.kind, kept_raw.external_id) in before, message.id))
        else:
            known.append(imported)
    return fresh, known


def _items(session: Session, documents: Iterable[Document]) -> dict[str, int]:
    """The item of every SKU of goods, made where the file brings a new one."""
    names: dict[str, str] = {}
    for document in documents:
        for line in document.lines:
            if isinstance(document, StockChangeData):
                names.setdefault(line.sku, line.sku)
            elif getattr(line, "kind", None) is LineKind.GOODS and names.get(line.sku, line.sku) == line.sku:
                names[line.sku] = getattr(line, "name", line.sku)
    return catalog.ensure_items(session, names)


def _excessive(imported: Imported, line: StockLine, free: int) -> RejectedRow:
    reason = f"{-line.delta} of {line.sku} went, but only {free} were there that nobody was promised."
    mend = "Mend the quantity and import again, or book the stock that was missing and replay the inbox message."
    if line.delta > 0:
        reason = f"With {line.delta:,} more of {line.sku} there would be over {MOST_UNITS:,} of it in one place."
        mend = "Mend the quantity and import again."
    number = _number(line.source or imported.document.source)
    return RejectedRow(line=number, reason=reason, mend=mend, text=_rows_of(imported))


def _booked_already(imported: Imported) -> RejectedRow:
    document = imported.document
    kind = KINDS[type(document)].replace("_", " ")
    return RejectedRow(
        line=_number(document.source),
        reason=f"The {kind} {document.external_id} was imported before with other content.",
        mend="What is booked is never changed: book the difference by hand, or give the document another number.",
        text=_rows_of(imported),
    )


def _number(source: str | None) -> int:
    """The line that a source ends with; 0 where it names none."""
    return int((source or "").rpartition("line ")[2] or 0)


def _rows_of(imported: Imported) -> str:
    """Its rows as they stood in the file, without the header; not all of a long one."""
    return imported.raw.partition("\n")[2].rstrip("\n")[:500]
