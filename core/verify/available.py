"""Invariant 4: what channels may sell, worked out a second time in plain SQL and compared with what the hub says."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from core.stock.promise import promised
from core.verify.check import MOST, Check

_EXPECTED = text(
    """
    with place as (
        select channels.id as channel_id, locations.id as location_id
        from channels cross join locations
        where locations.active and (
            not exists (select from channel_locations named where named.channel_id = channels.id)
            or exists (select from channel_locations named
                       where named.channel_id = channels.id and named.location_id = locations.id))
    ), meets as (
        select distinct mine.channel_id, theirs.channel_id as other_id
        from place mine join place theirs using (location_id)
    ), free as (
        select place.channel_id, level.item_id, sum(greatest(level.on_hand - level.reserved - level.safety, 0)) as units
        from place join stock_levels level on level.location_id = place.location_id group by 1, 2
    ), sold as (
        select meets.channel_id, line.item_id, sum(line.open + line.backordered) as units
        from order_lines line
        join orders on orders.id = line.order_id and not orders.fulfilled_by_channel
        join meets on meets.other_id = orders.channel_id
        where line.open + line.backordered > 0 group by 1, 2
    ), single as (
        select channels.id as channel_id, items.id as item_id,
            greatest(0, coalesce(free.units, 0) - coalesce(sold.units, 0) - channels.buffer) as units
        from channels cross join items
        left join free on free.channel_id = channels.id and free.item_id = items.id
        left join sold on sold.channel_id = channels.id and sold.item_id = items.id
        where items.kind = 'SIMPLE'
    ), bundled as (
        select single.channel_id, part.bundle_id as item_id, min(single.units / part.quantity) as units
        from bundle_components part join single on single.item_id = part.item_id group by 1, 2
    )
    select each.channel_id, each.item_id, channels.key, items.sku,
        case when channels.selling then each.units else 0 end as units
    from (select * from single union all select * from bundled) each
    join channels on channels.id = each.channel_id join items on items.id = each.item_id
    order by each.item_id, each.channel_id
    """
)


def _differences(connection: Connection) -> Iterator[tuple[str, str]]:
    expected = connection.execute(_EXPECTED).all()
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        said = promised(session, [(row.item_id, row.channel_id) for row in expected])
    wrong = [row for row in expected if said[row.item_id, row.channel_id].available != row.units]
    for row in wrong[:MOST]:
        told = said[row.item_id, row.channel_id].available
        yield f"itm_{row.item_id}", f"{row.key} is told that it may sell {told} of {row.sku}; it may sell {row.units}."


CHECKS = (
    Check(
        4,
        "available_to_promise",
        "Available to promise = max(0, available at eligible locations - demand not routed - buffer)",
        _differences,
    ),
)
