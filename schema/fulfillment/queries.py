"""Finding work, what to pick, and which strategies there are."""

from collections.abc import Iterator
from enum import Enum

import orjson
import strawberry
from sqlalchemy import false, func, select
from sqlalchemy.sql.elements import ColumnElement

from core import clock
from core.fulfillment import models
from core.fulfillment.queries import pick_list as core_pick_list
from core.integrations.models import Plugin as PluginRow
from schema.acting import transact
from schema.catalog.types import Item
from schema.context import Context
from schema.engine import Find, Page, Ref, Refs, query
from schema.events.filters import within
from schema.fulfillment.types import (
    SCOPE,
    FulfillmentMethod,
    FulfillmentOrder,
    PickLine,
    RequestState,
    WorkState,
)
from schema.ids import FulfillmentOrderId
from schema.integrations.types import Plugin
from schema.named import of_locations
from schema.pagination import Connection, Slice
from schema.scalars import DateTimeRange

_OPEN = (models.WorkState.SCHEDULED, models.WorkState.OPEN, models.WorkState.ON_HOLD, models.WorkState.IN_PROGRESS)


@strawberry.enum
class FulfillmentOrderSort(Enum):
    SHIP_BY_ASC = "SHIP_BY_ASC"
    PRIORITY_DESC = "PRIORITY_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"


_SORTS = {
    FulfillmentOrderSort.SHIP_BY_ASC: models.FulfillmentOrder.ship_by,
    FulfillmentOrderSort.PRIORITY_DESC: models.FulfillmentOrder.priority.desc(),
    FulfillmentOrderSort.CREATED_AT_ASC: models.FulfillmentOrder.created_at,
}


@strawberry.input
class FulfillmentOrderFilter:
    location: list[str] | None = None
    method: list[FulfillmentMethod] | None = None
    request_state: list[RequestState] | None = None
    work_state: list[WorkState] | None = None
    ship_by: DateTimeRange | None = None
    late: bool | None = None
    sku: str | None = None


@strawberry.type
class RoutingStrategy:
    """A way to choose who ships."""

    name: str
    summary: str
    plugin: Plugin | None


@query(scope=SCOPE)
def fulfillment_orders(
    ctx: Context,
    page: Slice,
    filter: FulfillmentOrderFilter | None = None,
    sort: FulfillmentOrderSort | None = FulfillmentOrderSort.SHIP_BY_ASC,
) -> Connection[FulfillmentOrder]:
    """Work given to locations and suppliers."""
    return Page(FulfillmentOrder, page, _conditions(filter), order_by=_SORTS[sort or FulfillmentOrderSort.SHIP_BY_ASC])


@query(scope=SCOPE)
async def pick_list(
    ctx: Context, location: str, fulfillment_order_ids: list[FulfillmentOrderId] | None = None
) -> list[PickLine]:
    """What to fetch, in bin order: of the given work, or of all that is open there."""
    found = await transact(ctx, core_pick_list, location, fulfillment_order_ids)
    return [
        PickLine(
            item=Ref(Item, line.item_id),
            bin=line.bin,
            quantity=line.quantity,
            picked=line.picked,
            fulfillment_orders=Refs(FulfillmentOrder, line.fulfillment_order_ids),
        )
        for line in found
    ]


@query(scope=SCOPE)
async def routing_strategies(ctx: Context) -> list[RoutingStrategy]:
    """Every strategy that a plugin brings, by name."""
    rows = await ctx.select(select(PluginRow.name, PluginRow.strategies).order_by(PluginRow.name))
    brought = [
        RoutingStrategy(
            name=strategy["name"], summary=strategy["summary"], plugin=Find(Plugin, PluginRow.name == row.name)
        )
        for row in rows
        for strategy in orjson.loads(row.strategies)
    ]
    return sorted(brought, key=lambda strategy: strategy.name)


def _conditions(filter: FulfillmentOrderFilter | None) -> Iterator[ColumnElement[bool]]:
    if filter is None:
        return
    work = models.FulfillmentOrder
    if filter.location is not None:
        yield of_locations(work.location_id, filter.location)
    if filter.method is not None:
        yield work.method.in_(filter.method)
    if filter.request_state is not None:
        yield work.request_state.in_(filter.request_state)
    if filter.work_state is not None:
        yield work.work_state.in_(filter.work_state)
    if filter.ship_by is not None:
        yield from within(work.ship_by, filter.ship_by)
    if filter.late is not None:
        late = work.work_state.in_(_OPEN) & func.coalesce(work.ship_by < clock.now(), false())
        yield late if filter.late else ~late
    if filter.sku is not None:
        yield work.lines.any(models.FulfillmentLine.sku == filter.sku)
