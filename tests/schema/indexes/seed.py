"""A large shop, written by SQL in seconds: enough rows that no planner would read a table from end to end by choice.

Most of it is finished business, as in a shop that has run for years; what is open, odd or in error is rare.
"""

from typing import Any

import psycopg
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Table,
    Time,
)
from sqlalchemy.dialects.postgresql import JSONB

from core.events.models import TransactionId
from core.models import metadata

ORDERS = 20_000
ITEMS = CUSTOMERS = 10_000
SIZES = {
    "items": ITEMS,
    "listings": 2 * ITEMS,
    "customers": CUSTOMERS,
    "orders": ORDERS,
    "order_lines": 3 * ORDERS,
    "payments": ORDERS,
    "holds": 10_000,
    "risk_assessments": ORDERS,
    "fulfillment_orders": ORDERS,
    "fulfillment_lines": ORDERS,
    "shipments": ORDERS,
    "packages": ORDERS,
    "labels": ORDERS,
    "returns": 10_000,
    "return_lines": 10_000,
    "refunds": 10_000,
    "cases": 10_000,
    "events": 2 * ORDERS,
    "journal_entries": ORDERS,
    "postings": 2 * ORDERS,
    "external_calls": ORDERS,
    "inbox_messages": ORDERS,
    "sync_runs": 10_000,
    "failed_jobs": 10_000,
    "stock_levels": 3 * ITEMS,
    "stock_movements": ORDERS,
    "notifications": ORDERS,
    "settlements": 500,
    "settlement_lines": ORDERS,
    "suppliers": 500,
    "supplier_offers": ITEMS,
    "purchase_orders": 10_000,
    "purchase_order_lines": 20_000,
    "locations": 30,
    "channels": 8,
    "integrations": 8,
    "plugins": 4,
}
BIG = {name for name, size in SIZES.items() if size >= 10_000}

_DAY = "timestamptz '2026-01-01' - i * interval '5 minutes'"
_RARELY = "i % 1000 = 7"

