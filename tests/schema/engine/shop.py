"""A small shop declared to the read engine, with something of every kind of field."""

import asyncio
import enum
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry
from sqlalchemy import ARRAY, BigInteger, DateTime, Enum, ForeignKey, Numeric, Text, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.sql.elements import ColumnElement

from core.errors import IllegalState, NotFound, VersionConflict
from schema.context import Context
from schema.engine import (
    All,
    Find,
    Node,
    Page,
    Ref,
    Refs,
    column,
    computed,
    connection,
    embedded,
    first,
    from_json,
    many,
    money,
    mutation,
    node,
    one,
    query,
    ref_of,
    same_row,
    subscription,
)
from schema.engine.registry import Registry
from schema.errors import Payload
from schema.ids import OrderId
from schema.pagination import Connection, Slice, page_of
from schema.scalars import JSON, Address, Money

shop = Registry()


class Status(enum.Enum):
    OPEN = "open"
    DONE = "done"


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012  # as SQLAlchemy wants it
        str: Text,
        datetime: DateTime(timezone=True),
        Decimal: Numeric,
        list[str]: ARRAY(Text),
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
        Status: Enum(Status, native_enum=False),
    }


class ChannelRow(Base):
    __tablename__ = "channels"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    secret: Mapped[bool] = mapped_column(default=False)


class OrderRow(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    number: Mapped[str]
    status: Mapped[Status]
    channel_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("channels.id"))
    original_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("orders.id"))
    total_minor: Mapped[int] = mapped_column(BigInteger)
    paid_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str]
    placed_at: Mapped[datetime]
    ship_by: Mapped[datetime | None]
    day: Mapped[date | None]
    rate: Mapped[Decimal | None]
    huge: Mapped[int] = mapped_column(BigInteger, default=0)
    note: Mapped[str | None]
    city: Mapped[str | None]
    country: Mapped[str | None]
    address: Mapped[dict[str, Any] | None]
    tax_lines: Mapped[list[dict[str, Any]]]
    tags: Mapped[list[str]]
    extra: Mapped[dict[str, Any]] = mapped_column("metadata")

    channel: Mapped[ChannelRow] = relationship(viewonly=True)
    original: Mapped["OrderRow | None"] = relationship(remote_side=[id], viewonly=True)
    lines: Mapped[list["LineRow"]] = relationship(viewonly=True)
    labels: Mapped[list["LabelRow"]] = relationship(secondary="order_labels", viewonly=True)


class LineRow(Base):
    __tablename__ = "order_lines"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    order_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("orders.id"), index=True)
    position: Mapped[int]
    sku: Mapped[str]
    quantity: Mapped[int]
    price_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]

    order: Mapped[OrderRow] = relationship(viewonly=True)


class LabelRow(Base):
    __tablename__ = "labels"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    word: Mapped[str]


class OrderLabelRow(Base):
    __tablename__ = "order_labels"
    order_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("orders.id"), primary_key=True)
    label_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("labels.id"), primary_key=True)


strawberry.enum(Status)


def seen_channels(ctx: Context) -> Iterator[ColumnElement[bool]]:
    if not ctx.viewer.can("secrets"):
        yield ChannelRow.secret.is_(False)


@node(ChannelRow, prefix="chn", visible=seen_channels, into=shop)
class Channel:
    """Where orders come from."""

    key: str = column(ChannelRow.key)
    name: str = column(ChannelRow.name)
    orders: Connection["Order"] = connection(OrderRow.channel_id, order_by=OrderRow.placed_at.desc(), backward=True)


@node(LabelRow, prefix="lbl", into=shop)
class Label:
    word: str = column(LabelRow.word)


def lines_of(*, sku: list[str] | None = None) -> Iterator[ColumnElement[bool]]:
    if sku is not None:
        yield LineRow.sku.in_(sku)


@node(LineRow, prefix="line", into=shop)
class Line:
    position: int = column(LineRow.position)
    sku: str = column(LineRow.sku)
    quantity: int = column(LineRow.quantity)
    price: Money = money(LineRow.price_minor, LineRow.currency)
    order: "Order" = one(LineRow.order)


