"""Work that is told by a plugin instead of through the API: who asks our own people, or machines, what they have done.

Every integration with the capability `work` is asked about the open work of its locations; each step that it calls
finished is then done by the same flows that the API uses, so it cannot do what a person could not.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import text

from core import ids
from core.actor import acting_as
from core.errors import CrossdockError
from core.flows import fulfil, ship
from core.flows.labels import purchase
from core.jobs.registry import periodic
from crossdock import WorkState, WorkStep

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

_AT_ONCE = 200
_USUAL_WEIGHT = 500
"""Grams, where nobody knows what the items weigh."""

# Live work that was accepted, its newest shipment that has not left, and when the last of either happened.
_OPEN = text(
    """
    select work.id, orders.number, locations.code, work.expected_weight_grams as weight, packed.id as shipment_id,
        packed.status as shipment_status,
        exists (select from fulfillment_lines line where line.fulfillment_order_id = work.id
            and line.picked < line.quantity - line.rejected - line.cancelled) as to_pick,
        coalesce((select max(occurred_at) from events
            where subject = any(array['ful_' || work.id, 'ship_' || packed.id])), work.accepted_at) as since
    from fulfillment_orders work
    join orders on orders.id = work.order_id and not orders.on_hold
    join locations on locations.id = work.location_id
    join integrations on integrations.id = work.integration_id and integrations.key = :integration
    left join lateral (
        select id, status from shipments
        where fulfillment_order_id = work.id and status in ('PACKED', 'LABELLED') order by id limit 1
    ) packed on true
    where work.work_state in ('OPEN', 'IN_PROGRESS') and work.request_state = 'ACCEPTED'
    order by work.id limit :most
    """
)


@periodic("work.ask", every=timedelta(seconds=5), queue="suppliers")
def ask(hub: "Hub") -> None:
    """Ask every integration that reports work, and do what it says is done. A step that fails waits for next time."""
    for key, reporter in hub.providers("supplier", "work"):
        work = _open_work(hub, key)
        done = set(reporter.finished(hub.context(key), [state for state, _ in work.values()])) if work else set()
        for reference in sorted(done & set(work)):
            state, step = work[reference]
            try:
                with acting_as(f"supplier:{key}"):
                    step(hub)
            except CrossdockError as error:
                log.warning("a reported step could not be done", work=reference, step=state.next, reason=error.message)


def _open_work(hub: "Hub", integration: str) -> Mapping[str, tuple[WorkState, Callable[["Hub"], None]]]:
    with hub.transaction() as session:
        rows = session.execute(_OPEN, {"integration": integration, "most": _AT_ONCE}).all()
    found = {}
    for row in rows:
        reference = ids.encode("ful", row.id)
        step, act = _due(row.id, row.shipment_id, row.shipment_status, row.weight, to_pick=row.to_pick)
        found[reference] = (_state(reference, row.number, row.code, step, row.since), act)
    return found


def _state(reference: str, number: str, location: str, step: WorkStep, since: datetime) -> WorkState:
    return WorkState(reference=reference, order_number=number, location=location, next=step, since=since)


def _due(
    work_id: int, shipment_id: int | None, status: str | None, weight: int | None, *, to_pick: bool
) -> tuple[WorkStep, Callable[["Hub"], None]]:
    """The next step, and how it is done."""
    if shipment_id is not None and status == "LABELLED":
        return WorkStep.HAND_OVER, lambda hub: _hand_over(hub, shipment_id)
    if shipment_id is not None:
        return WorkStep.LABEL, lambda hub: _label(hub, shipment_id)
    if to_pick:
        return WorkStep.PICK, lambda hub: _pick(hub, work_id)
    return WorkStep.PACK, lambda hub: _pack(hub, work_id, weight or _USUAL_WEIGHT)


def _pick(hub: "Hub", work_id: int) -> None:
    with hub.transaction() as session:
        fulfil.pick(session, work_id, fulfil.still_to_pick(session, work_id))


def _pack(hub: "Hub", work_id: int, weight_grams: int) -> None:
    with hub.transaction() as session:
        fulfil.pack(session, work_id, [fulfil.Packed(weight_grams=weight_grams)])


def _label(hub: "Hub", shipment_id: int) -> None:
    for problem in purchase.purchase(hub, shipment_id):
        raise problem


def _hand_over(hub: "Hub", shipment_id: int) -> None:
    with hub.transaction() as session:
        ship.hand_over(session, [shipment_id])
