"""Holding an order back, and letting it go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import actor, clock, ids, outbox
from core.errors import IllegalState, Invalid, NotFound
from core.flows import advance, risk_outcomes, statuses
from core.orders import queries
from core.orders.models import Hold, Order
from core.orders.states import HoldKind, OrderStatus
from crossdock import RiskEnding

_LONGEST_MESSAGE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an order must wait. The same kind and code is open once for an order; told again, its words are renewed."""

    order_id: int
    kind: HoldKind
    code: str
    message: str
    fix: str | None = None
    due_at: datetime | None = None


_OPEN = text(
    """
    insert into holds (order_id, kind, code, message, fix, due_at, opened_at, opened_by)
    select order_id, kind, code, message, fix, due_at, :now, :actor
    from jsonb_to_recordset(cast(:reasons as jsonb))
        as given(order_id bigint, kind text, code text, message text, fix text, due_at timestamptz)
    order by order_id, kind, code
    on conflict (order_id, kind, code) where released_at is null
        do update set message = excluded.message, fix = excluded.fix
    returning id, order_id, kind, code, message, xmax = 0 as new
    """
)

_RELEASE = text(
    """
    update holds set released_at = :now, released_by = :actor, note = coalesce(:note, note)
    where id = any(:ids) and released_at is null
    returning id, order_id, message
    """
)


def open_all(session: Session, reasons: Sequence[Reason]) -> None:
    """Hold orders that the caller has locked, or made. Statuses are the caller's to refresh."""
    if not reasons:
        return
    given = orjson.dumps(reasons).decode()
    rows = session.execute(_OPEN, {"reasons": given, "now": clock.now(), "actor": actor.current()})
    for hold_id, order_id, kind, code, message, new in rows:
        if new:
            data = {"hold": ids.encode("hld", hold_id), "kind": kind, "code": code}
            outbox.record(session, "order.held", ids.encode("ord", order_id), message, order_id=order_id, data=data)


def release_all(session: Session, hold_ids: Sequence[int], *, note: str | None = None) -> list[int]:
    """Release holds of locked orders; those released before stay as they are. Says whose were released."""
    if not hold_ids:
        return []
    now = clock.now()
    parameters = {"ids": list(hold_ids), "now": now, "actor": actor.current(), "note": note}
    released = []
    for hold_id, order_id, message in session.execute(_RELEASE, parameters):
        released.append(order_id)
        data = {"hold": ids.encode("hld", hold_id), "note": note}
        said = f"No longer held: {message}"
        outbox.record(session, "order.released", ids.encode("ord", order_id), said, order_id=order_id, data=data)
    return released


def hold(session: Session, order_id: int, *, message: str, due_at: datetime | None = None) -> Order:
    """A person holds an order back. Raises IllegalState where there is nothing left to hold."""
    message = message.strip()
    if not message or len(message) > _LONGEST_MESSAGE:
        raise Invalid(f"Say why, in 1 to {_LONGEST_MESSAGE} characters.", path=("message",))
    (order,) = queries.locked(session, [order_id])
    if order.status in {OrderStatus.COMPLETED, OrderStatus.CANCELLED}:
        raise IllegalState(f"Order {order.number} is {order.status.lower()}; there is nothing to hold back.")
    reason = Reason(
        order_id=order_id,
        kind=HoldKind.MANUAL,
        code="manual",
        message=message,
        fix="Release the hold when it may go on.",
        due_at=due_at,
    )
    open_all(session, [reason])
    statuses.refresh(session, [order_id])
    return order


def release(session: Session, hold_id: int, *, note: str | None = None) -> int:
    """A person releases a hold; approves, where it asked for approval. Returns the order's id.

    What the person has released is not held again for the same reason, unless the order changes. Releasing twice is
    harmless. The order goes on when it was the last.
    """
    found = session.scalar(select(Hold).where(Hold.id == hold_id))
    if found is None:
        raise NotFound(f"There is no hold hld_{hold_id}.", path=("holdId",))
    queries.lock(session, [found.order_id])
    if release_all(session, [hold_id], note=note):
        if found.kind is HoldKind.FRAUD:
            said = f"A person let it go on{': ' + note if note else ''}."
            risk_outcomes.later(session, found.order_id, RiskEnding.RELEASED, said)
        go_on(session, [found.order_id])
    return found.order_id


def go_on(session: Session, order_ids: Iterable[int]) -> None:
    """Derive statuses, and have those orders go on that nothing holds any more."""
    wanted = sorted(set(order_ids))
    statuses.refresh(session, wanted)
    held = {order_id for order_id, holds in queries.open_holds(session, wanted).items() if holds}
    for order_id in wanted:
        if order_id not in held:
            advance.later(session, [order_id])
