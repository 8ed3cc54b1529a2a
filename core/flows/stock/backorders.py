"""Giving stock that has come free to those who wait for it: by priority of order, then of channel, then age."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.flows import advance
from core.jobs.registry import enqueue

_WAITING = text(
    """
    select orders.id
    from order_lines line join orders on orders.id = line.order_id join channels on channels.id = orders.channel_id
    where line.item_id = any(:items) and line.backordered > 0 and not orders.on_hold
      and exists (
          select from stock_levels level
          where level.item_id = line.item_id and level.on_hand - level.reserved - level.safety > 0)
    group by orders.id, channels.priority
    order by orders.priority desc, channels.priority desc, orders.placed_at, orders.id
    """
)


def promote(session: Session, item_ids: Collection[int]) -> list[int]:
    """Have the orders looked at again that wait for units of these items, now that there are some; their ids in turn.

    Jobs are handed out by the moment they are due, so each comes a microsecond after the one before.
    """
    waiting = list(session.scalars(_WAITING, {"items": list(item_ids)}))
    now = clock.now()
    for turn, order_id in enumerate(waiting):
        due = now + timedelta(microseconds=turn)
        enqueue(session, advance.advance, same_as=str(order_id), at=due, order_id=order_id)
    return waiting
