"""What units cost: one pool per item at moving average, in minor units of the reporting currency.

A pool holds our undamaged units on hand and their value. Units leave at the rounded share of what is there, each the
difference of two rounded running totals, so the last one takes exactly the rest. Units that the pool does not have
cost nothing: a value that was never bought cannot be sold, and the pool never owes any. (`crossdock verify` compares
pools with stock, so that such a gap is seen.)
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.money import divide

Pool = list[int]
"""Units, and their value."""

# The lock is taken in the order of ids, and no statement in between can change what was read.
_MAKE = text("insert into item_costs (item_id) select unnest(cast(:ids as bigint[])) on conflict do nothing")
_LOCK = text(
    "select item_id, quantity, value_minor from item_costs where item_id = any(:ids) order by item_id for update"
)
_SAVE = text(
    """
    update item_costs set quantity = pool.quantity, value_minor = pool.value
    from unnest(cast(:ids as bigint[]), cast(:quantities as bigint[]), cast(:values as bigint[]))
        as pool(item_id, quantity, value)
    where item_costs.item_id = pool.item_id
    """
)
_AVERAGES = text("select item_id, quantity, value_minor from item_costs where item_id = any(:ids)")


def receive(session: Session, arrivals: Sequence[tuple[int, int, int]]) -> None:
    """Add (item, units, their value) to the pools."""
    pools = _locked(session, {item_id for item_id, _, _ in arrivals}, make=True)
    for item_id, quantity, value in arrivals:
        pool = pools[item_id]
        pool[0] += quantity
        pool[1] += value
    _save(session, pools)


def consume(session: Session, departures: Sequence[tuple[int, int]]) -> list[int]:
    """Take (item, units) out of the pools and give the cost of each, in the order given."""
    pools = _locked(session, {item_id for item_id, _ in departures})
    costs = [take(pools.get(item_id, [0, 0]), quantity) for item_id, quantity in departures]
    _save(session, pools)
    return costs


def put_back(session: Session, arrivals: Sequence[tuple[int, int, int]]) -> None:
    """Add (item, units, value) that left before, at what they left with."""
    receive(session, arrivals)


def averages(session: Session, item_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """What is in the pools of items: units and value. Items without a pool are left out."""
    rows = session.execute(_AVERAGES, {"ids": sorted(set(item_ids))})
    return {item_id: (quantity, value) for item_id, quantity, value in rows}


def take(pool: Pool, quantity: int) -> int:
    """The cost of units, taken out of a pool; of what the pool has not got, nothing."""
    had, value = pool
    taken = min(quantity, had)
    if taken <= 0:
        return 0
    left = divide(value * (had - taken), had)
    pool[0], pool[1] = had - taken, left
    return value - left


def _locked(session: Session, item_ids: set[int], *, make: bool = False) -> dict[int, Pool]:
    ids = sorted(item_ids)
    if not ids:
        return {}
    if make:
        session.execute(_MAKE, {"ids": ids})
    return {item_id: [quantity, value] for item_id, quantity, value in session.execute(_LOCK, {"ids": ids})}


def _save(session: Session, pools: Mapping[int, Pool]) -> None:
    if not pools:
        return
    parameters = {
        "ids": list(pools),
        "quantities": [pool[0] for pool in pools.values()],
        "values": [pool[1] for pool in pools.values()],
    }
    session.execute(_SAVE, parameters)
