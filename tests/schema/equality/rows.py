"""Rows for every table of the product, odd ones on purpose.

Nulls wherever a column takes them, parents without children, texts in many scripts, amounts beyond what a float
holds, times at midnight and to the microsecond, references that lead to nobody.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

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
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.engine import Engine

from core.events.models import TransactionId
from core.models import metadata

NOON = datetime(2026, 3, 29, 12, 0, 0, tzinfo=UTC)
"""The day clocks go forward in Europe."""
WORDS = (
    "plain",
    "Zürich & <Söhne>",
    "市場 “quoted” \\ 'single'",
    "tab\tline\nend\x01",
    "😀\u2028\u0301 %_",
    "",
    "-- $1 :x {y} %s",
)
MINOR = (999, 0, 12_345, -5, 1, 9_007_199_254_740_993, 100)
SMALL = (1, 0, 2, 3)
CURRENCIES = ("EUR", "JPY", "KWD", "USD")
MOMENTS = (
    NOON,
    datetime(2026, 3, 29, tzinfo=UTC),
    NOON - timedelta(days=400, microseconds=1),
    NOON + timedelta(microseconds=120_000),
    datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2199, 1, 1, tzinfo=UTC),
    NOON,
)
DECIMALS = (Decimal("0.1250"), Decimal(0), Decimal("-1.5"), Decimal("123456789.000000001"))

Make = Callable[[int], dict[str, Any]]

COUNTS = {"channels": 3, "locations": 4, "integrations": 3, "plugins": 3, "customers": 5, "orders": 9, "api_keys": 3}
USUAL = 14


def address(i: int) -> dict[str, Any]:
    """As it is kept: with nulls, and without what was not given."""
    kept: list[dict[str, Any]] = [
        {"name": "Ann Ö", "line1": "1 Rue d'Été", "city": "Zürich", "postal_code": "8001", "country": "CH"},
        {"name": None, "city": "", "country": "GB", "phone": "+441632960000", "email": "ann@example.com"},
        {"country": "JP"},
    ]
    return kept[i % 3]


def _order_line(i: int) -> dict[str, Any]:
    counts = {
        "open": i % 3 if i < 12 else 0,
        "backordered": i % 2,
        "allocated": 0,
        "shipped": 1 + i % 2,
        "cancelled": 0,
    }
    return {**counts, "quantity": sum(counts.values()), "returned": i % 2, "position": i, "sku": f"SKU-{i % 5}"}


def _order(i: int) -> dict[str, Any]:
    where = None if i == 4 else address(i)
    return {
        "shipping_address": where,
        "pending_shipping_address": address(i) if i == 2 else None,
        "country": where["country"] if where else None,
        "email": None if i == 5 else f"Ann{i % 2}@Example.com",
        "phone": None if i % 3 == 0 else "+441632960000",
        "search": f"number-{i} ext-{i % 4} ann ö ann{i % 2}@example.com",
        "address_check": None
        if i % 2
        else {
            "verdict": "CORRECTABLE",
            "suggestion": address(i + 1),
            "messages": ["moved", "ü"],
            "checked_at": "2026-03-29T00:00:00+00:00",
        },
        "tax_lines": [
            {"title": "VAT", "rate": "0.2", "amount_minor": 250, "currency": "JPY", "collected_by_channel": i % 4 == 0},
            {"title": "Düty", "rate": None, "amount_minor": 9007199254740993, "currency": "EUR"}
            | ({} if i == 3 else {"collected_by_channel": True}),
        ][: i % 3],
        "tags": [[], ["vip"], ["vip", 'b"c', "ü"]][i % 3],
        "original_id": i - 1 if i in {3, 4} else None,
        "customer_id": None if i == 3 else 1 + i // 3,
        "priority": 5 - i % 3,
        **({"status": "PROCESSING", "ship_by": MOMENTS[1]} if i == 5 else {}),  # late, and only for what is backordered
    }


OWN: dict[str, Make] = {
    "api_keys": lambda i: {
        "channels": [[], ["key-1"], ["key-2", "key-1"]][i % 3],
        "locations": [["code-2"], [], ["code-1"]][i % 3],
    },
    "bundle_components": lambda i: {"bundle_id": 1 + i // 5, "item_id": 1 + i % 5, "quantity": i},
    "cases": lambda i: {
        "options": [{"key": "again", "label": "Ship ägain", "consequence": None}, {"key": "x"}][: i % 3]
    },
    "channel_locations": lambda i: {"channel_id": 1 + i // 5, "location_id": 1 + i % 4},
    "documents": lambda _: {"format": "PDF"},
    "events": lambda i: {
        "subject": ["ord_1", "ord_99", "nothing", "itm_2", "ship_1", "chn_1", ""][i % 7],
        "name": ["order.placed", "order.paid", "stock.moved"][i % 3],
        "order_id": None if i % 4 == 0 else 1 + i % 3,
    },
    "external_calls": lambda i: {"order_id": None if i % 4 == 0 else 1 + i % 3, "subject": f"ord_{i % 3}"},
    "fulfillment_lines": lambda i: {
        "quantity": 9,
        "accepted": 2,
        "rejected": i % 2,
        "cancelled": i % 3,
        "picked": i % 2,
        "packed": 0,
        "shipped": i % 4,
        "cancelling": 0,
        "fulfillment_order_id": 1 + i // 3,
        "order_line_id": i,
        "sku": f"SKU-{i % 5}",
    },
    "holds": lambda i: {"code": f"code-{i}", "order_id": 1 + i // 3},
    "item_profit_days": lambda i: {"item_id": 1 + i % 4, "day": NOON.date() - timedelta(days=2 * i), "units": i % 5},
    "item_costs": lambda i: {"item_id": i, "quantity": i % 3, "value_minor": MINOR[i % 4]},
    "items": lambda i: {"sku": f"SKU-{i}", "barcode": None if i % 3 == 0 else f"40{i}"},
    "journal_entries": lambda i: {
        "order_id": None if i % 3 == 0 else 1 + i // 4,
        "reverses_id": 1 if i == 5 else None,
        "source": f"ord_{i % 3}",
    },
    "labels": lambda i: {"package_id": None if i == 7 else i, "document_id": None if i % 2 else i},
    "line_dispositions": lambda i: {"return_line_id": 1 + i // 3, "quantity": i},
    "listings": lambda i: {"external_id": f"ext-{i}", "published_sequence": 2**31 + i if i == 5 else i},
    "locations": lambda i: {
        "address": None if i == 2 else address(i),
        "workdays": [["MONDAY", "SUNDAY"], []][i % 2],
        "closed_on": [[], [date(2026, 12, 25), date(2027, 1, 1)]][i % 2],
        "cutoff": None if i % 3 == 0 else time(0, 0) if i == 1 else time(14, 30),
        "timezone": "Europe/Zurich",
    },
    "order_lines": lambda i: {
        **_order_line(i),
        "order_id": 1 + i // 3,
        "bundle_line_id": 4 if i in {5, 6} else None,
        "unit_price_minor": MINOR[i % 7],
    },
    "orders": _order,
    "packages": lambda i: {"shipment_id": 1 + i // 3, "position": i, "tracking_number": None if i % 3 else f"TRACK{i}"},
    "payments": lambda i: {
        "order_id": 1 + i // 3,
        "amount_minor": 900,
        "captured_minor": 10 * i,
        "refunded_minor": 5,
        "disputed_minor": i % 2,
        "reference": f"ref-{i}",
    },
    "plugins": lambda i: {
        "name": f"plugin{i}",
        "kinds": ["CHANNEL", "CARRIER"][: i % 3],
        "strategies": [{"name": f"near{i}", "summary": "Nächster"}] if i % 2 else [],
        "config_schema": {"type": "object"} if i % 2 else None,
        "capabilities": [],
    },
    "integrations": lambda i: {"kinds": ["CHANNEL", "CARRIER"][: 1 + i % 2], "plugin_name": f"plugin{1 + i % 2}"},
    "postings": lambda i: {"entry_id": 1 + i % USUAL},
    "purchase_order_lines": lambda i: {
        "quantity": 3,
        "received": i % 2,
        "purchase_order_id": 1 + i // 4,
        "item_id": 1 + i % 5,
        "acknowledged": None if i % 2 else i,
    },
    "refund_lines": lambda i: {"refund_id": 1 + i // 3},
    "refund_payments": lambda i: {"refund_id": 1 + i // 3},
    "refunds": lambda i: {"order_id": 1 + i // 4, "amount_minor": 10 * i, "return_id": None if i % 2 else 1 + i // 4},
    "reservations": lambda i: {"fulfillment_line_id": i, "quantity": i % 3},
    "return_lines": lambda i: {
        "quantity": 3,
        "approved": 2,
        "received": i % 3,
        "refunded": i % 2,
        "return_id": 1 + i // 3,
        "sku": f"SKU-{i % 5}",
    },
    "returns": lambda i: {
        "order_id": 1 + i // 3,
        "exchange_order_id": None if i % 3 else 1 + i % 5,
        "policy": {"accepted": i % 2 == 0, "automatic": True, "reasons": ["wear", "ü"][: i % 3], "policy": "30 days"},
        "exchange_lines": [],
        "label_id": None if i % 2 else i,
    },
    "risk_assessments": lambda i: {
        "order_id": 1 + i // 4,
        "signals": [{"code": "ip", "message": "fär", "weight": "0.250"}][: i % 2],
    },
    "routing_assignments": lambda i: {
        "decision_id": 1 + i // 3,
        "lines": [{"order_line_id": i, "sku": "SKU-1", "quantity": 2}, {"order_line_id": 1, "sku": "ü", "quantity": 1}][
            : i % 3
        ],
        "cost_currency": None if i % 4 == 0 else "EUR",
    },
    "routing_candidates": lambda i: {"decision_id": 1 + i // 3, "rejections": [[], ["too far", "ü"]][i % 2]},
    "routing_decisions": lambda i: {"order_id": 1 + i // 3},
    "shipment_lines": lambda i: {
        "quantity": i,
        "shipment_id": 1 + i // 3,
        "package_id": None if i % 4 == 0 else 1 + i // 3,
    },
    "shipments": lambda i: {
        "order_id": 1 + i // 3,
        "tracking_number": None if i % 4 == 0 else f"TRACK{i}",
        "manifest_id": None if i % 3 == 0 else 1 + i // 4,
    },
    "stock_levels": lambda i: {
        "item_id": 1 + i // 3,
        "location_id": 1 + i % 4,
        "owned": True,
        "on_hand": i,
        "reserved": min(i, 2),
        "damaged": 0,
        "safety": i % 5,
        "incoming": i % 2,
    },
    "stock_movements": lambda i: {"item_id": 1 + i % 6, "location_id": 1 + i % 4},
    "supplier_offers": lambda i: {"supplier_id": 1 + i // 6, "item_id": 1 + i % 6, "cost_minor": MINOR[i % 3]},
    "suppliers": lambda i: {"key": f"supplier-{i}", "location_id": i if i <= 4 else None},
    "tracking_events": lambda i: {"shipment_id": 1 + i // 3, "raw_code": f"c{i}"},
}


def fill(engine: Engine) -> None:
    """Write them all. Triggers and foreign keys are off: some rows stand for what should not be and yet may be read."""
    for half in (0, 1):  # in two transactions, for what is ordered by them
        with engine.begin() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            for table in metadata.sorted_tables:
                rows = [row for number, row in enumerate(_rows(table), 1) if number % 2 == half]
                if rows:
                    connection.execute(insert(table).on_conflict_do_nothing(), rows)
    with engine.begin() as connection:  # SQLAlchemy wrote the nulls above as those of JSON; here is one of SQL
        connection.execute(text("update orders set shipping_address = null, billing_address = null where id = 6"))
        connection.execute(text("analyze"))


def _rows(table: Table) -> Iterator[dict[str, Any]]:
    if table.name in _SEEDED:
        return
    own = OWN.get(table.name, _nothing)
    for i in range(1, 1 + COUNTS.get(table.name, USUAL)):
        row = {column.name: _value(table, column, i) for column in table.columns if _written(column)}
        yield row | own(i)


def _nothing(_: int) -> dict[str, Any]:
    return {}


_SEEDED = {"settings", "ledger_accounts", "schedules"}
"""Every hub starts with rows of these."""


def _written(column: Column[Any]) -> bool:
    return column.computed is None and not isinstance(column.type, TransactionId)


def _value(  # noqa: C901, PLR0911, PLR0912  # one branch per kind
    table: Table, column: Column[Any], i: int
) -> Any:
    place = i + len(column.name)
    if column.name == "id" or (column.primary_key and isinstance(column.type, Integer) and not column.foreign_keys):
        return i
    if column.nullable and place % 3 == 0:
        return None
    for key in column.foreign_keys:
        target = key.column.table.name
        if isinstance(key.column.type, String):
            return f"plugin{1 + i % 3}"
        return 1 + place % COUNTS.get(target, USUAL)
    kind = column.type
    if isinstance(kind, Enum):
        return list(kind.enum_class)[place % len(kind.enum_class)]  # type: ignore[arg-type]
    if isinstance(kind, ARRAY):
        return []
    if isinstance(kind, JSONB):
        return {"deep": {"n": [1, 2.5, None, True, "ü"]}} if place % 2 else {}
    if isinstance(kind, Boolean):
        return place % 2 == 0
    if isinstance(kind, BigInteger):
        return MINOR[place % len(MINOR)] if column.name.endswith("_minor") else place
    if isinstance(kind, Integer):
        return SMALL[place % len(SMALL)]
    if isinstance(kind, Float):
        return i / 8
    if isinstance(kind, Numeric):
        return DECIMALS[place % (3 if kind.precision else len(DECIMALS))]
    if isinstance(kind, DateTime):
        return MOMENTS[place % len(MOMENTS)]
    if isinstance(kind, Date):
        return date(2024, 2, 29) + timedelta(days=i)
    if isinstance(kind, Time):
        return time(0, 0)
    if isinstance(kind, LargeBinary):
        return b"\0%d" % i
    if isinstance(kind, String) and kind.length == 3:  # a currency
        return CURRENCIES[i % len(CURRENCIES)]
    return f"{column.name}-{i}" if column.unique or _unique(table, column) else WORDS[place % len(WORDS)]


def _unique(table: Table, column: Column[Any]) -> bool:
    return column.primary_key or any(index.unique and column in set(index.columns) for index in table.indexes)
