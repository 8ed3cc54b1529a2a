"""Telling a channel that its orders are safely here, for channels that want to know."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.jobs.registry import enqueue, job
from core.orders.models import Order

if TYPE_CHECKING:
    from core.hub import Hub


def later(session: Session, key: str, order_ids: Iterable[int]) -> None:
    """Have it told after the commit, of orders that are new."""
    for order_id in order_ids:
        enqueue(session, acknowledge, same_as=str(order_id), integration=key, order_id=order_id)


@job("channels.acknowledge", queue="channels", batch=100)
def acknowledge(hub: "Hub", batch: list[dict[str, Any]]) -> None:
    """Tell each channel of all its orders at once."""
    with hub.transaction() as session:
        able = set(hub.able("channel", "orders"))
        query = select(Order.external_id).order_by(Order.id)
        told: dict[str, list[str]] = {}
        for key in {each["integration"] for each in batch} & able:
            mine = [each["order_id"] for each in batch if each["integration"] == key]
            told[key] = [name for name in session.scalars(query.where(Order.id.in_(mine))) if name]
    for key, names in told.items():
        hub.provider(key, "channel").acknowledge(hub.context(key), names)
