"""Making plans true: one transaction for the whole batch, in which stock is promised and every decision is kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.db import next_ids
from core.flows import statuses
from core.flows.fulfil.submit import submit_later
from core.flows.route import decisions, shortages
from core.flows.route.facts import Facts, Location
from core.flows.route.plan import Planned
from core.fulfillment import work
from core.fulfillment.models import FulfillmentMethod, FulfillmentOrder
from core.fulfillment.work import NewLine, NewWork
from core.orders.lines import Bucket, Shift, shift
from core.stock import service as stock
from core.stock.models import LocationKind
from core.stock.service import Wanted

_METHODS = {
    LocationKind.WAREHOUSE: FulfillmentMethod.SELF,
    LocationKind.STORE: FulfillmentMethod.SELF,
    LocationKind.THIRD_PARTY: FulfillmentMethod.THIRD_PARTY,
    LocationKind.SUPPLIER: FulfillmentMethod.DROPSHIP,
    LocationKind.MARKETPLACE: FulfillmentMethod.MARKETPLACE,
}

_LOCK = text("select id, version from orders where id = any(:orders) order by id for update")


@dataclass(frozen=True, slots=True)
class Allotted:
    """One order's plan with the work that it becomes."""

    planned: Planned
    work: tuple[NewWork, ...]


def write(session: Session, facts: Facts, batch: Sequence[Planned], *, automatic: bool) -> set[int]:
    """Write what was planned. Says which order ids must be planned again: they changed, or their stock is gone."""
    unchanged = _lock_unchanged(session, batch)
    going = [planned for planned in batch if planned.order.id in unchanged]
    again = {planned.order.id for planned in batch} - unchanged
    for planned in going:
        if planned.plan is None:
            shortages.plan_refused(session, planned)
    allotted = _allot(session, facts, [planned for planned in going if planned.plan is not None])

    # A reservation names the line that it is for, so the work is there before stock is asked for.
    work.add(session, [new for each in allotted for new in each.work])
    refused = stock.reserve(session, [wanted for each in allotted for wanted in _wanted(each)])
    if refused:
        lost = [new for each in allotted for new in each.work if new.order_id in refused]
        work.remove(session, [new.id for new in lost])
        allotted = [each for each in allotted if each.planned.order.id not in refused]

    made = [each for each in allotted if _news(each.planned)]
    decisions.keep(session, facts, [each.planned for each in made], automatic=automatic)
    shift(session, [move for each in made for move in _shifts(each.planned)])
    _tell(session, facts, made)
    submit_later(session, [new for each in made for new in each.work if not new.accepted])
    shortages.apply_policy(session, facts, [each.planned for each in made])
    statuses.refresh(session, [each.planned.order.id for each in made])
    return again | refused


def _lock_unchanged(session: Session, batch: Iterable[Planned]) -> set[int]:
    """Every flow that touches an order raises its version, so the same version means the same order."""
    versions = {planned.order.id: planned.order.version for planned in batch}
    rows = session.execute(_LOCK, {"orders": sorted(versions)})
    return {order_id for order_id, version in rows if versions[order_id] == version}


def _news(planned: Planned) -> bool:
    """Whether the plan differs from what is: what already waits for stock and still must is no decision."""
    assert planned.plan is not None
    return bool(planned.plan.assignments) or any(line.open for line in planned.order.lines)


def _allot(session: Session, facts: Facts, batch: Sequence[Planned]) -> list[Allotted]:
    assignments = [assignment for planned in batch if planned.plan for assignment in planned.plan.assignments]
    numbers = iter(next_ids(session, FulfillmentOrder, len(assignments)))
    line_ids = iter(work.next_line_ids(session, sum(len(assignment.lines) for assignment in assignments)))
    places = {location.code: location for location in facts.locations}
    now = clock.now()
    allotted = []
    for planned in batch:
        assert planned.plan is not None
        lines = {ids.encode("orl", line.id): line for line in planned.order.lines}
        leaves = {candidate.location: candidate.ship_on for candidate in planned.problem.candidates}
        new = []
        for assignment in planned.plan.assignments:
            location = places[assignment.location]
            parts = [(lines[line], units) for line, units in assignment.lines]
            new.append(
                NewWork(
                    id=next(numbers),
                    order_id=planned.order.id,
                    location_id=location.id,
                    integration_id=location.integration_id,
                    method=_METHODS[location.kind],
                    accepted=_accepts_at_once(location),
                    ship_by=planned.order.ship_by,
                    ship_on=leaves[assignment.location],
                    weight_grams=sum((line.weight_grams or 0) * units for line, units in parts) or None,
                    priority=planned.order.priority,
                    created_at=now,
                    lines=tuple(
                        NewLine(
                            id=next(line_ids), order_line_id=line.id, item_id=line.item_id, sku=line.sku, quantity=units
                        )
                        for line, units in parts
                    ),
                )
            )
        allotted.append(Allotted(planned, tuple(new)))
    return allotted


def _accepts_at_once(location: Location) -> bool:
    """Our own shelves have nobody to ask, unless an integration speaks for them."""
    return location.integration_id is None and _METHODS[location.kind] is FulfillmentMethod.SELF


def _wanted(allotted: Allotted) -> Iterable[Wanted]:
    for new in allotted.work:
        for line in new.lines:
            yield Wanted(
                fulfillment_line_id=line.id,
                order_line_id=line.order_line_id,
                order_id=new.order_id,
                item_id=line.item_id,
                location_id=new.location_id,
                quantity=line.quantity,
            )


def _shifts(planned: Planned) -> Iterable[Shift]:
    """Units that never had a place are served before those that waited for one already; the line ends the same."""
    assert planned.plan is not None
    left: dict[int, dict[Bucket, int]] = {
        line.id: {"open": line.open, "backordered": line.backordered} for line in planned.order.lines
    }
    for assignment in planned.plan.assignments:
        for name, units in assignment.lines:
            line_id = ids.number_of("orl", name)
            for bucket in ("open", "backordered"):
                taken = min(units, left[line_id][bucket])
                left[line_id][bucket] -= taken
                units -= taken  # noqa: PLW2901  # what is left to take
                yield Shift(line_id, bucket, "allocated", taken)
    for line_id, buckets in left.items():
        yield Shift(line_id, "open", "backordered", buckets["open"])


def _tell(session: Session, facts: Facts, made: Iterable[Allotted]) -> None:
    names = {location.id: location.name for location in facts.locations}
    for each in made:
        order, plan = each.planned.order, each.planned.plan
        assert plan is not None
        parts = [f"{sum(line.quantity for line in new.lines)} from {names[new.location_id]}" for new in each.work]
        short = sum(shortage.quantity for shortage in plan.backordered)
        said = [f"{', '.join(parts)}"] if parts else []
        said += [f"{short} wait for stock"] if short else []
        outbox.record(
            session,
            "order.routed" if parts else "order.backordered",
            ids.encode("ord", order.id),
            f"Order {order.number} was routed: {'; '.join(said)}.",
            order_id=order.id,
            data={"strategy": plan.strategy, "fulfillmentOrders": [ids.encode("ful", new.id) for new in each.work]},
        )
