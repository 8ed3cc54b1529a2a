"""The same schema answered by plain graphql-core, with one resolver a field over rows loaded into memory.

Slow, obvious and independent of the engine: what the engine's answers are compared with.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from graphql import GraphQLSchema, build_schema, execute_sync, parse, print_schema
from sqlalchemy import inspect, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from crossdock.money import EXPONENTS
from schema.errors import present
from tests.schema.engine.shop import ChannelRow, LabelRow, LineRow, OrderLabelRow, OrderRow

PREFIXES = {"ord": OrderRow, "chn": ChannelRow, "line": LineRow, "lbl": LabelRow}
NAMES = {OrderRow: "Order", ChannelRow: "Channel", LineRow: "Line", LabelRow: "Label"}


class Oracle:
    def __init__(self, schema: GraphQLSchema, database: Engine) -> None:
        self.schema = build_schema(print_schema(schema))
        with Session(database) as session:
            self.rows: dict[type, list[Any]] = {
                model: list(session.scalars(select(model).order_by(*inspect(model).primary_key)))
                for model in (*NAMES, OrderLabelRow)
            }
            session.expunge_all()

    def ask(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        result = execute_sync(
            self.schema,
            parse(query),
            variable_values=variables,
            field_resolver=self.resolve,
            type_resolver=lambda value, _info, _kind: NAMES[type(value)],
        )
        body: dict[str, Any] = {}
        if result.errors:
            body["errors"] = [present(error, "req_test") for error in result.errors]
        if result.data is not None or all(error.path for error in result.errors or ()):
            body["data"] = result.data
        return body

    def resolve(self, source: Any, info: Any, **given: Any) -> Any:
        name = f"{info.parent_type.name}.{info.field_name}"
        if info.parent_type.name.endswith("Connection") and info.field_name == "totalCount":
            return min(source["total"], given["limit"])
        if (found := RESOLVERS.get(name)) is not None:
            return found(self, source, **given)
        if info.field_name == "id":
            prefix = next(text for text, model in PREFIXES.items() if isinstance(source, model))
            return f"{prefix}_{source.id}"
        return source.get(info.field_name) if isinstance(source, dict) else getattr(source, info.field_name)

    def by_id(self, model: type, number: int | None) -> Any:
        return next((row for row in self.rows[model] if row.id == number), None)

    def channel(self, number: int | None) -> Any:
        found = self.by_id(ChannelRow, number)
        return None if found is None or found.secret else found

    def named(self, identifier: str) -> Any:
        prefix, _, number = identifier.partition("_")
        model = PREFIXES.get(prefix)
        if model is None or not number.isdigit():
            return None
        return self.channel(int(number)) if model is ChannelRow else self.by_id(model, int(number))

    def lines(self, order: OrderRow) -> list[LineRow]:
        return [row for row in self.rows[LineRow] if row.order_id == order.id]

    def labels(self, order: OrderRow) -> list[LabelRow]:
        numbers = {link.label_id for link in self.rows[OrderLabelRow] if link.order_id == order.id}
        return sorted((row for row in self.rows[LabelRow] if row.id in numbers), key=lambda row: row.word)


def page(rows: Sequence[Any], *, first: int | None = None, last: int | None = None, **_: Any) -> dict[str, Any]:
    backward, size = last is not None, last if last is not None else 50 if first is None else first
    shown = rows[max(0, len(rows) - size) :] if backward else rows[:size]
    return {
        "nodes": list(shown),
        "edges": [{"node": row} for row in shown],
        "pageInfo": {
            "hasNextPage": not backward and len(rows) > size,
            "hasPreviousPage": backward and len(rows) > size,
        },
        "total": len(rows),
    }


def money(minor: int | None, currency: str | None) -> dict[str, str] | None:
    if minor is None or currency is None:
        return None
    return {"amount": f"{Decimal(minor).scaleb(-EXPONENTS[currency]):f}", "currency": currency}


def moment(value: datetime | None) -> str | None:
    if value is None:
        return None
    text = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return text.rstrip("0").rstrip(".") + "Z"


def tax_line(oracle: Oracle, given: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": given["label"],
        "rate": given.get("rate"),
        "amount": money(given.get("amount_minor"), given.get("currency")),
        "channel": oracle.channel(given.get("channel_id")),
    }


def actions(oracle: Oracle, order: OrderRow, prefix: str) -> Any:
    if order.number == "N7":
        return ValueError("secret detail")
    allowed = order.status.name == "OPEN"
    return [{"action": f"{prefix}cancel", "allowed": allowed, "channel": oracle.channel(1)}]


def orders(oracle: Oracle, filter: dict[str, Any] | None, sort: str, **given: Any) -> Any:
    filter = filter or {}
    rows: Iterable[OrderRow] = oracle.rows[OrderRow]
    if filter.get("status") is not None:
        rows = [row for row in rows if row.status.name in filter["status"]]
    if filter.get("sku") is not None:
        rows = [row for row in rows if any(line.sku == filter["sku"] for line in oracle.lines(row))]
    if filter.get("query") is not None:
        rows = [row for row in rows if filter["query"].lower() in row.number.lower()]
    far = datetime.max.replace(tzinfo=UTC)
    keys: dict[str, tuple[Callable[[OrderRow], Any], bool]] = {
        "PLACED_AT_DESC": (lambda row: (row.placed_at, row.id), True),
        "SHIP_BY_ASC": (lambda row: (row.ship_by or far, row.id), False),
        "TOTAL_DESC": (lambda row: (row.total_minor, row.id), True),
    }
    if sort == "MIXED":
        rows = sorted(rows, key=lambda row: (row.currency, row.id))
        return page(sorted(rows, key=lambda row: row.ship_by or far, reverse=True), **given)
    key, down = keys[sort]
    return page(sorted(rows, key=key, reverse=down), **given)


RESOLVERS: dict[str, Callable[..., Any]] = {
    "Query.hello": lambda _o, _s: "hello tests",
    "Query.node": lambda o, _s, id: o.named(id),
    "Query.nodes": lambda o, _s, ids: [o.named(one) for one in ids],
    "Query.order": lambda o, _s, id=None, number=None: (
        o.named(id) if id else next((row for row in o.rows[OrderRow] if row.number == number), None)
    ),
    "Query.orders": lambda o, _s, filter=None, **given: orders(o, filter, **given),
    "Query.channels": lambda o, _s: sorted((c for c in o.rows[ChannelRow] if not c.secret), key=lambda c: c.key),
    "Query.someOrders": lambda o, _s, ids: [o.named(one) for one in ids],
    "Query.preview": lambda o, _s: {
        "title": "Two",
        "order": o.by_id(OrderRow, 1),
        "channels": [o.channel(2), o.channel(1)],
        "strict": [o.by_id(OrderRow, 1), o.by_id(OrderRow, 2)],
    },
    "Channel.orders": lambda o, s, **given: page(
        sorted((r for r in o.rows[OrderRow] if r.channel_id == s.id), key=lambda r: (r.placed_at, r.id), reverse=True),
        **given,
    ),
    "Line.price": lambda _o, s: money(s.price_minor, s.currency),
    "Line.order": lambda o, s: o.by_id(OrderRow, s.order_id),
    "Order.status": lambda _o, s: s.status.name,
    "Order.channel": lambda o, s: o.channel(s.channel_id),
    "Order.strictChannel": lambda o, s: o.channel(s.channel_id),
    "Order.original": lambda o, s: o.by_id(OrderRow, s.original_id),
    "Order.total": lambda _o, s: money(s.total_minor, s.currency),
    "Order.paid": lambda _o, s: money(s.paid_minor, s.currency),
    "Order.placedAt": lambda _o, s: moment(s.placed_at),
    "Order.shipBy": lambda _o, s: moment(s.ship_by),
    "Order.day": lambda _o, s: s.day and s.day.isoformat(),
    "Order.rate": lambda _o, s: None if s.rate is None else f"{s.rate:f}",
    "Order.maybeHuge": lambda _o, s: s.huge,
    "Order.strictNote": lambda _o, s: s.note,
    "Order.place": lambda _o, s: {"city": s.city, "country": s.country} if s.country else None,
    "Order.address": lambda _o, s: s.address and {**s.address, "postalCode": s.address["postal_code"]},
    "Order.taxLines": lambda o, s: [tax_line(o, given) for given in s.tax_lines],
    "Order.metadata": lambda _o, s: s.extra,
    "Order.size": lambda o, s: {"units": sum(line.quantity for line in o.lines(s)), "words": s.number.upper()},
    "Order.holds": lambda o, s: [line for line in o.lines(s) if line.quantity > 2],
    "Order.lastLine": lambda o, s: max(o.lines(s), key=lambda line: line.position, default=None),
    "Order.labels": Oracle.labels,
    "Order.linked": Oracle.labels,
    "Order.lines": lambda o, s, sku=None, **given: page(
        [line for line in o.lines(s) if sku is None or line.sku in sku], **given
    ),
    "Order.actions": actions,
    "Order.twin": lambda o, s: o.by_id(OrderRow, s.id + 1),
    "Order.shout": lambda _o, s: s.note and s.note.upper(),
    "Order.loud": lambda _o, s: None if s.number == "N7" else s.number.lower(),
}
