"""Changing purchase orders, from draft to close: rows and events. Stock and books are a flow's."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core import clock, outbox
from core.db import next_ids
from core.errors import Invalid, VersionConflict
from core.money import spoken
from core.purchasing import queries
from core.purchasing.actions import require
from core.purchasing.models import PurchaseOrder, PurchaseOrderLine, Supplier
from core.purchasing.models import PurchaseOrderState as State

_LARGEST = 1_000_000_000
"""More units than a line can have: sums stay inside 32 bits."""


class NewLine(NamedTuple):
    """Units of one item, at a cost in minor units of the purchase order's currency."""

    item_id: int
    quantity: int
    unit_cost_minor: int


def create(
    session: Session,
    supplier: Supplier,
    location_id: int,
    lines: Sequence[NewLine],
    *,
    expected_at: datetime | None = None,
    note: str | None = None,
) -> PurchaseOrder:
    """A draft, in the supplier's currency. Raises Invalid."""
    (order_id,) = next_ids(session, PurchaseOrder, 1)
    order = PurchaseOrder(
        id=order_id,
        number=f"PO-{order_id}",
        supplier_id=supplier.id,
        location_id=location_id,
        state=State.DRAFT,
        currency=supplier.currency,
        expected_at=expected_at,
        note=note,
        created_at=clock.now(),
        version=1,
    )
    session.add(order)
    session.flush()
    _write_lines(session, order, lines)
    total = spoken(order.total_minor, order.currency)
    _tell(session, order, "created", f"{order.number} over {total} was drafted for {supplier.name}.")
    return order


def edit(
    session: Session,
    order: PurchaseOrder,
    *,
    expected_version: int,
    lines: Sequence[NewLine] | None = None,
    changes: Mapping[str, Any],
) -> None:
    """Replace its lines, or change `expected_at` and `note`. What was approved is a draft again.

    Raises VersionConflict, IllegalState, Invalid.
    """
    if order.version != expected_version:
        raise VersionConflict(
            f"{order.number} was changed by somebody else: it is at version {order.version}, not {expected_version}. "
            "Read it again.",
            path=("expectedVersion",),
        )
    require(order.number, order.state, "purchaseOrderEdit")
    for name, value in changes.items():
        setattr(order, name, value)
    if lines is not None:
        session.execute(delete(PurchaseOrderLine).where(PurchaseOrderLine.purchase_order_id == order.id))
        _write_lines(session, order, lines)
    _move(order, State.DRAFT)
    _tell(session, order, "edited", f"{order.number} was changed.")


def approve(session: Session, order: PurchaseOrder) -> None:
    """Approving twice is harmless. Raises IllegalState."""
    if order.state is State.APPROVED:
        return
    require(order.number, order.state, "purchaseOrderApprove")
    _move(order, State.APPROVED)
    _tell(session, order, "approved", f"{order.number} was approved.")


def sent(session: Session, order: PurchaseOrder) -> bool:
    """Note that it went to the supplier; False where it had gone before. Raises IllegalState."""
    if order.state is State.SENT:
        return False
    require(order.number, order.state, "purchaseOrderSend")
    _move(order, State.SENT)
    order.sent_at = clock.now()
    _tell(session, order, "sent", f"{order.number} was sent.")
    return True


def received(session: Session, order: PurchaseOrder, units: Mapping[int, int]) -> None:
    """Note units that came, by line id; more than were ordered may come. Raises IllegalState."""
    require(order.number, order.state, "purchaseOrderReceive")
    lines = queries.lines_of(session, order.id)
    for line in lines:
        line.received += units.get(line.id, 0)
    complete = all(line.received >= line.quantity for line in lines)
    _move(order, State.RECEIVED if complete else State.PARTIALLY_RECEIVED)
    came = sum(units.values())
    _tell(
        session, order, "received", f"{came} units of {order.number} came in{'; it is complete' if complete else ''}."
    )


def close(session: Session, order: PurchaseOrder, reason: str | None) -> bool:
    """No more will come; False where it was closed before. Raises IllegalState."""
    if order.state is State.CLOSED:
        return False
    require(order.number, order.state, "purchaseOrderClose")
    _end(session, order, State.CLOSED, "closed", reason)
    return True


def cancel(session: Session, order: PurchaseOrder, reason: str) -> bool:
    """Nothing will come; False where it was cancelled before. Raises IllegalState."""
    if order.state is State.CANCELLED:
        return False
    require(order.number, order.state, "purchaseOrderCancel")
    _end(session, order, State.CANCELLED, "cancelled", reason)
    return True


def _end(session: Session, order: PurchaseOrder, state: State, word: str, reason: str | None) -> None:
    short = sum(max(0, line.quantity - line.received) for line in queries.lines_of(session, order.id))
    _move(order, state)
    order.closed_at = clock.now()
    said = f"{order.number} was {word}" + (f": {reason}" if reason else "")
    _tell(session, order, word, f"{said}. {short} units will not come." if short else f"{said}.")


def _move(order: PurchaseOrder, state: State) -> None:
    order.state = state
    order.version += 1


def _write_lines(session: Session, order: PurchaseOrder, lines: Sequence[NewLine]) -> None:
    if not lines:
        raise Invalid("A purchase order needs at least one line.", path=("lines",))
    seen: set[int] = set()
    for place, line in enumerate(lines):
        path = ("lines", str(place))
        if not 0 < line.quantity <= _LARGEST:
            raise Invalid(f"{line.quantity} units cannot be ordered: 1 to {_LARGEST:,}.", path=(*path, "quantity"))
        if line.unit_cost_minor < 0:
            raise Invalid("A cost is 0 or more.", path=(*path, "unitCost"))
        if line.item_id in seen:
            raise Invalid("An item stands on a purchase order once: add up its units.", path=(*path, "sku"))
        seen.add(line.item_id)
    session.add_all(
        PurchaseOrderLine(
            purchase_order_id=order.id,
            item_id=line.item_id,
            quantity=line.quantity,
            currency=order.currency,
            unit_cost_minor=line.unit_cost_minor,
            expected_at=order.expected_at,
        )
        for line in lines
    )
    order.total_minor = sum(line.quantity * line.unit_cost_minor for line in lines)
    session.flush()


def _tell(session: Session, order: PurchaseOrder, what: str, message: str) -> None:
    session.flush()
    outbox.record(session, f"purchase_order.{what}", f"po_{order.id}", message, data={"version": order.version})
