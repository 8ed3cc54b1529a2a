"""A shopper asks to send something back: what may come back, and what the policies say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock, outbox
from core.db import next_ids
from core.errors import Invalid, NotFound
from core.flows import once, statuses
from core.flows.take_back.exchange import priced
from core.orders import queries as orders
from core.orders import views
from core.orders.models import Order, OrderLine
from core.origin import Origin
from core.returns import policy, queries
from core.returns.errors import TooManyToReturn
from core.returns.models import Return, ReturnLine, ReturnReason, ReturnState
from core.settings import service as settings
from core.shipments.models import Shipment
from crossdock.returns import PolicyVerdict, ReturnedLine, ReturnRequest

if TYPE_CHECKING:
    from core.hub import Hub

EXPIRES_AFTER = timedelta(days=30)
"""An approved return that has not arrived by then lapses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Units of one order line. A bundle's line stands for all its components; a component may come back alone."""

    line_id: int
    quantity: int
    reason: ReturnReason
    note: str | None = None


def request(
    hub: "Hub",
    order_id: int,
    lines: Sequence[Asked],
    *,
    exchange: Sequence[Mapping[str, Any]] = (),
    note: str | None = None,
    origin: Origin = Origin.HUB,
    external_id: str | None = None,
) -> int:
    """Open a return and have it judged; what every policy accepts by itself is approved at once. Its id.

    external_id: the channel's own id of a return that the shopper asked of it.

    Raises NotFound, Invalid, ExceedsReturnable.
    """
    with hub.transaction() as session:
        order = session.get(Order, order_id)
        if order is None:
            raise NotFound(f"There is no order ord_{order_id}.", path=("orderId",))
        wanted = _wanted(session, order, lines)
        priced(session, order, exchange)  # refused before anybody is asked to judge
        question = _question(session, order, wanted)

    verdict = policy.strictest([policy.judge(question), *hub.registry.hooks.return_policy(question)])

    with hub.transaction() as session:
        (order,) = orders.locked(session, [order_id])
        wanted = _wanted(session, order, lines)  # again, under the lock
        instead = priced(session, order, exchange)
        return_id = _open(
            session, order, wanted, verdict, exchange=instead, note=note, origin=origin, external_id=external_id
        )
        statuses.refresh(session, [order_id])
        return int(once.done(session, return_id))


@dataclass(frozen=True, slots=True)
class _Line:
    line: OrderLine
    asked: Asked
    quantity: int


def _wanted(session: Session, order: Order, asked: Sequence[Asked]) -> list[_Line]:
    found = {line.id: line for line in session.scalars(select(OrderLine).where(OrderLine.order_id == order.id))}
    wanted: list[_Line] = []
    for place, one in enumerate(asked):
        path = ("lines", str(place))
        if one.line_id not in found:
            raise NotFound(f"Order {order.number} has no line orl_{one.line_id}.", path=(*path, "lineId"))
        if one.quantity <= 0:
            raise Invalid("The number of units must be above zero.", path=(*path, "quantity"))
        parts = [line for line in found.values() if line.bundle_line_id == one.line_id]
        wanted += [_Line(part, one, one.quantity * (part.per_bundle or 1)) for part in parts]
        if not parts:
            wanted.append(_Line(found[one.line_id], one, one.quantity))
    if not wanted:
        raise Invalid("A return needs at least one line.", path=("lines",))
    _check_units(session, wanted)
    return wanted


def _check_units(session: Session, wanted: Sequence[_Line]) -> None:
    """What has shipped and is on no other return may come back; two entries for one line count together."""
    units: dict[int, int] = {}
    for one in wanted:
        units[one.line.id] = units.get(one.line.id, 0) + one.quantity
    taken = queries.on_returns(session, units)
    for one in wanted:
        returnable = one.line.shipped - taken.get(one.line.id, 0)
        if units[one.line.id] > returnable:
            raise TooManyToReturn(one.line.sku, units[one.line.id], max(0, returnable), path=("lines",))


def _question(session: Session, order: Order, wanted: Sequence[_Line]) -> ReturnRequest:
    delivered = session.scalar(select(func.max(Shipment.delivered_at)).where(Shipment.order_id == order.id))
    lines = tuple(
        ReturnedLine(
            line_external_id=one.line.external_id or str(one.line.position),
            sku=one.line.sku,
            quantity=one.quantity,
            reason=one.asked.reason.value,
            note=one.asked.note or "",
        )
        for one in wanted
    )
    return ReturnRequest(
        order=views.view(session, order.id),
        lines=lines,
        requested_at=clock.now(),
        delivered_at=delivered,
        window_days=settings.current(session).return_window_days,
    )


def _open(
    session: Session,
    order: Order,
    wanted: Sequence[_Line],
    verdict: PolicyVerdict,
    *,
    exchange: Sequence[Mapping[str, Any]],
    note: str | None,
    origin: Origin,
    external_id: str | None,
) -> int:
    now = clock.now()
    (return_id,) = next_ids(session, Return, 1)
    approved = verdict.accepted and verdict.automatic
    session.add(
        Return(
            id=return_id,
            number=f"RMA-{return_id}",
            order_id=order.id,
            external_id=external_id,
            origin=origin,
            state=ReturnState.APPROVED if approved else ReturnState.REQUESTED,
            note=note,
            policy=_kept(verdict),
            exchange_lines=[dict(line) for line in exchange],
            requested_at=now,
            expires_at=_expiry(now) if approved else None,
        )
    )
    session.flush()
    session.add_all(
        ReturnLine(
            return_id=return_id,
            order_line_id=one.line.id,
            sku=one.line.sku,
            reason=one.asked.reason,
            note=one.asked.note,
            quantity=one.quantity,
            approved=one.quantity if approved else 0,
        )
        for one in wanted
    )
    said = ", ".join(f"{one.quantity} x {one.line.sku}" for one in wanted)
    outbox.record(
        session,
        "return.requested",
        f"ret_{return_id}",
        f"RMA-{return_id} asks to send back {said}.",
        order_id=order.id,
        data={"reasons": [one.asked.reason for one in wanted]},
    )
    if approved:
        outbox.record(
            session,
            "return.approved",
            f"ret_{return_id}",
            f"RMA-{return_id} was approved: {' '.join(verdict.reasons)}",
            order_id=order.id,
        )
    return return_id


def _kept(verdict: PolicyVerdict) -> dict[str, Any]:
    return {
        "accepted": verdict.accepted,
        "automatic": verdict.automatic,
        "reasons": list(verdict.reasons),
        "policy": verdict.policy,
    }


def _expiry(now: datetime) -> datetime:
    return now + EXPIRES_AFTER
