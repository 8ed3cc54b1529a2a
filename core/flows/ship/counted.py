"""Units that left before a count and are told of after it: the count left them out already."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.stock.models import MovementReason
from core.stock.service import Movement


class Gone(NamedTuple):
    """Units that are about to be taken from a level, as having left `at` a moment. `reserved`: they were promised."""

    item_id: int
    location_id: int
    units: int
    at: datetime
    reserved: bool
    reference: str


# The first figure at or after the moment that made a movement, else the latest one that changed nothing. Where figures
# are net of orders, what was promised was never out of them.
_FIGURES = text(
    """
    select asked.place, coalesce(figure.reason, 'SNAPSHOT'), coalesce(figure.occurred_at, level.figured_at)
    from jsonb_to_recordset(cast(:asked as jsonb))
        as asked(place int, item_id bigint, location_id bigint, at timestamptz, reserved boolean)
    join locations on locations.id = asked.location_id
        and not (asked.reserved and locations.stock_authority = 'LOCATION_NET_OF_ORDERS')
    left join lateral (
        select reason, occurred_at from stock_movements movement
        where movement.item_id = asked.item_id and movement.location_id = asked.location_id
          and movement.reason in ('COUNT', 'SNAPSHOT') and movement.occurred_at >= asked.at
        order by movement.occurred_at limit 1
    ) figure on true
    left join stock_levels level on level.item_id = asked.item_id and level.location_id = asked.location_id
        and level.figured_at >= asked.at
    where figure.reason is not null or level.id is not null
    order by asked.place
    """
)


def counted_without(session: Session, gone: Iterable[Gone]) -> list[Movement]:
    """What puts units back into the first count after they left, so that taking them now leaves what was counted.

    One statement. The caller writes these movements before it takes the units, and books their value.
    """
    told = [each for each in gone if each.units]
    if not told:
        return []
    asked = [
        {
            "place": place,
            "item_id": each.item_id,
            "location_id": each.location_id,
            "at": each.at,
            "reserved": each.reserved,
        }
        for place, each in enumerate(told)
    ]
    rows = session.execute(_FIGURES, {"asked": orjson.dumps(asked).decode()})
    return [
        Movement(
            item_id=told[place].item_id,
            location_id=told[place].location_id,
            reason=MovementReason(reason),
            on_hand=told[place].units,
            reference=told[place].reference,
            note="It had left before this was counted, and was told of later.",
            occurred_at=at,
        )
        for place, reason, at in rows
    ]
