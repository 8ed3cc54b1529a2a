"""What 3PLs took in for us: kept as it came, then booked as received of its purchase order, each receipt once.

A receipt is a fact. What of it fits its purchase order is received, more than was ordered too; what does not fit waits
in the inbox. Wherever it is not what was ordered, a person is asked.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import actor, clock, ids
from core.catalog.models import Item
from core.errors import CrossdockError, Invalid, NotFound
from core.flows import purchase, receipt_cases
from core.flows.purchase import Received, short
from core.flows.supplied import TakenIn, items_named, locations_of, look
from core.inbox import service as inbox
from core.inbox.models import InboxMessage
from core.inbox.service import Raw
from core.integrations import runs
from core.integrations.runs import Counts
from core.purchasing import queries
from core.purchasing.models import PurchaseOrder, PurchaseOrderLine
from core.stock.service import MOST_UNITS
from crossdock import ReceiptData

if TYPE_CHECKING:
    from core.hub import Hub

JOB = "receipts"
KIND = "supplier_receipt"
EVERY = timedelta(minutes=15)

_RECEIPT = TypeAdapter(ReceiptData)


def fetch(hub: "Hub", key: str) -> int:
    """Keep the receipts that one 3PL tells of, and have them booked; the run's id. Raises what the verb raises."""
    return look(hub, key, JOB, lambda provider, ctx: list(provider.fetch_receipts(ctx)), take_in)


def take_in(session: Session, integration_id: int, told: Sequence[ReceiptData]) -> TakenIn:
    """Keep receipts, each once by its name, and have them booked after the commit.

    One that is told in other words takes the place of what was set aside; where it was booked, a person is asked.
    """
    from core.flows.inbox.apply import later  # noqa: PLC0415  # its table names the applier of this very module

    raws = [_raw(receipt) for receipt in told]
    kept = inbox.keep(session, integration_id, raws)
    again = {message.id: receipt for message, receipt in zip(kept, told, strict=True) if not message.new}
    mended = _told_anew(session, again)
    fresh = {message.id for message in kept if message.new}
    later(session, sorted(fresh | mended))
    counts = Counts(seen=len(told), created=len(fresh), updated=len(mended))
    counts.unchanged = counts.seen - counts.created - counts.updated
    return TakenIn(counts=counts, cursor=_cursor(told, runs.cursor_of(session, integration_id, JOB)))


def apply(hub: "Hub", key: str, messages: Sequence[InboxMessage]) -> None:
    """Book receipts, each in a transaction of its own: it locks a purchase order, stock and the journal."""
    for message in messages:
        with hub.transaction() as session, actor.acting_as(f"supplier:{key}"):
            for waiting in inbox.waiting(session, [message.id]):
                _apply(session, waiting)


def _told_anew(session: Session, again: Mapping[int, ReceiptData]) -> set[int]:
    """Receipts that were kept before, by message: those whose new words hold."""
    query = select(InboxMessage.id, InboxMessage.payload).where(InboxMessage.id.in_(again)).order_by(InboxMessage.id)
    before = {message_id: _RECEIPT.validate_json(payload) for message_id, payload in session.execute(query)}
    other = [message_id for message_id, known in before.items() if known != again[message_id]]
    mended = inbox.tell_anew(session, {message_id: _raw(again[message_id]).payload for message_id in other})
    for message_id in other:
        if message_id not in mended:
            receipt_cases.retold(session, message_id, before[message_id], again[message_id])
    return mended


def _apply(session: Session, message: InboxMessage) -> None:
    receipt = _RECEIPT.validate_json(message.payload)
    only = inbox.left_out(session, [message.id]).get(message.id)
    told = {sku: units for sku, units in _summed(receipt).items() if only is None or sku in only}
    try:
        with session.begin_nested():
            left = _book(session, message, receipt, told)
    except CrossdockError as error:
        inbox.quarantine(session, message.id, error.message)
        receipt_cases.unbooked(session, message.id, receipt, told, error.message)
        return
    if not left:
        inbox.settle(session, [(message.id, None, "UPDATED")])
        receipt_cases.booked(session, message.id)
        return
    why = f"{receipt.purchase_order} has no line for {', '.join(left)}, or not so many can come."
    inbox.quarantine(session, message.id, why, left_out=sorted(left))
    receipt_cases.unbooked(session, message.id, receipt, left, why)