OWN: dict[str, dict[str, str]] = {
    "cases": {
        "kind": f"case when {_RARELY} then 'PAYMENT' else 'OTHER' end",
        "state": f"case when {_RARELY} then 'OPEN' else 'RESOLVED' end",
        "assignee": f"case when {_RARELY} then 'ann' end",
        "order_id": "i",
    },
    "events": {
        "name": f"case when {_RARELY} then 'case.opened' else (array['order.placed', 'order.paid'])[1 + i % 2] end",
        "subject": f"'ord_' || i % {ORDERS}",
        "actor": f"case when {_RARELY} then 'ann' else 'system' end",
        "order_id": f"1 + i % {ORDERS}",
    },
    "external_calls": {
        "integration_id": "1 + i % 7",
        "purpose": f"case when {_RARELY} then 'refund' else 'label' end",
        "state": f"case when {_RARELY} then 'UNKNOWN' else 'SUCCEEDED' end",
        "subject": "'ship_' || i",
        "order_id": "i",
    },
    "failed_jobs": {"job": f"case when {_RARELY} then 'ship.buy_label' else 'channel.publish' end"},
    "fulfillment_lines": {
        "sku": f"'SKU-' || i % {ITEMS}",
        "quantity": "1",
        "fulfillment_order_id": "i",
        "order_line_id": "i",
    },
    "fulfillment_orders": {
        "order_id": "i",
        "location_id": f"case when {_RARELY} then 29 else 1 + i % 5 end",
        "method": f"case when {_RARELY} then 'PICKUP' else 'SHIP' end",
        "request_state": f"case when {_RARELY} then 'SUBMITTED' else 'CLOSED' end",
        "work_state": f"case when {_RARELY} then 'OPEN' else 'CLOSED' end",
    },
    "holds": {
        "kind": "case when i % 2000 = 7 then 'FRAUD' else 'MANUAL' end",
        "order_id": "i",
        "released_at": f"case when {_RARELY} then null else {_DAY} end",
        "code": "'c' || i",
    },
    "inbox_messages": {
        "integration_id": "1 + i % 7",
        "state": f"case when {_RARELY} then 'QUARANTINED' else 'APPLIED' end",
        "external_id": "'ext-' || i",
    },
    "items": {
        "sku": "'SKU-' || i",
        "name": "'Item number ' || i",
        "kind": f"case when {_RARELY} then 'BUNDLE' else 'STOCK' end",
        "tags": f"case when {_RARELY} then array['sale'] else array['plain'] end",
        "active": "i % 20 <> 0",
    },
    "journal_entries": {
        "order_id": "i",
        "rule": f"case when {_RARELY} then 'manual' else 'order.shipped' end",
        "source": "'ship_' || i",
        "number": "'J' || i",
        "reverses_id": "null",
        "valued": "true",
        "rolled_up": "true",
    },
    "labels": {"package_id": "i", "shipment_id": "i", "state": f"case when {_RARELY} then 'FAILED' else 'VOIDED' end"},
    "listings": {
        "external_id": "'ext-' || i",
        "item_id": f"case when {_RARELY} then null else 1 + i % {ITEMS} end",
        "publish_state": f"case when {_RARELY} then 'REJECTED' else 'CONFIRMED' end",
        "channel_id": f"case when {_RARELY} then 8 else 1 + i % 5 end",
    },
    "notifications": {
        "order_id": "i",
        "event_id": "i",
        "medium": f"case when {_RARELY} then 'SMS' else 'EMAIL' end",
        "state": f"case when {_RARELY} then 'FAILED' else 'SENT' end",
        "recipient": "'ann' || i || '@example.com'",
    },
    "order_lines": {
        "order_id": f"1 + i % {ORDERS}",
        "position": f"i / {ORDERS}",
        "sku": f"'SKU-' || i % {ITEMS}",
        "item_id": f"1 + i % {ITEMS}",
        "quantity": "1",
        "shipped": f"case when {_RARELY} then 0 else 1 end",
        "open": f"case when {_RARELY} then 1 else 0 end",
        "bundle_line_id": "null",
    },
    "orders": {
        "number": "'#' || 100000 + i",
        "external_number": "'EXT-' || i",
        "external_id": "'ext-' || i",
        "channel_id": f"case when {_RARELY} then 8 else 1 + i % 5 end",
        "status": f"case when {_RARELY} then 'PROCESSING' when i % 10 = 0 then 'CANCELLED' else 'COMPLETED' end",
        "payment_status": f"case when {_RARELY} then 'UNPAID' else 'PAID' end",
        "fulfillment_status": f"case when {_RARELY} then 'UNFULFILLED' else 'DELIVERED' end",
        "return_status": f"case when {_RARELY} then 'REQUESTED' else 'NONE' end",
        "on_hold": _RARELY,
        "customer_id": f"1 + i % {CUSTOMERS}",
        "email": "'ann' || i || '@example.com'",
        "phone": "'+4416' || 10000000 + i",
        "country": f"case when {_RARELY} then 'NZ' else (array['DE', 'FR', 'GB', 'US'])[1 + i % 4] end",
        "tags": f"case when {_RARELY} then array['vip'] else array[]::text[] end",
        "search": "'#' || 100000 + i || ' ext-' || i || ' ann ' || md5(i::text) || ' ann' || i || '@example.com'",
        "shipping_address": '\'{"country": "DE", "city": "Köln"}\'',
        "tax_lines": "'[]'",
        "due_at": f"case when {_RARELY} then {_DAY} end",
        "original_id": "null",
        "paid_minor": f"case when {_RARELY} then 0 else 1000 + i end",
        "total_minor": "1000 + i",
        "cancelled_minor": "0",
        "cancel_reason": "null",
    },
    "packages": {"shipment_id": "i", "tracking_number": "'TRACK' || i"},
    "payments": {
        "order_id": "i",
        "amount_minor": "9",
        "captured_minor": "5",
        "refunded_minor": "1",
        "reference": "'r' || i",
    },
    "postings": {"entry_id": f"1 + i % {ORDERS}", "account_id": "1 + i % 20"},
    "purchase_order_lines": {
        "purchase_order_id": "1 + i / 3",
        "item_id": f"1 + i % {ITEMS}",
        "quantity": "1",
        "received": "0",
    },
    "purchase_orders": {
        "state": f"case when {_RARELY} then 'SENT' else 'CLOSED' end",
        "supplier_id": "1 + i % 499",
        "location_id": f"case when {_RARELY} then 29 else 1 + i % 5 end",
    },
    "refunds": {"order_id": "i", "external_id": "null"},
    "return_lines": {
        "return_id": "i",
        "sku": f"'SKU-' || i % {ITEMS}",
        "quantity": "1",
        "approved": "0",
        "received": "0",
        "refunded": "0",
        "reason": f"case when {_RARELY} then 'DEFECTIVE' else 'CHANGED_MIND' end",
    },
    "returns": {
        "order_id": "i",
        "external_id": "null",
        "state": f"case when {_RARELY} then 'REQUESTED' else 'CLOSED' end",
        "policy": "'{}'",
        "number": "'RET-' || i",
    },
    "risk_assessments": {
        "order_id": "i",
        "level": f"case when {_RARELY} then 'HIGH' else 'LOW' end",
        "signals": "'[]'",
    },
    "shipments": {
        "order_id": "i",
        "tracking_number": "'TRACK' || i",
        "status": f"case when {_RARELY} then 'IN_TRANSIT' else 'DELIVERED' end",
        "carrier": f"case when {_RARELY} then 'bike' else 'dhl' end",
        "location_id": f"case when {_RARELY} then 29 else 1 + i % 5 end",
        "external_id": "null",
        "fulfillment_order_id": "i",
    },
    "stock_levels": {
        "item_id": "1 + i / 3",
        "location_id": "1 + i % 3 + case when i % 1000 < 3 then 26 else 0 end",
        "on_hand": "100",
        "reserved": "1",
        "safety": f"case when {_RARELY} then 500 else 10 end",
        "incoming": "0",
    },
    "stock_movements": {
        "item_id": f"1 + i % {ITEMS}",
        "location_id": f"case when {_RARELY} then 29 else 1 + i % 5 end",
        "reason": f"case when {_RARELY} then 'DAMAGE' else 'SHIP' end",
        "reference": "'ship_' || i",
    },
    "suppliers": {"key": "'supplier-' || i", "location_id": "null"},
    "supplier_offers": {"supplier_id": "1 + i % 499", "item_id": "i"},
    "sync_runs": {
        "integration_id": f"case when {_RARELY} then 8 else 1 + i % 5 end",
        "job": f"case when {_RARELY} then 'statements' else 'orders' end",
        "state": f"case when {_RARELY} then 'FAILED' else 'SUCCEEDED' end",
        "missed": f"case when {_RARELY} then 1 else 0 end",
    },
    "locations": {"kind": "case when i = 29 then 'STORE' else 'WAREHOUSE' end", "code": "'loc-' || i"},
    "channels": {"key": "'channel-' || i"},
    "integrations": {"key": "'integration-' || i", "kinds": "array['CHANNEL']", "plugin_name": "'name-1'"},
    "customers": {
        "email": "'ann' || i || '@example.com'",
        "name": "'Ann ' || md5(i::text)",
        "phone": "'+4416' || 10000000 + i",
    },
}


