"""The plain server's schema and application."""

import base64
import gc
import os
from datetime import datetime
from typing import Any

import orjson
import strawberry
from prometheus_client import generate_latest
from sqlalchemy import select, tuple_
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from bench.read.plain.fields import Info
from bench.read.plain.loaders import Loaders
from bench.read.plain.orders import Order
from bench.read.plain.stock import Item
from core.catalog.models import Item as ItemRow
from core.db import connect
from core.orders.models import Order as OrderRow
from schema.pagination import PageInfo
from schema.scalars import SCALARS


@strawberry.type
class OrderConnection:
    nodes: list[Order]
    page_info: PageInfo


@strawberry.type
class ItemConnection:
    nodes: list[Item]
    page_info: PageInfo


@strawberry.type
class Query:
    @strawberry.field
    async def order(self, info: Info, id: strawberry.ID) -> Order | None:  # noqa: A002  # its name in the schema
        found: Order | None = await info.context.one(OrderRow).load(int(id.removeprefix("ord_")))
        return found

    @strawberry.field
    async def orders(self, info: Info, first: int = 50, after: str | None = None) -> OrderConnection:
        key = (OrderRow.placed_at, OrderRow.id)
        query = select(OrderRow).order_by(*(column.desc() for column in key))
        if after is not None:
            placed_at, number = _position(after)
            query = query.where(tuple_(*key) < tuple_(datetime.fromisoformat(placed_at), number))
        rows = await info.context.rows(query.limit(first + 1))
        return OrderConnection(nodes=rows[:first], page_info=_page_info(rows, first, "placed_at", "id"))  # type: ignore[arg-type]  # rows stand for their types

    @strawberry.field
    async def items(self, info: Info, first: int = 50, after: str | None = None) -> ItemConnection:
        key = (ItemRow.sku, ItemRow.id)
        query = select(ItemRow).order_by(*key)
        if after is not None:
            query = query.where(tuple_(*key) > tuple_(*_position(after)))
        rows = await info.context.rows(query.limit(first + 1))
        return ItemConnection(nodes=rows[:first], page_info=_page_info(rows, first, "sku", "id"))  # type: ignore[arg-type]


def _position(cursor: str) -> list[Any]:
    """The values of a cursor: the hub's own, whose first part only says of which order it is."""
    _, first, number = orjson.loads(base64.b64decode(cursor))
    return [first, int(number)]


def _page_info(rows: Any, first: int, *key: str) -> PageInfo:
    cursor = None
    if rows[:first]:
        values = [str(getattr(rows[:first][-1], name)) for name in key]
        cursor = base64.b64encode(orjson.dumps(["", *values])).decode()
    return PageInfo(has_next_page=len(rows) > first, has_previous_page=False, end_cursor=cursor)


class Endpoint(GraphQL[Loaders, None]):
    """Strawberry's own view, with the fast JSON encoder and loaders for each request."""

    def __init__(self, schema: strawberry.Schema, url: str) -> None:
        super().__init__(schema)
        self.engine = connect(url, pool_size=10, application="plain")

    async def get_context(self, request: Any, response: Any) -> Loaders:  # noqa: ARG002
        return Loaders(self.engine)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def application() -> Starlette:
    """What uvicorn runs."""
    schema = strawberry.Schema(
        Query, extensions=[ParserCache, ValidationCache], config=StrawberryConfig(scalar_map=SCALARS)
    )
    application = Starlette(
        routes=[
            Route("/graphql", Endpoint(schema, os.environ["CROSSDOCK_DATABASE_URL"]), methods=["POST"]),
            Route("/metrics", _metrics),
        ]
    )
    gc.collect()
    gc.freeze()  # as the hub does
    gc.set_threshold(10_000, 10, 10)
    return application


def _metrics(_request: Request) -> Response:
    return Response(generate_latest())
