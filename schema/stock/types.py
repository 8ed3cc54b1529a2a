"""Location, StockLevel, StockMovement and the explanation of a promise."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry
from sqlalchemy import func, select
from sqlalchemy.sql.elements import ColumnElement

from core.fulfillment.models import FulfillmentOrder, WorkState
from core.stock import models
from core.stock.models import LocationKind as LocationKind
from core.stock.models import MovementReason as MovementReason
from core.stock.models import StockAuthority as StockAuthority
from core.stock.models import Weekday as Weekday
from core.stock.queries import level_available
from schema.context import Context
from schema.engine import column, from_json, money, node, one
from schema.scalars import Address, Money

if TYPE_CHECKING:
    from schema.catalog.types import Item
    from schema.integrations.types import Integration
    from schema.purchasing.types import Supplier

strawberry.enum(LocationKind)
strawberry.enum(
    StockAuthority,
    description="Who says what is on hand: our ledger, or the location's own figures, before or after the orders "
    "it has seen.",
)
strawberry.enum(Weekday)
strawberry.enum(MovementReason)

SCOPE = "stock:read"
_UNDONE = (WorkState.SCHEDULED, WorkState.OPEN, WorkState.ON_HOLD, WorkState.IN_PROGRESS)

_BACKLOG = (
    select(func.count(FulfillmentOrder.id))
    .where(FulfillmentOrder.location_id == models.Location.id, FulfillmentOrder.work_state.in_(_UNDONE))
    .scalar_subquery()
)


def places_of(ctx: Context) -> Iterable[ColumnElement[bool]]:
    if ctx.viewer.locations:
        yield models.Location.id.in_(ctx.viewer.locations)


def levels_of(ctx: Context) -> Iterable[ColumnElement[bool]]:
    if ctx.viewer.locations:
        yield models.StockLevel.location_id.in_(ctx.viewer.locations)


def movements_of(ctx: Context) -> Iterable[ColumnElement[bool]]:
    if ctx.viewer.locations:
        yield models.StockMovement.location_id.in_(ctx.viewer.locations)


@node(models.Location, prefix="loc")
class Location:
    """A place that ships: own warehouse or store, 3PL, supplier, marketplace's warehouse."""

    code: str = column(models.Location.code)
    name: str = column(models.Location.name)
    kind: LocationKind = column(models.Location.kind)
    address: Address | None = from_json(models.Location.address)
    timezone: str = column(models.Location.timezone)
    cutoff: str | None = column(
        func.to_char(models.Location.cutoff, "HH24:MI"),
        description='Local time of day, "14:00": what is ready before it leaves today.',
    )
    workdays: list[Weekday] = column(models.Location.workdays, shown_as=Weekday)
    closed_on: list[date] = column(models.Location.closed_on)
    daily_capacity: int | None = column(models.Location.daily_capacity)
    backlog: int = column(_BACKLOG, description="Work given to it and not done yet, in fulfillment orders.")
    priority: int = column(models.Location.priority)
    active: bool = column(models.Location.active)
    stock_authority: StockAuthority = column(models.Location.stock_authority)
    supplier: "Supplier | None" = one(models.Location.supplier)
    integration: "Integration | None" = one(models.Location.integration)


@node(models.StockLevel, prefix="lvl", scope=SCOPE, visible=levels_of)
class StockLevel:
    """What one location has of one item."""

    item: "Item" = one(models.StockLevel.item)
    location: Location = one(models.StockLevel.location)
    bin: str | None = column(models.StockLevel.bin)
    on_hand: int = column(models.StockLevel.on_hand)
    reserved: int = column(models.StockLevel.reserved)
    safety: int = column(models.StockLevel.safety)
    safety_automatic: bool = column(models.StockLevel.safety_automatic)
    damaged: int = column(models.StockLevel.damaged)
    incoming: int = column(models.StockLevel.incoming)
    available: int = column(level_available(), description="max(0, onHand - reserved - safety)")
    updated_at: datetime = column(models.StockLevel.updated_at)


@node(models.StockMovement, prefix="mov", scope=SCOPE, visible=movements_of)
class StockMovement:
    """Append-only. A level is the sum of its movements."""

    item: "Item" = one(models.StockMovement.item)
    location: Location = one(models.StockMovement.location)
    reason: MovementReason = column(models.StockMovement.reason)
    on_hand_delta: int = column(models.StockMovement.on_hand_delta)
    reserved_delta: int = column(models.StockMovement.reserved_delta)
    damaged_delta: int = column(models.StockMovement.damaged_delta)
    unit_cost: Money | None = money(models.StockMovement.unit_cost_minor, models.StockMovement.cost_currency)
    reference: str | None = column(
        models.StockMovement.reference, description="The document behind it, by ID, or the caller's own words."
    )
    note: str | None = column(models.StockMovement.note)
    actor: str = column(models.StockMovement.actor)
    occurred_at: datetime = column(models.StockMovement.occurred_at)
    recorded_at: datetime = column(models.StockMovement.recorded_at)
