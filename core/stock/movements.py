"""Writing the stock ledger: movement rows, and the levels that are their sums."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import actor, clock
from core.db import insert_rows
from core.errors import InsufficientStock, Invalid
from core.stock import queries
from core.stock.changes import note_change
from core.stock.models import MovementReason, StockMovement
from core.stock.queries import Place

MOST_UNITS = 1_000_000_000
"""More units than lie at any place: what is told beyond that is a slip. Levels hold twice as many, in 32 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One change of what a location has of an item. Units are signed; unit cost is in minor units of its currency.

    `reference` is the public id of the document behind it, or the caller's own words.
    """

    item_id: int
    location_id: int
    reason: MovementReason
    on_hand: int = 0
    reserved: int = 0
    damaged: int = 0
    unit_cost_minor: int | None = None
    cost_currency: str | None = None
    reference: str | None = None
    note: str | None = None
    occurred_at: datetime | None = None


_OPEN_LEVELS = text(
    """
    insert into stock_levels (item_id, location_id, owned, updated_at)
    select asked.item_id, asked.location_id, locations.kind <> 'SUPPLIER', :now
    from unnest(cast(:items as bigint[]), cast(:locations as bigint[])) as asked(item_id, location_id)
    join locations on locations.id = asked.location_id
    order by asked.item_id, asked.location_id
    on conflict (item_id, location_id) do nothing
    """
)

# Levels are locked in order before any is looked at; one that cannot bear its change keeps all of them as they were.
_CHANGE_LEVELS = text(
    """
    with change as materialized (
        select * from jsonb_to_recordset(cast(:changes as jsonb))
            as change(item_id bigint, location_id bigint, on_hand bigint, reserved bigint, damaged bigint)
    ), locked as materialized (
        select level.id, level.item_id, level.location_id, level.owned, level.on_hand, level.reserved, level.damaged
        from stock_levels level
        where (level.item_id, level.location_id) in (select item_id, location_id from change)
        order by level.item_id, level.location_id
        for update of level
    ), refused as (
        select item_id, location_id, coalesce(locked.on_hand, 0) as on_hand, coalesce(locked.reserved, 0) as reserved,
               coalesce(locked.damaged, 0) as damaged
        from change left join locked using (item_id, location_id)
        where locked.id is null
           or locked.reserved + change.reserved < 0
           or locked.damaged + change.damaged < 0
           or greatest(locked.on_hand + change.on_hand, locked.damaged + change.damaged) > 2 * :most
           or locked.owned and locked.on_hand + change.on_hand < locked.reserved + change.reserved
    ), changed as (
        update stock_levels level
        set on_hand = locked.on_hand + change.on_hand, reserved = locked.reserved + change.reserved,
            damaged = locked.damaged + change.damaged, updated_at = :now
        from locked join change using (item_id, location_id)
        where level.id = locked.id and not exists (select from refused)
    )
    select * from refused order by item_id, location_id
    """
)

_COLUMNS = [
    StockMovement.item_id,
    StockMovement.location_id,
    StockMovement.reason,
    StockMovement.on_hand_delta,
    StockMovement.reserved_delta,
    StockMovement.damaged_delta,
    StockMovement.unit_cost_minor,
    StockMovement.cost_currency,
    StockMovement.reference,
    StockMovement.note,
    StockMovement.actor,
    StockMovement.occurred_at,
    StockMovement.recorded_at,
]


def move(session: Session, movements: Sequence[Movement]) -> None:
    """Write movements and change their levels; all of them or, where one does not fit, none.

    A level begins with its first movement. Raises InsufficientStock, naming SKU and location, where an own level
    would fall below zero or below what is reserved of it. Movements of the same place are summed before they are
    judged, so a transfer within one call may pass through. Raises Invalid for more than a level can hold.
    """
    if not movements:
        return
    changes = _summed(movements)
    now = clock.now()
    session.flush()
    open_levels(session, changes)
    listed = [{"item_id": item, "location_id": place, **change} for (item, place), change in changes.items()]
    refused = (
        session.execute(_CHANGE_LEVELS, {"changes": orjson.dumps(listed).decode(), "now": now, "most": MOST_UNITS})
        .mappings()
        .all()
    )
    if refused:
        raise _refusal(session, refused[0], changes)
    by = actor.current()
    rows = [_row(made, by, now) for made in movements]
    insert_rows(session, StockMovement, _COLUMNS, rows)
    note_change(session, {item for item, _ in changes})


def open_levels(session: Session, places: Iterable[Place]) -> None:
    """Give each place a level of zeros where it has none yet, in lock order."""
    ordered = sorted(set(places))
    columns = {"items": [item for item, _ in ordered], "locations": [location for _, location in ordered]}
    session.execute(_OPEN_LEVELS, {**columns, "now": clock.now()})


def _row(made: Movement, by: str, now: datetime) -> tuple[Any, ...]:
    deltas = (made.on_hand, made.reserved, made.damaged)
    about = (made.unit_cost_minor, made.cost_currency, made.reference, made.note)
    return (made.item_id, made.location_id, made.reason, *deltas, *about, by, made.occurred_at or now, now)


def _summed(movements: Iterable[Movement]) -> dict[Place, dict[str, int]]:
    sums: dict[Place, dict[str, int]] = {}
    for made in movements:
        total = sums.setdefault((made.item_id, made.location_id), {"on_hand": 0, "reserved": 0, "damaged": 0})
        total["on_hand"] += made.on_hand
        total["reserved"] += made.reserved
        total["damaged"] += made.damaged
    return sums


def _refusal(session: Session, level: Any, changes: dict[Place, dict[str, int]]) -> InsufficientStock | Invalid:
    place = (level["item_id"], level["location_id"])
    sku, code = queries.names(session, [place])[place]
    change = changes[place]
    most = max(level["on_hand"] + change["on_hand"], level["damaged"] + change["damaged"])
    if most > 2 * MOST_UNITS:
        return Invalid(f"{most:,} units of {sku} would lie at {code}, more than {2 * MOST_UNITS:,}: that is a slip.")
    if level["damaged"] + change["damaged"] < 0:
        return InsufficientStock(
            f"{sku} at {code} has {level['damaged']} damaged units, and {-change['damaged']} were to be taken. "
            "Take no more than are damaged."
        )
    if change["reserved"] < 0 and level["reserved"] + change["reserved"] < 0:
        return InsufficientStock(
            f"{sku} at {code} has {level['reserved']} units reserved, and {-change['reserved']} were to be freed."
        )
    asked = -change["on_hand"] if change["on_hand"] < 0 else change["reserved"]
    return InsufficientStock(
        f"{sku} at {code} has {level['on_hand']} on hand, of which {level['reserved']} reserved, "
        f"and {asked} were asked. Take less, receive or count stock there first, or free what is reserved."
    )