def _book(session: Session, message: InboxMessage, receipt: ReceiptData, told: Mapping[str, int]) -> dict[str, int]:
    """Receive what fits the purchase order; the units, by the 3PL's SKU, that do not.

    Raises NotFound, Invalid or IllegalState where the purchase order can take nothing.
    """
    assert message.integration_id is not None
    if not told:
        raise Invalid("It names no goods.")
    order = _ordered(session, message.integration_id, receipt.purchase_order)
    skus = _skus(session, queries.lines_of(session, order.id))
    items = items_named(session, message.integration_id, told)
    came: dict[str, int] = {}
    left: dict[str, int] = {}
    for name, units in told.items():
        sku = skus.get(items.get(name, 0))
        if sku is None or not 0 <= units <= MOST_UNITS:
            left[name] = units
        else:
            came[sku] = came.get(sku, 0) + units
    arrived = [Received(sku=sku, quantity=units) for sku, units in came.items() if units]
    if arrived:
        purchase.receive(session, order.id, arrived, at=min(receipt.at, clock.now()))
    _compare(session, message.id, receipt, order, came)
    return left


def _compare(
    session: Session, message_id: int, receipt: ReceiptData, order: PurchaseOrder, came: Mapping[str, int]
) -> None:
    """Ask a person where what has come by now is not what was ordered, of the items that this receipt names."""
    lines = queries.lines_of(session, order.id)
    skus = _skus(session, lines)
    named = {skus[line.item_id]: line for line in lines if skus[line.item_id] in came}
    missing = [
        f"{sku}: {line.received} of {line.quantity}." for sku, line in named.items() if line.received < line.quantity
    ]
    if missing:
        short.ask(session, order, missing)
    beyond = {sku: min(line.received - line.quantity, came[sku]) for sku, line in named.items()}
    too_many = {sku: units for sku, units in beyond.items() if units > 0}
    if too_many:
        receipt_cases.over(session, message_id, receipt, order, too_many)


def _ordered(session: Session, integration_id: int, name: str | None) -> PurchaseOrder:
    """The purchase order that a receipt names, by number or id, locked."""
    if name is None:
        raise NotFound("It names no purchase order.")
    known = ids.decode(name)
    wanted = PurchaseOrder.id == known.number if known and known.prefix == "po" else PurchaseOrder.number == name
    order_id = session.scalar(select(PurchaseOrder.id).where(wanted))
    if order_id is None:
        raise NotFound(f"There is no purchase order {name!r}.")
    order = queries.locked(session, order_id)
    if order.location_id not in locations_of(session, integration_id):
        raise Invalid(f"{order.number} brings goods to a location for which this integration does not speak.")
    return order


def _skus(session: Session, lines: Collection[PurchaseOrderLine]) -> dict[int, str]:
    found = session.execute(select(Item.id, Item.sku).where(Item.id.in_([line.item_id for line in lines])))
    return {row.id: row.sku for row in found}


def _summed(receipt: ReceiptData) -> dict[str, int]:
    """Units by SKU, for one that is told in several lines."""
    units: dict[str, int] = {}
    for sku, count in receipt.lines:
        units[sku] = units.get(sku, 0) + count
    return units


def _cursor(told: Sequence[ReceiptData], before: str | None) -> str | None:
    """The moment of the latest receipt, none of them in the future."""
    moments = [min(receipt.at, clock.now()).astimezone(UTC) for receipt in told]
    if before is not None:
        moments.append(datetime.fromisoformat(before))
    return max(moments).isoformat() if moments else None


def _raw(receipt: ReceiptData) -> Raw:
    return Raw(kind=KIND, external_id=receipt.external_id, payload=_RECEIPT.dump_json(receipt).decode())
