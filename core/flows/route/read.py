"""Reading everything that routing looks at, for a batch of orders at once."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.catalog.models import ShortagePolicy
from core.flows.route.facts import Facts, Line, Location, Offer, Order, Place
from core.fulfillment.calendar import Calendar
from core.settings import service as settings
from core.stock import service as stock
from core.stock.models import LocationKind

LEFT_OUT = timedelta(hours=24)
"""How long a location that has just refused an item is not asked for it again."""

_ORDERS = text(
    """
    select o.id, o.number, o.version, o.priority, o.placed_at, o.ship_by, o.country, o.shipping_address,
           o.shipping_method, c.id as channel_id, c.priority as channel_priority, c.shortage,
           c.currency as channel_currency, c.routing_strategy as strategy,
           not o.on_hold and o.validated_at is not null and not o.fulfilled_by_channel
               and o.status in ('PENDING', 'CONFIRMED', 'PROCESSING') as routable,
           array(select location_id from channel_locations where channel_id = c.id) as locations,
           array(
               select a.location_id from routing_assignments a where a.decision_id = (
                   select d.id from routing_decisions d where d.order_id = o.id and d.pinned order by d.id desc limit 1)
           ) as pinned,
           array(
               select array[l.item_id, f.location_id]
               from fulfillment_orders f join fulfillment_lines l on l.fulfillment_order_id = f.id
               where f.order_id = o.id and l.rejected_at > :refused_since
           ) as refused
    from orders o join channels c on c.id = o.channel_id
    where o.id = any(:orders)
    """
)

# Lines that ship nothing (services, a bundle's own line) need no place.
_LINES = text(
    """
    select l.id, l.order_id, l.sku, l.item_id, i.sku as item, i.weight_grams, l.open, l.backordered
    from order_lines l join items i on i.id = l.item_id
    where l.order_id = any(:orders) and l.ships and (:placed or l.open + l.backordered > 0)
    order by l.order_id, l.position
    """
)

_LOCATIONS = text(
    """
    select l.id, l.code, l.name, l.kind, l.address, l.latitude, l.longitude, l.timezone, l.cutoff,
           l.workdays, l.closed_on, l.daily_capacity, l.priority, l.active and coalesce(s.active, true) as active,
           coalesce(l.integration_id, s.integration_id) as integration_id, i.key as integration
    from locations l left join suppliers s on s.location_id = l.id
    left join integrations i on i.id = coalesce(l.integration_id, s.integration_id)
    order by l.code
    """
)

_OFFERS = text(
    """
    select o.item_id, s.location_id, o.supplier_sku, greatest(o.lead_time_days, s.lead_time_days) as lead_time_days,
           o.left_out_until
    from supplier_offers o join suppliers s on s.id = o.supplier_id
    where o.item_id = any(:items) and s.location_id is not null and o.withdrawn_at is null
    order by o.id
    """
)

_PLANNED = text(
    """
    select f.location_id, f.ship_on, sum(l.quantity - l.rejected - l.cancelled)::int as units
    from fulfillment_orders f join fulfillment_lines l on l.fulfillment_order_id = f.id
    where f.location_id = any(:locations) and f.ship_on >= :since
    group by f.location_id, f.ship_on
    """
)


def read(session: Session, order_ids: Collection[int], *, at: datetime | None = None, placed: bool = False) -> Facts:
    """Everything about these orders that routing may look at, in seven statements or fewer, however many they are.

    `placed`: also about lines whose units all have a place.
    """
    moment = at or clock.now()
    orders = _orders(session, sorted(set(order_ids)), moment, placed=placed)
    items = sorted({line.item_id for order in orders for line in order.lines})
    locations = [_location(row) for row in session.execute(_LOCATIONS)]
    return Facts(
        at=moment,
        strategy=settings.current(session).routing_strategy,
        orders=sorted(orders, key=lambda order: order.turn),
        locations=locations,
        available=dict(stock.available(session, items, [place.id for place in locations])),
        offers=_offers(session, items, locations),
        planned=_planned(session, locations, moment),
    )


def _orders(session: Session, ids: Sequence[int], moment: datetime, *, placed: bool) -> list[Order]:
    lines: dict[int, list[Line]] = {}
    for row in session.execute(_LINES, {"orders": ids, "placed": placed}).mappings():
        line = Line(**row)
        lines.setdefault(line.order_id, []).append(line)
    rows = session.execute(_ORDERS, {"orders": ids, "refused_since": moment - LEFT_OUT}).mappings()
    return [
        Order(
            **{
                **row,
                "shortage": ShortagePolicy(row["shortage"]),
                "locations": frozenset(row["locations"]),
                "pinned": frozenset(row["pinned"]),
                "refused": frozenset((item, place) for item, place in row["refused"]),
            },
            lines=tuple(lines.get(row["id"], ())),
        )
        for row in rows
    ]


def _location(row: Any) -> Location:
    calendar = Calendar(
        timezone=row.timezone,
        cutoff=_time(row.cutoff),
        workdays=frozenset(row.workdays),
        closed_on=frozenset(row.closed_on),
    )
    return Location(
        id=row.id,
        code=row.code,
        name=row.name,
        kind=LocationKind(row.kind),
        address=row.address,
        latitude=row.latitude,
        longitude=row.longitude,
        calendar=calendar,
        daily_capacity=row.daily_capacity,
        priority=row.priority,
        active=row.active,
        integration_id=row.integration_id,
        integration=row.integration,
    )


def _time(value: time | None) -> time | None:
    return None if value is None else value.replace(tzinfo=None)


def _offers(session: Session, items: Sequence[int], locations: Sequence[Location]) -> dict[Place, Offer]:
    if not items or not any(place.kind is LocationKind.SUPPLIER or place.integration for place in locations):
        return {}
    rows = session.execute(_OFFERS, {"items": items})
    return {
        (row.item_id, row.location_id): Offer(
            supplier_sku=row.supplier_sku, lead_time_days=row.lead_time_days, left_out_until=row.left_out_until
        )
        for row in rows
    }


def _planned(session: Session, locations: Sequence[Location], moment: datetime) -> dict[tuple[int, date], int]:
    limited = [place.id for place in locations if place.daily_capacity is not None]
    if not limited:
        return {}
    rows = session.execute(_PLANNED, {"locations": limited, "since": moment.date() - timedelta(days=1)})
    return {(row.location_id, row.ship_on): row.units for row in rows}