@strawberry.type
class Rate:
    label: str
    rate: Decimal | None
    amount: Money | None
    channel: Channel | None = None


@strawberry.type
class Action:
    action: str
    allowed: bool
    channel: Channel | None = None


@node(OrderRow, name="OrderSize", into=shop)
class OrderSize:
    units: int = column(
        select(func.coalesce(func.sum(LineRow.quantity), 0)).where(LineRow.order_id == OrderRow.id).scalar_subquery()
    )
    words: str = column(func.upper(OrderRow.number))


calls: list[str] = []


@node(OrderRow, prefix="ord", scope="orders:read", into=shop)
class Order:
    number: str = column(OrderRow.number)
    status: Status = column(OrderRow.status)
    channel: "Channel | None" = one(OrderRow.channel)
    strict_channel: "Channel" = one(OrderRow.channel_id)
    original: "Order | None" = one(OrderRow.original)
    total: Money = money(OrderRow.total_minor, OrderRow.currency)
    paid: Money | None = money(OrderRow.paid_minor, OrderRow.currency)
    placed_at: datetime = column(OrderRow.placed_at)
    ship_by: datetime | None = column(OrderRow.ship_by)
    day: date | None = column(OrderRow.day)
    rate: Decimal | None = column(OrderRow.rate)
    huge: int = column(OrderRow.huge)
    maybe_huge: int | None = column(OrderRow.huge)
    note: str | None = column(OrderRow.note)
    strict_note: str = column(OrderRow.note)  # type: ignore[assignment]
    place: Address | None = embedded(
        city=OrderRow.city, country=OrderRow.country, present=OrderRow.country.is_not(None)
    )
    address: Address | None = from_json(OrderRow.address)
    tax_lines: list[Rate] = from_json(OrderRow.tax_lines)
    tags: list[str] = column(OrderRow.tags)
    metadata: JSON = column(OrderRow.extra)
    size: OrderSize = same_row()
    secret: str | None = column(OrderRow.note, scope="secrets")
    slow: str | None = column(cast(func.pg_sleep(20), Text))
    holds: list["Line"] = many(OrderRow.lines, order_by=LineRow.position, where=[LineRow.quantity > 2])
    last_line: "Line | None" = first(OrderRow.lines, order_by=LineRow.position.desc())
    labels: list[Label] = many(OrderRow.labels, order_by=LabelRow.word)
    linked: list[Label] = many(OrderLabelRow.order_id, through=OrderLabelRow.label_id, order_by=LabelRow.word)
    lines: Connection["Line"] = connection(
        LineRow.order_id, order_by=LineRow.position, default_first=100, filter=lines_of
    )

    @computed(requires=[OrderRow.status, OrderRow.placed_at, OrderRow.number])
    @staticmethod
    def actions(orders: Sequence[OrderRow], ctx: Context, *, prefix: str = "") -> list[list[Action] | Exception]:
        """What may be done now."""
        calls.append("actions")
        return [
            ValueError("secret detail")
            if order.number == "N7"
            else [Action(action=prefix + "cancel", allowed=order.status is Status.OPEN, channel=Ref(Channel, 1))]
            for order in orders
        ]

    @computed(requires=[OrderRow.id])
    @staticmethod
    async def twin(orders: Sequence[OrderRow], ctx: Context) -> "list[Order | None]":
        calls.append("twin")
        return [Ref(Order, order.id + 1) for order in orders]

    @computed(requires=[OrderRow.note])
    @staticmethod
    def shout(orders: Sequence[OrderRow], ctx: Context) -> list[str | None]:
        return [None if order.note is None else order.note.upper() for order in orders]

    @computed(requires=[OrderRow.number])
    @staticmethod
    def loud(orders: Sequence[OrderRow], ctx: Context) -> list[str]:
        return [None if order.number == "N7" else order.number.lower() for order in orders]  # type: ignore[misc]


