"""What comes next for an order: the checks where they are due, then routing of what has no place yet."""

from typing import TYPE_CHECKING, Any

from core.jobs.registry import enqueue, job

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from core.hub import Hub


@job("orders.advance", queue="orders", batch=100)
def advance(hub: "Hub", batch: "list[dict[str, Any]]") -> None:
    """Take orders as far as they can go by themselves, many at once. Running it again is harmless."""
    from core.flows import cancel, fulfil, readdress, validate  # noqa: PLC0415  # they enqueue this job
    from core.flows.route import route_orders  # noqa: PLC0415  # likewise

    order_ids = sorted({int(each["order_id"]) for each in batch})
    with hub.transaction() as session:
        cancel.settle(session, order_ids)
        readdress.settle(session, order_ids)
    validate.validate(hub, order_ids)
    with hub.transaction() as session:
        fulfil.resume(session, order_ids)
    left = route_orders(hub, order_ids)
    if left:
        with hub.transaction() as session:
            later(session, left)


def later(session: "Session", order_ids: "Iterable[int]") -> None:
    """Have orders go on after this transaction."""
    for order_id in order_ids:
        enqueue(session, advance, same_as=str(order_id), order_id=order_id)


__all__ = ["advance", "later"]
