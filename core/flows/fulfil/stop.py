"""Telling whoever has work that it was overtaken: its units left by other hands."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from core import ids
from core.flows.fulfil.ask_back import ask_back_later
from core.fulfillment.models import FulfillmentLine, FulfillmentMethod, RequestState
from core.fulfillment.queries import Work
from core.fulfillment.work import record


def stop_elsewhere(session: Session, work: Sequence[Work], overtaken: Mapping[FulfillmentLine, int]) -> None:
    """Note it on the work, and ask locations that are not ours to stop; what they answer changes nothing any more."""
    touched = {line.fulfillment_order_id for line in overtaken}
    for each in work:
        if each.order.id not in touched:
            continue
        units = {line: overtaken[line] for line in each.lines if line in overtaken}
        for line in units:
            line.picked = min(line.picked, line.quantity - line.rejected - line.cancelled)
        what = ", ".join(f"{quantity} {line.sku}" for line, quantity in units.items())
        number = ids.encode("ful", each.order.id)
        record(session, "fulfillment.overtaken", each.order, f"{number}: {what} left by other hands; that work stops.")
        if each.order.submitted_at is not None and each.order.method is not FulfillmentMethod.SELF:
            ask_back_later(session, each.order, {line.id: quantity for line, quantity in units.items()})


def tell_own(session: Session, work: Sequence[Work], taken: Mapping[FulfillmentLine, int]) -> None:
    """Tell the system of one of our own warehouses, where it has one, that so many units are not to be shipped."""
    for each in work:
        units = {line.id: taken[line] for line in each.lines if taken.get(line)}
        if units and each.order.submitted_at is not None and each.order.request_state is not RequestState.UNSUBMITTED:
            ask_back_later(session, each.order, units)