@strawberry.enum
class Sort(enum.Enum):
    PLACED_AT_DESC = "PLACED_AT_DESC"
    SHIP_BY_ASC = "SHIP_BY_ASC"
    TOTAL_DESC = "TOTAL_DESC"
    MIXED = "MIXED"


SORTS: dict[Sort, Any] = {
    Sort.PLACED_AT_DESC: OrderRow.placed_at.desc(),
    Sort.SHIP_BY_ASC: OrderRow.ship_by,
    Sort.TOTAL_DESC: OrderRow.total_minor.desc(),
    Sort.MIXED: (OrderRow.ship_by.desc(), OrderRow.currency),
}


@strawberry.input
class Filter:
    status: list[Status] | None = None
    sku: str | None = None
    query: str | None = None


def narrowed(filter: Filter | None) -> Iterator[ColumnElement[bool]]:
    if filter is None:
        return
    if filter.status is not None:
        yield OrderRow.status.in_(filter.status)
    if filter.sku is not None:
        yield OrderRow.lines.any(LineRow.sku == filter.sku)
    if filter.query is not None:
        yield OrderRow.number.icontains(filter.query, autoescape=True)


@strawberry.type
class Preview:
    title: str
    order: Order
    channels: list[Channel]
    strict: list[Order]


@strawberry.type
class OrderPayload(Payload):
    order: Order | None = None


@query(into=shop)
def hello(ctx: Context) -> str:
    return f"hello {ctx.viewer.name}"


@query(name="node", into=shop)
def node_by_id(ctx: Context, id: strawberry.ID) -> Node | None:
    return ref_of(id, shop)


@query(into=shop)
def nodes(ctx: Context, ids: list[strawberry.ID]) -> list[Node | None]:
    return [ref_of(id, shop) for id in ids]


@query(scope="orders:read", into=shop)
async def order(ctx: Context, id: OrderId | None = None, number: str | None = None) -> Order | None:
    if id is not None:
        return Ref(Order, id)
    return Find(Order, OrderRow.number == number)


@query(scope="orders:read", into=shop)
def orders(
    ctx: Context, page: Slice, filter: Filter | None = None, sort: Sort = Sort.PLACED_AT_DESC
) -> Connection[Order]:
    return Page(Order, page, narrowed(filter), order_by=SORTS[sort])


@query(into=shop)
def channels(ctx: Context) -> list[Channel]:
    return All(Channel, order_by=ChannelRow.key)


@query(scope="orders:read", into=shop)
def some_orders(ctx: Context, ids: list[OrderId]) -> list[Order | None]:
    return list(Refs(Order, ids))


@query(scope="orders:read", into=shop)
def preview(ctx: Context) -> Preview | None:
    return Preview(title="Two", order=Ref(Order, 1), channels=Refs(Channel, [2, 1]), strict=Refs(Order, [1, 2]))


@query(into=shop)
def report(ctx: Context, page: Slice) -> Connection[Action]:
    rows = [Action(action=f"a{number}", allowed=True) for number in range(7)]
    return page_of(rows, page, key=lambda row: row.action)


@query(into=shop)
def broken(ctx: Context) -> str | None:
    raise RuntimeError("postgresql://root:password@localhost")


@query(into=shop)
async def lost(ctx: Context, turns: int = 0) -> str:
    """Fails after so many turns of the event loop, and may not be null."""
    for _ in range(turns):
        await asyncio.sleep(0)
    raise NotFound(f"Lost after {turns}.")


@mutation(scope="orders:write", into=shop)
async def order_close(ctx: Context, id: OrderId, expected_version: int = 1) -> OrderPayload:
    def close() -> int:
        if expected_version != 1:
            raise VersionConflict("Somebody was quicker.", path=("expected_version",))
        if id == 2:
            raise IllegalState("Order N2 is closed.", path=("id",))
        return id

    return OrderPayload(order=Ref(Order, await ctx.run(close)))


@subscription(scope="orders:read", into=shop)
async def ticks(ctx: Context, count: int = 3) -> AsyncIterator[Order]:
    for number in range(1, count + 1):
        yield Ref(Order, number)
