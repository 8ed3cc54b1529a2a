"""Finding locations, levels and movements."""

from collections.abc import Iterator

import strawberry
from sqlalchemy import or_
from sqlalchemy.sql.elements import ColumnElement

from core.catalog.models import Item as ItemRow
from core.stock import models
from schema.context import Context
from schema.engine import Page, query
from schema.events.filters import within
from schema.named import of_locations
from schema.pagination import Connection, Slice
from schema.scalars import DateTimeRange
from schema.search import mentions
from schema.stock.types import SCOPE, Location, LocationKind, MovementReason, StockLevel, StockMovement, places_of

_LEVELS = (models.StockLevel.location_id, models.StockLevel.item_id)
_NEWEST = models.StockMovement.id.desc()


@strawberry.input
class StockLevelFilter:
    query: str | None = None
    sku: list[str] | None = None
    location: list[str] | None = None
    location_kind: list[LocationKind] | None = None
    below_safety: bool | None = None


@strawberry.input
class StockMovementFilter:
    sku: list[str] | None = None
    location: list[str] | None = None
    reason: list[MovementReason] | None = None
    reference: str | None = None
    occurred_at: DateTimeRange | None = None


@query()
def locations(ctx: Context, page: Slice, kind: list[LocationKind] | None = None) -> Connection[Location]:
    """Where things lie and ship from, by code."""
    where = [*places_of(ctx)]
    if kind is not None:
        where.append(models.Location.kind.in_(kind))
    return Page(Location, page, where, order_by=models.Location.code)


@query(scope=SCOPE)
def stock_levels(ctx: Context, page: Slice, filter: StockLevelFilter | None = None) -> Connection[StockLevel]:
    """What each location has of each item."""
    return Page(StockLevel, page, _levels(filter), order_by=_LEVELS)


@query(scope=SCOPE)
def stock_movements(ctx: Context, page: Slice, filter: StockMovementFilter | None = None) -> Connection[StockMovement]:
    """Every change of every level, newest first."""
    return Page(StockMovement, page, _movements(filter), order_by=_NEWEST)


def _levels(filter: StockLevelFilter | None) -> Iterator[ColumnElement[bool]]:
    if filter is None:
        return
    level = models.StockLevel
    if filter.query is not None:
        yield level.item.has(or_(mentions(ItemRow.sku, filter.query), mentions(ItemRow.name, filter.query)))
    if filter.sku is not None:
        yield level.item.has(ItemRow.sku.in_(filter.sku))
    if filter.location is not None:
        yield of_locations(level.location_id, filter.location)
    if filter.location_kind is not None:
        yield level.location.has(models.Location.kind.in_(filter.location_kind))
    if filter.below_safety is not None:
        below = level.on_hand - level.reserved < level.safety
        yield below if filter.below_safety else ~below


def _movements(filter: StockMovementFilter | None) -> Iterator[ColumnElement[bool]]:
    if filter is None:
        return
    movement = models.StockMovement
    if filter.sku is not None:
        yield movement.item.has(ItemRow.sku.in_(filter.sku))
    if filter.location is not None:
        yield of_locations(movement.location_id, filter.location)
    if filter.reason is not None:
        yield movement.reason.in_(filter.reason)
    if filter.reference is not None:
        yield movement.reference == filter.reference
    if filter.occurred_at is not None:
        yield from within(movement.occurred_at, filter.occurred_at)