def fill(url: str) -> None:
    """Indexes are dropped, rows written, indexes made again, statistics gathered."""
    with psycopg.connect(url) as connection:
        connection.execute("set local session_replication_role = replica")
        connection.execute("set local maintenance_work_mem = '256MB'")
        for table in metadata.sorted_tables:
            if table.name in SIZES:
                _write(connection, table, SIZES[table.name])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")


def _write(connection: psycopg.Connection, table: Table, size: int) -> None:
    indexes = connection.execute(_INDEXES, [table.name]).fetchall() if table.name in BIG else []
    for name, _ in indexes:
        connection.execute(f'drop index "{name}"'.encode())
    own = OWN.get(table.name, {})
    columns = [column for column in table.columns if not isinstance(column.type, TransactionId)]
    values = ", ".join(own.get(column.name) or _value(column) for column in columns)
    names = ", ".join(f'"{column.name}"' for column in columns)
    rows = f"select {values} from generate_series(1, {size}) i"
    connection.execute(f'insert into "{table.name}" ({names}) {rows} on conflict do nothing'.encode())
    for _, definition in indexes:
        connection.execute(definition.encode())


_INDEXES = """
    select indexname, indexdef from pg_indexes
    where tablename = %s and indexname not in (select conname from pg_constraint)
"""


def _value(column: Column[Any]) -> str:  # noqa: C901, PLR0911, PLR0912  # one branch per kind
    kind = column.type
    if column.name == "id":
        return "i"
    for key in column.foreign_keys:
        if isinstance(kind, String):
            return "'name-1'"
        return f"1 + i % {SIZES.get(key.column.table.name, 1)}" if not column.nullable else "null"
    if isinstance(kind, Enum):
        return f"'{next(iter(kind.enum_class)).name}'"  # type: ignore[arg-type]
    if isinstance(kind, ARRAY):
        return "'{}'"
    if isinstance(kind, JSONB):
        return "'{}'"
    if isinstance(kind, Boolean):
        return "true"
    if isinstance(kind, (BigInteger, Integer)):
        return "null" if column.nullable else "0"
    if isinstance(kind, (Float, Numeric)):
        return "0"
    if isinstance(kind, DateTime):
        return _DAY
    if isinstance(kind, Date):
        return f"({_DAY})::date"
    if isinstance(kind, Time):
        return "time '14:00'"
    if isinstance(kind, LargeBinary):
        return "'x'"
    if isinstance(kind, String) and kind.length == 3:  # a currency
        return "'EUR'"
    return "null" if column.nullable else f"'{column.name}-' || i"
