"""What each filter of orders means, said in Python over rows: nothing of the product's own conditions is used."""

from datetime import datetime
from typing import Any

from tests.schema.equality.loaded import Row, Shop

UNFINISHED = {"PENDING", "CONFIRMED", "PROCESSING"}


def within(moment: datetime | None, span: dict[str, Any]) -> bool:
    """From the beginning of a span up to its end, which is no part of it."""
    if moment is None:
        return span.get("from") is None and span.get("to") is None
    return (span.get("from") is None or moment >= span["from"]) and (span.get("to") is None or moment < span["to"])


def mentions(text: str | None, words: str) -> bool:
    """In any case, anywhere; fewer than three characters are looked for where a word begins."""
    if text is None:
        return False
    text, words = text.lower(), words.strip().lower()
    return words in text if len(words) > 2 else text.startswith(words) or f" {words}" in text


def number(identifier: str) -> int:
    return int(identifier.partition("_")[2])


def named(shop: Shop, table: str, key: str, names: list[str]) -> set[int]:
    """The numbers of the channels, locations and so on of these names."""
    return {row.id for row in shop.all(table) if getattr(row, key) in names}


def found_by(shop: Shop, row: Row, words: str) -> bool:
    """`query` of orders."""
    if mentions(row.search, words):
        return True
    for line in shop.of("order_lines", order_id=row.id):
        item = shop.one("items", line.item_id)
        if line.sku == words.strip() or (item is not None and mentions(item.sku, words)):
            return True
    for parcel in shop.of("shipments", order_id=row.id):
        packages = shop.of("packages", shipment_id=parcel.id)
        if mentions(parcel.tracking_number, words) or any(one.tracking_number == words.strip() for one in packages):
            return True
    return False


def late(shop: Shop, row: Row, now: datetime) -> bool:
    """Should have left by now, and some of it has not."""
    waits = any(line.open + line.backordered + line.allocated > 0 for line in shop.of("order_lines", order_id=row.id))
    return row.status in UNFINISHED and row.ship_by is not None and row.ship_by < now and waits


def overdue(row: Row, now: datetime) -> bool:
    owed = row.total_minor - row.cancelled_minor - row.paid_minor
    return row.due_at is not None and row.due_at < now and owed > 0


ORDERS: dict[str, Any] = {
    "query": lambda s, r, v: not v or found_by(s, r, v),
    "channel": lambda s, r, v: r.channel_id in named(s, "channels", "key", v),
    "status": lambda _, r, v: r.status in v,
    "paymentStatus": lambda _, r, v: r.payment_status in v,
    "fulfillmentStatus": lambda _, r, v: r.fulfillment_status in v,
    "returnStatus": lambda _, r, v: r.return_status in v,
    "onHold": lambda _, r, v: r.on_hold is v,
    "holdKind": lambda s, r, v: any(
        hold.kind in v and hold.released_at is None for hold in s.of("holds", order_id=r.id)
    ),
    "placedAt": lambda _, r, v: within(r.placed_at, v),
    "updatedAt": lambda _, r, v: within(r.updated_at, v),
    "shipBy": lambda _, r, v: within(r.ship_by, v),
    "late": lambda s, r, v: late(s, r, s.now) is v,
    "overdue": lambda s, r, v: overdue(r, s.now) is v,
    "sku": lambda s, r, v: any(line.sku == v for line in s.of("order_lines", order_id=r.id)),
    "email": lambda _, r, v: r.email is not None and r.email.lower() == v.lower(),
    "phone": lambda _, r, v: r.phone == v,
    "customerId": lambda _, r, v: r.customer_id == number(v),
    "country": lambda _, r, v: r.country in {country.upper() for country in v},
    "tag": lambda _, r, v: bool({*r.tags} & {*v}),
    "location": lambda s, r, v: any(
        work.location_id in named(s, "locations", "code", v) for work in s.of("fulfillment_orders", order_id=r.id)
    ),
    "method": lambda s, r, v: any(work.method in v for work in s.of("fulfillment_orders", order_id=r.id)),
    "risk": lambda s, r, v: any(one.level in v for one in s.of("risk_assessments", order_id=r.id)),
    "hasOpenCase": lambda s, r, v: any(case.state == "OPEN" for case in s.of("cases", order_id=r.id)) is v,
    "externalId": lambda _, r, v: r.external_id == v,
}
"""By the name of the filter: the shop, a row, and the value that is asked for."""

ORDER_SORTS: dict[str, list[str]] = {
    "PLACED_AT_DESC": ["-placed_at", "-id"],
    "PLACED_AT_ASC": ["placed_at", "id"],
    "UPDATED_AT_DESC": ["-updated_at", "-id"],
    "UPDATED_AT_ASC": ["updated_at", "id"],
    "TOTAL_DESC": ["-total_minor", "-id"],
    "SHIP_BY_ASC": ["ship_by", "id"],
    "PRIORITY_DESC": ["-priority", "-placed_at", "-id"],
}
