"""What every list of the API holds, and in what order: each filter and sort said again in Python over rows.

The engine's conditions are SQL; compared with stock SQL made of the same conditions, a wrong one would be answered
alike on both sides. Here nothing is shared with them but the names.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schema.context import Viewer
from tests.schema.equality.loaded import Row, Shop, greatest_null, word
from tests.schema.equality.restated_orders import ORDER_SORTS, ORDERS, mentions, named, number, within

Test = Callable[[Any, Row, Any], bool]
WORKING = {"SCHEDULED", "OPEN", "ON_HOLD", "IN_PROGRESS"}
ON_THE_WAY = {"HANDED_OVER", "IN_TRANSIT", "OUT_FOR_DELIVERY", "DELAYED"}


@dataclass(frozen=True)
class Listed:
    """A list: its table, its filters by name, its order (`-` goes down), and other orders by the value of `sort`.

    `inside` says that the filters are arguments of the field itself. `seen` is what the caller's rights leave.
    """

    table: str
    filters: Mapping[str, Test]
    order: Sequence[str]
    sorts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    inside: bool = False
    seen: Callable[[Any, Row, Viewer], bool] = lambda _shop, _row, _viewer: True


def numbers(listed: Listed, shop: Shop, given: Mapping[str, Any], viewer: Viewer) -> list[int]:
    """The numbers of the rows that were asked for, in order."""
    asked = given if listed.inside else given.get("filter") or {}
    wanted = {name: word(value) for name, value in asked.items() if name in listed.filters and value is not None}
    rows = [row for row in shop.all(listed.table) if listed.seen(shop, row, viewer)]
    for name, value in wanted.items():
        rows = [row for row in rows if listed.filters[name](shop, row, value)]
    return [row.id for row in ordered(rows, listed.sorts.get(word(given.get("sort")), listed.order))]


def ordered(rows: Iterable[Row], keys: Sequence[str]) -> list[Row]:
    """By the first key, where that is the same by the next. Null is greater than anything."""
    found = list(rows)
    for key in reversed(keys):
        name = key.removeprefix("-")
        found.sort(key=lambda row, name=name: greatest_null(getattr(row, name)), reverse=key.startswith("-"))  # type: ignore[misc]
    return found


def _channel_of_order(shop: Shop, row: Row, keys: list[str]) -> bool:
    order = shop.one("orders", row.order_id)
    return order is not None and order.channel_id in named(shop, "channels", "key", keys)


def _sku(shop: Shop, number: int | None) -> str | None:
    item = shop.one("items", number)
    return None if item is None else item.sku


def _about_item(shop: Shop, number: int | None, words: str) -> bool:
    item = shop.one("items", number)
    return item is not None and (mentions(item.sku, words) or mentions(item.name, words))


def _about_return(shop: Shop, row: Row, words: str) -> bool:
    order = shop.one("orders", row.order_id)
    return mentions(row.number, words) or (order is not None and mentions(order.search, words))


def _tracked(shop: Shop, row: Row, words: str) -> bool:
    return words in {row.tracking_number, *(one.tracking_number for one in shop.of("packages", shipment_id=row.id))}


def _advised(shop: Shop, row: Row) -> bool:
    return any(one.below for one in shop.of("reorder_advice", item_id=row.id))


def _at(row: Row, shop: Shop, codes: list[str]) -> bool:
    return row.location_id in named(shop, "locations", "code", codes)


def _by(row: Row, shop: Shop, keys: list[str]) -> bool:
    return row.integration_id in named(shop, "integrations", "key", keys)


def _event_named(row: Row, names: list[str]) -> bool:
    return any(row.name.startswith(name[:-1]) if name.endswith("*") else row.name == name for name in names)


LISTS: dict[str, Listed] = {
    "orders": Listed("orders", ORDERS, ORDER_SORTS["PLACED_AT_DESC"], ORDER_SORTS),
    "items": Listed(
        "items",
        {
            "query": lambda s, r, v: _about_item(s, r.id, v),
            "sku": lambda _, r, v: r.sku in v,
            "kind": lambda _, r, v: r.kind in v,
            "tag": lambda _, r, v: bool({*r.tags} & {*v}),
            "supplier": lambda s, r, v: any(
                offer.supplier_id in named(s, "suppliers", "key", v) for offer in s.of("supplier_offers", item_id=r.id)
            ),
            "active": lambda _, r, v: r.active is v,
            "belowReorderPoint": lambda s, r, v: _advised(s, r) is v,
        },
        ["sku"],
    ),
    "listings": Listed(
        "listings",
        {
            "channel": lambda s, r, v: r.channel_id in named(s, "channels", "key", v),
            "sku": lambda s, r, v: _sku(s, r.item_id) in v,
            "mapped": lambda _, r, v: (r.item_id is not None) is v,
            "publishState": lambda _, r, v: r.publish_state in v,
            "externalId": lambda _, r, v: r.external_id == v,
        },
        ["id"],
    ),
    "cases": Listed(
        "cases",
        {
            "state": lambda _, r, v: r.state in v,
            "kind": lambda _, r, v: r.kind in v,
            "code": lambda _, r, v: r.code in v,
            "channel": _channel_of_order,
            "assignee": lambda _, r, v: r.assignee == v,
            "overdue": lambda s, r, v: (r.state == "OPEN" and r.due_at is not None and r.due_at < s.now) is v,
        },
        ["-opened_at", "-id"],
    ),
    "customers": Listed(
        "customers",
        {"query": lambda _, r, v: not v or any(mentions(text, v) for text in (r.email, r.name, r.phone))},
        ["-id"],
        inside=True,
    ),
    "events": Listed(
        "events",
        {
            "name": lambda _, r, v: _event_named(r, v),
            "subject": lambda _, r, v: r.subject == v,
            "order": lambda _, r, v: r.order_id == number(v),
            "actor": lambda _, r, v: r.actor == v,
            "occurredAt": lambda _, r, v: within(r.occurred_at, v),
        },
        ["transaction", "id"],
    ),
    "fulfillmentOrders": Listed(
        "fulfillment_orders",
        {
            "location": lambda s, r, v: _at(r, s, v),
            "method": lambda _, r, v: r.method in v,
            "requestState": lambda _, r, v: r.request_state in v,
            "workState": lambda _, r, v: r.work_state in v,
            "shipBy": lambda _, r, v: within(r.ship_by, v),
            "late": lambda s, r, v: (r.work_state in WORKING and r.ship_by is not None and r.ship_by < s.now) is v,
            "sku": lambda s, r, v: any(line.sku == v for line in s.of("fulfillment_lines", fulfillment_order_id=r.id)),
        },
        ["ship_by", "id"],
        {
            "SHIP_BY_ASC": ["ship_by", "id"],
            "PRIORITY_DESC": ["-priority", "-id"],
            "CREATED_AT_ASC": ["created_at", "id"],
        },
    ),
    "shipments": Listed(
        "shipments",
        {
            "status": lambda _, r, v: r.status in v,
            "trackingNumber": _tracked,
            "carrier": lambda _, r, v: r.carrier in v,
            "location": lambda s, r, v: _at(r, s, v),
            "late": lambda s, r, v: (
                (r.status in ON_THE_WAY and r.estimated_delivery is not None and r.estimated_delivery < s.now) is v
            ),
            "labelState": lambda s, r, v: any(label.state in v for label in s.of("labels", shipment_id=r.id)),
            "shippedAt": lambda _, r, v: within(r.shipped_at, v),
        },
        ["-id"],
    ),
    "returns": Listed(
        "returns",
        {
            "query": lambda s, r, v: not v or _about_return(s, r, v),
            "state": lambda _, r, v: r.state in v,
            "channel": _channel_of_order,
            "sku": lambda s, r, v: any(line.sku == v for line in s.of("return_lines", return_id=r.id)),
            "reason": lambda s, r, v: any(line.reason in v for line in s.of("return_lines", return_id=r.id)),
            "requestedAt": lambda _, r, v: within(r.requested_at, v),
        },
        ["-requested_at", "-id"],
    ),
    "externalCalls": Listed(
        "external_calls",
        {
            "integration": lambda s, r, v: _by(r, s, v),
            "purpose": lambda _, r, v: r.purpose in v,
            "state": lambda _, r, v: r.state in v,
            "subject": lambda _, r, v: r.subject == v,
        },
        ["-id"],
    ),
    "inbox": Listed(
        "inbox_messages",
        {
            "integration": lambda s, r, v: _by(r, s, v),
            "state": lambda _, r, v: r.state in v,
            "externalId": lambda _, r, v: r.external_id == v,
            "receivedAt": lambda _, r, v: within(r.received_at, v),
        },
        ["-id"],
    ),
    "failedJobs": Listed(
        "failed_jobs",
        {
            "job": lambda _, r, v: r.job in v,
            "integration": lambda s, r, v: _by(r, s, v),
            "failedAt": lambda _, r, v: within(r.failed_at, v),
        },
        ["-id"],
    ),
    "syncRuns": Listed(
        "sync_runs",
        {
            "integration": lambda s, r, v: _by(r, s, v),
            "job": lambda _, r, v: r.job in v,
            "state": lambda _, r, v: r.state in v,
            "hasMissed": lambda _, r, v: (r.missed > 0) is v,
        },
        ["-id"],
    ),
    "journalEntries": Listed(
        "journal_entries",
        {
            "account": lambda s, r, v: any(
                one.account_id in named(s, "ledger_accounts", "code", v) for one in s.of("postings", entry_id=r.id)
            ),
            "orderId": lambda _, r, v: r.order_id == number(v),
            "source": lambda _, r, v: r.source == v,
            "rule": lambda _, r, v: r.rule in v,
            "effectiveAt": lambda _, r, v: within(r.effective_at, v),
        },
        ["-effective_at", "-id"],
    ),
    "locations": Listed(
        "locations",
        {"kind": lambda _, r, v: r.kind in v},
        ["code"],
        inside=True,
        seen=lambda _, r, viewer: not viewer.locations or r.id in viewer.locations,
    ),
    "stockLevels": Listed(
        "stock_levels",
        {
            "query": lambda s, r, v: _about_item(s, r.item_id, v),
            "sku": lambda s, r, v: _sku(s, r.item_id) in v,
            "location": lambda s, r, v: _at(r, s, v),
            "locationKind": lambda s, r, v: any(one.kind in v for one in s.of("locations", id=r.location_id)),
            "belowSafety": lambda _, r, v: (r.on_hand - r.reserved < r.safety) is v,
        },
        ["location_id", "item_id", "id"],
    ),
    "stockMovements": Listed(
        "stock_movements",
        {
            "sku": lambda s, r, v: _sku(s, r.item_id) in v,
            "location": lambda s, r, v: _at(r, s, v),
            "reason": lambda _, r, v: r.reason in v,
            "reference": lambda _, r, v: r.reference == v,
            "occurredAt": lambda _, r, v: within(r.occurred_at, v),
        },
        ["-id"],
    ),
    "suppliers": Listed(
        "suppliers",
        {"query": lambda _, r, v: any(v.lower() in text.lower() for text in (r.key, r.name))},
        ["key"],
        inside=True,
    ),
    "purchaseOrders": Listed(
        "purchase_orders",
        {
            "state": lambda _, r, v: r.state in v,
            "supplier": lambda s, r, v: r.supplier_id in named(s, "suppliers", "key", v),
            "location": lambda s, r, v: _at(r, s, v),
            "sku": lambda s, r, v: any(
                _sku(s, line.item_id) == v for line in s.of("purchase_order_lines", purchase_order_id=r.id)
            ),
        },
        ["-id"],
    ),
    "notifications": Listed(
        "notifications",
        {
            "medium": lambda _, r, v: r.medium in v,
            "state": lambda _, r, v: r.state in v,
            "recipient": lambda _, r, v: r.recipient.lower() == v.lower(),
        },
        ["-id"],
    ),
    "settlements": Listed(
        "settlements",
        {
            "channel": lambda s, r, v: r.channel_id in named(s, "channels", "key", v),
            "state": lambda _, r, v: r.state in v,
            "periodEnd": lambda _, r, v: within(r.period_end, v),
        },
        ["-id"],
    ),
}
INSIDE: dict[tuple[str, str], Mapping[str, Test]] = {("Settlement", "lines"): {"state": lambda _, r, v: r.state in v}}
"""Filters that are arguments of a list within a thing, by its type and name."""
