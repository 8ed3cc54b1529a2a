"""What a figure of some time ago means now: what moved since then still counts.

A count says what lay there at that moment, so on hand becomes the count plus all that moved since. A location whose
figures are net of orders has already taken off what it was to ship: the units of every order that it had accepted by
then and not yet shipped are added back, for our own ledger still holds them, reserved. Orders that it had not yet
accepted are not in its figure, so nothing is taken off twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.stock.models import StockAuthority
from core.stock.service import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`on_hand` units of an item at a location, as it was `at` a moment, said by somebody of this authority."""

    item_id: int
    location_id: int
    on_hand: int
    at: datetime
    authority: StockAuthority


@dataclass(frozen=True, slots=True)
class Since:
    """What became of a level after a moment; `seen` are the units that the location had taken off its figure by then.

    `overtaken`: somebody counted later than that, and knows better.
    """

    moved: int
    seen: int
    overtaken: bool


_SINCE = text(
    """
    with asked as materialized (
        select * from jsonb_to_recordset(cast(:asked as jsonb))
            as asked(item_id bigint, location_id bigint, at timestamptz, net boolean)
    ), unseen as (
        select asked.item_id, asked.location_id, sum(line.quantity) as units
        from asked
        join reservations reservation using (item_id, location_id)
        join fulfillment_lines line on line.id = reservation.fulfillment_line_id
        join fulfillment_orders work on work.id = line.fulfillment_order_id
        where asked.net and reservation.created_at <= asked.at
          and (work.accepted_at is null or work.accepted_at > asked.at)
          and (work.closed_at is null or work.closed_at > asked.at)
        group by asked.item_id, asked.location_id
    )
    select asked.item_id, asked.location_id,
           coalesce(moved.on_hand, 0)::int as moved,
           case when asked.net then
               greatest(0, coalesce(level.reserved, 0) - coalesce(moved.reserved, 0) - coalesce(unseen.units, 0))
           else 0 end::int as seen,
           coalesce(moved.overtaken, false) or coalesce(level.figured_at > asked.at, false) as overtaken
    from asked
    left join stock_levels level using (item_id, location_id)
    left join unseen using (item_id, location_id)
    left join lateral (
        select sum(on_hand_delta) as on_hand, sum(reserved_delta) as reserved,
               bool_or(reason in ('COUNT', 'SNAPSHOT')) as overtaken
        from stock_movements movement
        where movement.item_id = asked.item_id and movement.location_id = asked.location_id
          and movement.occurred_at > asked.at
    ) moved on true
    """
)


def since(session: Session, figures: Iterable[Known]) -> dict[Place, Since]:
    """What happened to each level after its figure was taken. One statement; the levels are locked by the caller."""
    asked = [
        {
            "item_id": figure.item_id,
            "location_id": figure.location_id,
            "at": figure.at,
            "net": figure.authority is StockAuthority.LOCATION_NET_OF_ORDERS,
        }
        for figure in figures
    ]
    if not asked:
        return {}
    rows = session.execute(_SINCE, {"asked": orjson.dumps(asked).decode()})
    return {(row.item_id, row.location_id): Since(row.moved, row.seen, row.overtaken) for row in rows}


_REMEMBER = text(
    """
    update stock_levels level set figured_at = asked.at
    from jsonb_to_recordset(cast(:asked as jsonb)) as asked(item_id bigint, location_id bigint, at timestamptz)
    where level.item_id = asked.item_id and level.location_id = asked.location_id
      and (level.figured_at is null or level.figured_at < asked.at)
    """
)


def remember(session: Session, figures: Iterable[Known]) -> None:
    """Have the levels know when they were last counted: what left before and is told of later is in the count."""
    asked = [{"item_id": figure.item_id, "location_id": figure.location_id, "at": figure.at} for figure in figures]
    if asked:
        session.execute(_REMEMBER, {"asked": orjson.dumps(asked).decode()})


def now_on_hand(figure: Known, since: Since) -> int:
    """What must lie there now if the figure was right then."""
    return figure.on_hand + since.seen + since.moved
