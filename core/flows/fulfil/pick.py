"""Counting what was fetched from the shelves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.catalog.models import Item
from core.errors import IllegalState, Invalid
from core.flows import statuses
from core.flows.fulfil.asked import locked_work
from core.flows.fulfil.refuse import refuse
from core.fulfillment import queries
from core.fulfillment.models import FulfillmentLine, RequestState, WorkState
from core.fulfillment.queries import Work
from core.fulfillment.work import record
from core.orders.models import Order

_WORKABLE = {RequestState.ACCEPTED, RequestState.CANCELLATION_REJECTED}


@dataclass(frozen=True, slots=True)
class Picked:
    """Units of one order line, with the barcode as it was scanned, if it was."""

    order_line_id: int
    quantity: int
    barcode: str | None = None


def pick(session: Session, work_id: int, lines: Sequence[Picked], *, short: Mapping[int, int] | None = None) -> None:
    """Begin the work and add what was picked. What is `short`, by order line, is routed anew from elsewhere.

    Raises IllegalState for work that may not be done, Invalid for another item's barcode and for more than was asked.
    """
    work = workable(session, work_id)
    barcodes = _barcodes(session, work)
    for position, picked in enumerate(lines):
        path = ("lines", str(position))
        line = work.line_of(picked.order_line_id)
        if picked.quantity <= 0:
            raise Invalid(
                f"{picked.quantity} units cannot be picked; give a number above zero.", path=(*path, "quantity")
            )
        if picked.barcode is not None and picked.barcode not in barcodes[line.item_id]:
            raise Invalid(f"Barcode {picked.barcode} is not that of {line.sku}. Put it back.", path=(*path, "barcode"))
        still = queries.left(line) + line.shipped - line.picked
        if picked.quantity > still:
            raise Invalid(
                f"{line.sku}: {still} are still to be picked, not {picked.quantity}.", path=(*path, "quantity")
            )
        line.picked += picked.quantity
    begin(work)
    if lines:
        units = sum(picked.quantity for picked in lines)
        record(session, "fulfillment.picked", work.order, f"ful_{work_id}: {units} units were picked.")
    _short(session, work, short or {})
    statuses.refresh(session, [work.order.order_id])


def still_to_pick(session: Session, work_id: int) -> list[Picked]:
    """All that is left to fetch for one fulfillment order."""
    work = workable(session, work_id)
    units = {line: queries.left(line) + line.shipped - line.picked for line in work.lines}
    return [Picked(line.order_line_id, quantity) for line, quantity in units.items() if quantity > 0]


def workable(session: Session, work_id: int) -> Work:
    """The work, locked, where somebody may go on with it. Raises NotFound, IllegalState."""
    work = locked_work(session, work_id)
    number = ids.encode("ful", work_id)
    if not work.live:
        raise IllegalState(f"{number} is over: it is {work.order.work_state.lower()}.", path=("id",))
    if work.order.request_state not in _WORKABLE:
        raise IllegalState(f"{number} is {_words(work.order.request_state)}; accept it first.", path=("id",))
    held = session.scalar(select(Order.on_hold).where(Order.id == work.order.order_id))
    if held:
        raise IllegalState(f"{number} must wait: its order is on hold.", path=("id",))
    return work


def begin(work: Work) -> None:
    if work.order.work_state in {WorkState.OPEN, WorkState.SCHEDULED}:
        work.order.work_state = WorkState.IN_PROGRESS


def _words(state: RequestState) -> str:
    return state.replace("_", " ").lower()


def _barcodes(session: Session, work: Work) -> dict[int, set[str]]:
    rows = session.execute(
        select(Item.id, Item.barcode, Item.sku).where(Item.id.in_({line.item_id for line in work.lines}))
    )
    return {item_id: {code for code in (barcode, sku) if code} for item_id, barcode, sku in rows}


def _short(session: Session, work: Work, short: Mapping[int, int]) -> None:
    missing: dict[FulfillmentLine, int] = {}
    for order_line_id, units in short.items():
        line = work.line_of(order_line_id)
        still = queries.left(line) + line.shipped - line.picked
        if not 0 < units <= still:
            raise Invalid(f"{line.sku}: {still} are still to be picked; {units} cannot be missing.", path=("short",))
        missing[line] = units
    if not missing:
        return
    refuse(session, work, {line.id: units for line, units in missing.items()}, reason="It was not on the shelf.")
    for line, units in missing.items():
        open_case(
            session,
            kind=CaseKind.STOCK,
            code="not_on_shelf",
            title=f"{line.sku} was not on the shelf",
            message=f"{units} {line.sku} for ful_{work.order.id} were not where they should be. Count the shelf.",
            subject=ids.encode("loc", work.order.location_id),
            order_id=work.order.order_id,
            same_as=f"not_on_shelf:{line.id}:{line.rejected}",
            data={"sku": line.sku, "quantity": units, "location": work.order.location_id},
        )
