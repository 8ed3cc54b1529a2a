"""Promising units to fulfillment lines, freeing them, and shipping them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import actor, clock
from core.errors import InsufficientStock, Invalid
from core.stock.changes import note_change


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of one item at one location, for one fulfillment line."""

    fulfillment_line_id: int
    order_line_id: int
    order_id: int
    item_id: int
    location_id: int
    quantity: int


# Levels are locked in order, and each order's demand is added to that of the orders before it, so nothing is promised
# twice however many lines, bundles or orders share an item. An order that does not fit takes nothing, but here its
# demand still stands in the way of those after it: those that would fit into what is left are told to try again.
_RESERVE = text(
    """
    with wanted as materialized (
        select * from jsonb_to_recordset(cast(:wanted as jsonb)) as wanted(
            turn int, fulfillment_line_id bigint, order_line_id bigint, order_id bigint,
            item_id bigint, location_id bigint, quantity int)
    ), locked as materialized (
        select level.id, level.item_id, level.location_id, level.reserved,
               level.on_hand - level.reserved - level.safety as available
        from stock_levels level
        where (level.item_id, level.location_id) in (select item_id, location_id from wanted)
        order by level.item_id, level.location_id
        for update of level
    ), demand as (
        select order_id, item_id, location_id, sum(quantity) as quantity,
               min(min(turn)) over (partition by order_id) as turn
        from wanted group by order_id, item_id, location_id
    ), queue as materialized (
        select demand.*, coalesce(locked.available, 0) as available,
               sum(demand.quantity) over (partition by item_id, location_id order by demand.turn) as until_here
        from demand left join locked using (item_id, location_id)
    ), verdict as materialized (
        select order_id, bool_and(until_here <= available) as granted from queue group by order_id
    ), granted as materialized (
        select wanted.* from wanted join verdict using (order_id) where verdict.granted
    ), taken as materialized (
        select item_id, location_id, sum(quantity)::int as quantity from granted group by item_id, location_id
    ), promised as (
        update stock_levels level set reserved = locked.reserved + taken.quantity, updated_at = :now
        from locked join taken using (item_id, location_id)
        where level.id = locked.id
    ), kept as (
        insert into reservations
            (fulfillment_line_id, order_line_id, item_id, location_id, quantity, created_at)
        select fulfillment_line_id, order_line_id, item_id, location_id, quantity, :now from granted order by turn
        on conflict (fulfillment_line_id) do update set quantity = reservations.quantity + excluded.quantity
    ), moved as (
        insert into stock_movements
            (item_id, location_id, reason, reserved_delta, reference, actor, occurred_at, recorded_at)
        select item_id, location_id, 'RESERVE', quantity, 'ord_' || order_id, :actor, :now, :now
        from granted order by turn
    )
    select queue.order_id,
           bool_and(queue.quantity <= queue.available - coalesce(taken.quantity, 0)) as fits_what_is_left
    from queue
    join verdict using (order_id)
    left join taken using (item_id, location_id)
    where not verdict.granted
    group by queue.order_id
    """
)

# Reservations are locked before levels, both in order of item and location.
_FREE = text(
    """
    with asked as materialized (
        select * from unnest(cast(:lines as bigint[]), cast(:quantities as int[])) as asked(line_id, quantity)
    ), held as materialized (
        select reservation.id, reservation.fulfillment_line_id, reservation.item_id, reservation.location_id,
               least(reservation.quantity, asked.quantity) as quantity
        from reservations reservation join asked on asked.line_id = reservation.fulfillment_line_id
        order by reservation.item_id, reservation.location_id, reservation.id
        for update of reservation
    ), total as materialized (
        select item_id, location_id, sum(quantity)::int as quantity from held group by item_id, location_id
    ), locked as materialized (
        select level.id, level.reserved, level.on_hand, total.quantity
        from stock_levels level join total using (item_id, location_id)
        order by level.item_id, level.location_id
        for update of level
    ), freed as (
        update stock_levels level
        set reserved = locked.reserved - locked.quantity, updated_at = :now,
            on_hand = locked.on_hand - case when :leaves then locked.quantity else 0 end
        from locked where level.id = locked.id
    ), shrunk as (
        update reservations reservation set quantity = reservation.quantity - held.quantity
        from held where reservation.id = held.id
    ), moved as (
        insert into stock_movements (item_id, location_id, reason, on_hand_delta, reserved_delta,
                                     reference, actor, occurred_at, recorded_at)
        select item_id, location_id, :reason, case when :leaves then -quantity else 0 end, -quantity,
               :reference, :actor, :occurred_at, :now
        from held where quantity > 0 order by id
    )
    select fulfillment_line_id, item_id, quantity from held where quantity > 0
    """
)


def reserve(session: Session, wanted: Sequence[Wanted]) -> set[int]:
    """Promise what is available, first come first served in the order given; says which order ids were refused.

    All or nothing for each order. Available is on hand less reserved less safety stock. One statement decides and
    writes reservations, movements and levels; it is repeated only for orders that still fit once those refused
    before them have stepped aside, so the outcome is that of taking the orders one at a time.
    """
    if any(line.quantity <= 0 for line in wanted):
        raise Invalid("Only a positive number of units can be reserved.")
    refused: set[int] = set()
    session.flush()
    left = list(wanted)
    while left:
        lines = [{"turn": turn, **asdict(line)} for turn, line in enumerate(left)]
        arguments = {"wanted": orjson.dumps(lines).decode(), "now": clock.now(), "actor": actor.current()}
        verdicts = {row.order_id: row.fits_what_is_left for row in session.execute(_RESERVE, arguments)}
        note_change(session, {line.item_id for line in left if line.order_id not in verdicts})
        refused.update(order for order, again in verdicts.items() if not again)
        left = [line for line in left if verdicts.get(line.order_id)]
    return refused


def release(session: Session, lines: Mapping[int, int], *, reference: str | None = None) -> dict[int, int]:
    """Free reserved units, by fulfillment line. Says how many each really held: releasing twice is harmless."""
    return _free(session, lines, reason="RELEASE", reference=reference, occurred_at=None)


def consume(
    session: Session, lines: Mapping[int, int], *, reference: str | None, occurred_at: datetime | None = None
) -> None:
    """Ship reserved units, by fulfillment line: on hand and reserved go down together.

    Raises InsufficientStock where a line has fewer reserved than it ships; the caller's transaction must not go on.
    """
    freed = _free(session, lines, reason="SHIP", reference=reference, occurred_at=occurred_at)
    for line, quantity in lines.items():
        if freed.get(line, 0) < quantity:
            raise InsufficientStock(
                f"Fulfillment line {line} has {freed.get(line, 0)} units reserved and cannot ship {quantity}. "
                "Route the order again, or ship fewer."
            )


def _free(
    session: Session, lines: Mapping[int, int], *, reason: str, reference: str | None, occurred_at: datetime | None
) -> dict[int, int]:
    if any(quantity < 0 for quantity in lines.values()):
        raise Invalid("A negative number of units cannot be freed or shipped.")
    asked = {line: quantity for line, quantity in lines.items() if quantity}
    if not asked:
        return {}
    session.flush()
    now = clock.now()
    arguments = {
        "lines": list(asked),
        "quantities": list(asked.values()),
        "reason": reason,
        "leaves": reason == "SHIP",
        "reference": reference,
        "actor": actor.current(),
        "now": now,
        "occurred_at": occurred_at or now,
    }
    freed = session.execute(_FREE, arguments).all()
    note_change(session, {row.item_id for row in freed})
    return {row.fulfillment_line_id: row.quantity for row in freed}
