"""Deriving what an order's statuses are from its quantities, money, holds, parcels and returns."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.fulfillment import held
from core.orders import status
from core.orders.states import OrderStatus

# Services, vouchers and fees leave nothing to ship: they count as delivered together with the last of the goods.
_DELIVER_SERVICES = text(
    """
    update order_lines line set shipped = shipped + open, open = 0
    where line.order_id = any(:ids) and not line.ships and line.open > 0
      and not exists (select from order_lines part where part.bundle_line_id = line.id)
    returning line.id
    """
)

_DERIVE = f"""
    with lines as (
        select order_id,
            sum(quantity) filter (where counts) as units, sum(open) filter (where counts) as waiting,
            sum(backordered) filter (where counts) as backordered, sum(allocated) filter (where counts) as allocated,
            sum(shipped) filter (where counts) as shipped, sum(cancelled) filter (where counts) as cancelled,
            sum(cancelling) as cancelling, sum(returned) as returned,
            bool_or(ships) as goods, bool_or(open > 0 and not ships) as services
        from (
            select order_lines.*, ships or not bool_or(ships) over (partition by order_id) as counts
            from order_lines where order_id = any(:ids)
        ) line
        group by order_id
    ), money as (
        select order_id, sum(captured_minor) as captured, sum(disputed_minor) as disputed,
            sum(amount_minor) filter (where state = 'AUTHORIZED') as authorized,
            bool_or(state = 'VOIDED') as voided
        from payments where order_id = any(:ids) group by order_id
    ), given_back as (
        select order_id, sum(amount_minor) as refunded
        from refunds where order_id = any(:ids) and state = 'SUCCEEDED' group by order_id
    ), parcels as (
        select order_id, count(*) as parcels,
            count(*) filter (where status = 'DELIVERED') as parcels_delivered,
            count(*) filter (where status in ('IN_TRANSIT', 'OUT_FOR_DELIVERY', 'READY_FOR_PICKUP', 'DELAYED'))
                as parcels_moving,
            count(*) filter (
                where status in ('EXCEPTION', 'DELIVERY_FAILED', 'RETURNING', 'RETURNED_TO_SENDER', 'LOST')
            ) as parcels_in_trouble,
            count(*) filter (where origin = 'HUB' and tracking_number is not null
                and status not in ('DELIVERED', 'RETURNED_TO_SENDER', 'LOST')) as parcels_under_way
        from shipments where order_id = any(:ids) and status not in ('DRAFT', 'PACKED', 'LABELLED', 'CANCELLED')
        group by order_id
    ), coming_back as (
        select order_id, count(*) filter (where state = 'REQUESTED') as returns_requested,
            count(*) filter (where state not in ('REQUESTED', 'DECLINED', 'CANCELLED', 'EXPIRED', 'CLOSED'))
                as returns_in_progress
        from returns where order_id = any(:ids) group by order_id
    ), facts as (
        select orders.id, orders.status as status_before, orders.spent_minor as spent_before, orders.customer_id,
            orders.on_hold as held_before,
            orders.currency, orders.total_minor as total, orders.total_minor - orders.cancelled_minor as due,
            orders.validated_at is not null as validated,
            exists (select from holds where holds.order_id = orders.id and released_at is null) as held,
            coalesce(units, 0) as units, coalesce(waiting, 0) as waiting, coalesce(backordered, 0) as backordered,
            coalesce(allocated, 0) as allocated, coalesce(shipped, 0) as shipped, coalesce(cancelled, 0) as cancelled,
            coalesce(cancelling, 0) as cancelling, coalesce(returned, 0) as returned,
            coalesce(goods, false) as goods, coalesce(services, false) as services,
            coalesce(captured, 0) as captured, coalesce(disputed, 0) as disputed, coalesce(authorized, 0) as authorized,
            coalesce(voided, false) as voided, coalesce(refunded, 0) as refunded,
            coalesce(parcels, 0) as parcels, coalesce(parcels_delivered, 0) as parcels_delivered,
            coalesce(parcels_moving, 0) as parcels_moving, coalesce(parcels_in_trouble, 0) as parcels_in_trouble,
            coalesce(parcels_under_way, 0) as parcels_under_way,
            coalesce(returns_requested, 0) as returns_requested, coalesce(returns_in_progress, 0) as returns_in_progress
        from orders
            left join lines on lines.order_id = orders.id
            left join money on money.order_id = orders.id
            left join given_back on given_back.order_id = orders.id
            left join parcels on parcels.order_id = orders.id
            left join coming_back on coming_back.order_id = orders.id
        where orders.id = any(:ids)
    ), derived as (
        select facts.*, {status.ORDER} as order_status, {status.PAYMENT} as payment_status,
            {status.FULFILLMENT} as fulfillment_status, {status.RETURN} as return_status,
            least(due, total - refunded) as spent
        from facts
    ), counted as (
        insert into customer_spend (customer_id, currency, spent_minor)
        select customer_id, currency, sum(spent - coalesce(spent_before, 0))
        from derived where customer_id is not null and spent is distinct from spent_before
        group by customer_id, currency order by customer_id, currency
        on conflict (customer_id, currency) do update
            set spent_minor = customer_spend.spent_minor + excluded.spent_minor
    ), buyers as materialized (
        select customers.id, fresh.orders from customers
        join (select customer_id, count(*) as orders from derived where spent_before is null group by customer_id) fresh
            on fresh.customer_id = customers.id
        order by customers.id for update of customers
    ), ordered as (
        update customers set order_count = order_count + buyers.orders from buyers where customers.id = buyers.id
    )
    update orders
    set status = order_status, payment_status = derived.payment_status,
        fulfillment_status = derived.fulfillment_status, return_status = derived.return_status,
        on_hold = held, paid_minor = captured, refunded_minor = refunded, spent_minor = spent,
        completed_at = case when order_status = 'COMPLETED' then coalesce(orders.completed_at, :now) end,
        cancelled_at = case when order_status = 'CANCELLED' then coalesce(orders.cancelled_at, :now) end,
        updated_at = :now, version = orders.version + 1
    from derived where orders.id = derived.id
    returning orders.id, orders.number, derived.status_before, derived.order_status,
        services and validated and not held and (not goods or waiting + backordered + allocated = 0) as services_due,
        held_before <> held as turned
    """  # noqa: S608  # the expressions are our own

_FEW = 30
# To plan it takes longer than to do it for a few orders. Behind a subselect PostgreSQL cannot see how many they are,
# so that it keeps one plan for all; for many orders it does see, and plans with their number.
_REFRESH_MANY = text(_DERIVE)
_REFRESH_FEW = text(_DERIVE.replace("any(:ids)", "any((select cast(:ids as bigint[]))::bigint[])"))


def refresh(session: Session, order_ids: Iterable[int], *, at: datetime | None = None) -> dict[int, OrderStatus]:
    """Derive all four statuses, `on_hold` and the sums of money of these orders again. Every flow calls it last.

    The orders must be locked by the caller, or made by it. Each call is a new `version`. Says what they are now.
    `at` is when they changed, None is now: a new order that stays as old as it is needs no index to be told.
    """
    wanted = sorted(set(order_ids))
    if not wanted:
        return {}
    session.flush()
    parameters = {"ids": wanted, "now": at or clock.now()}
    rows = session.execute(_REFRESH_FEW if len(wanted) <= _FEW else _REFRESH_MANY, parameters).all()
    for order_id, number, before, after, *_ in rows:
        if before != after and after == OrderStatus.COMPLETED:
            outbox.record(
                session,
                "order.completed",
                ids.encode("ord", order_id),
                f"Order {number} is complete.",
                order_id=order_id,
            )
    turned = [row.id for row in rows if row.turned]
    if turned:
        held.follow(session, turned)
    derived = {order_id: OrderStatus(after) for order_id, _, _, after, *_ in rows}
    delivered = [row.id for row in rows if row.services_due]
    if delivered and session.execute(_DELIVER_SERVICES, {"ids": delivered}).all():
        return derived | refresh(session, delivered)
    return derived


__all__ = ["refresh"]
