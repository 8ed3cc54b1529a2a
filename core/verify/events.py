"""Invariant 11: what happened has its event."""

from core.verify.check import Check, sql


def _told(name: str, prefix: str, table: str, events: tuple[str, ...], only: str = "true") -> Check:
    """Every row of a table has one of these events."""
    listed = ", ".join(f"'{event}'" for event in events)
    return sql(
        11,
        name,
        f"Every row of {table} has its event: {' or '.join(events)}",
        f"""
        select '{prefix}_' || thing.id as subject, 'Nothing tells of it: there is no event {" or ".join(events)}.'
            as message
        from {table} thing
        where {only} and not exists (
            select from events where events.subject = '{prefix}_' || thing.id and events.name in ({listed}))
        """,
    )


def _together(name: str, prefix: str, rule: str, event: str) -> Check:
    """Events and entries both say which transaction wrote them: what was booked was told by the same one."""
    return sql(
        11,
        name,
        f"{event} was written by the transaction that booked it",
        f"""
        select entry.source as subject, format('{event} was written by another transaction than %s.', entry.number)
            as message
        from journal_entries entry
        where entry.rule = '{rule}' and entry.source like '{prefix}\\_%' and entry.reverses_id is null
          and entry.book_key not like 'value:%'
          and exists (select from events where subject = entry.source and name = '{event}')
          and not exists (
            select from events
            where subject = entry.source and name = '{event}' and events.transaction = entry.transaction)
        """,
    )


_EPOCH = sql(
    11,
    "event_epoch",
    "Every event stands before what is yet to come",
    """
    select 'evt_' || id as subject,
        format('It stands at %s, and the next event before it: run `crossdock migrate`.', at) as message
    from (
        select id, cast(cast(transaction as text) as bigint) as at
        from events order by transaction desc, id desc limit 1
    ) last
    where at >= cast(cast(pg_snapshot_xmax(pg_current_snapshot()) as text) as bigint) + hub_epoch()
    """,
)

CHECKS = (
    _EPOCH,
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
    _together("order_event_transaction", "ord", "sale", "order.created"),
    _together("shipment_event_transaction", "ship", "shipment", "shipment.handed_over"),
    _together("refund_event_transaction", "ref", "refund", "refund.created"),
)
