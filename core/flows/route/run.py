"""Routing a batch of orders."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from core.flows.route.override import reroute
from core.flows.route.plan import plan_all
from core.flows.route.read import read
from core.flows.route.write import write

if TYPE_CHECKING:
    from core.hub import Hub

_TRIES = 3
"""Stock that is gone when it is asked for is looked at afresh, this often; then the orders wait for their next turn."""


def route_orders(
    hub: "Hub", order_ids: Collection[int], *, strategy: str | None = None, locations: Collection[str] | None = None
) -> set[int]:
    """Give every unit without a place one, or have it wait for stock. Held and unchecked orders are passed over.

    The scarce goes to the higher priority, then to the older order. Running it twice is harmless. With `strategy` or
    `locations` it is a person's wish for one order: see `reroute`, which may raise. Says which orders lost the race for
    stock too often and are still to be routed.
    """
    if strategy is not None or locations is not None:
        for order_id in order_ids:
            reroute(hub, order_id, strategy=strategy, locations=locations)
        return set()
    left = set(order_ids)
    for _ in range(_TRIES):
        if not left:
            break
        with hub.transaction() as session:
            facts = read(session, left)
        facts.orders = [order for order in facts.orders if order.routable]
        planned = plan_all(hub, facts)
        if not planned:
            return set()
        with hub.transaction() as session:
            left = write(session, facts, planned, automatic=True)
    return left
