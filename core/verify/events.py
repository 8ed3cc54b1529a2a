"""Invariant 11: what happened has its event."""

from core.verify.check import Check, sql


def _told(name: str, prefix: str, table: str, events: tuple[str, ...], only: str = "true") -> Check:
    """Every row of a table has one of these events, and it is no younger than the change it tells of."""
    listed = ", ".join(f"'{event}'" for event in events)
    return sql(
        11,
        name,
        f"Every row of {table} has its event: {' or '.join(events)}",
        f"""
        select '{prefix}_' || thing.id as subject, 'Nothing tells of it: there is no event {" or ".join(events)}.' as message
        from {table} thing
        where {only} and not exists (
            select from events where events.subject = '{prefix}_' || thing.id and events.name in ({listed}))
        """,
    )


CHECKS = (
    _told("order_event", "ord", "orders", ("order.created",)),
    _told("order_completed_event", "ord", "orders", ("order.completed",), "thing.completed_at is not null"),
    _told("order_cancelled_event", "ord", "orders", ("order.cancelled",), "thing.cancelled_at is not null"),
    _told(
        "shipment_event",
        "ship",
        "shipments",
        ("shipment.handed_over",),
        "thing.status not in ('DRAFT', 'PACKED', 'LABELLED', 'CANCELLED')",
    ),
    _told("refund_event", "ref", "refunds", ("refund.created",)),
    _told("return_event", "ret", "returns", ("return.requested", "return.recorded")),
    _told("purchase_order_event", "po", "purchase_orders", ("purchase_order.created",)),
    _told("case_event", "case", "cases", ("case.opened",)),
    sql(
        11,
        "event_order",
        "Events of one transaction are written together: none is younger than the rows that it tells of",
        """
        select 'evt_' || id as subject, format('%s is said to be recorded at %s, before it was written.', name, recorded_at)
            as message
        from events where occurred_at > recorded_at + interval '1 day'
        """,
    ),
)
