"""Changing locations and what they have."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any

import strawberry
from sqlalchemy.orm import Session
from strawberry import UNSET

from core.flows import catalog as catalog_flows
from core.flows import stock as flows
from core.stock.models import MovementReason
from crossdock import Money as CoreMoney
from schema.acting import transact, transact_once
from schema.context import Context
from schema.engine import Ref, Refs, mutation
from schema.errors import Payload
from schema.inputs import address as kept_address
from schema.inputs import given, money
from schema.scalars import AddressInput, MoneyInput
from schema.stock.types import Location, LocationKind, StockAuthority, StockLevel, Weekday


@strawberry.enum
class AdjustReason(Enum):
    RECEIPT = "RECEIPT"
    ADJUST = "ADJUST"
    COUNT = "COUNT"
    DAMAGE = "DAMAGE"
    WRITE_OFF = "WRITE_OFF"


@strawberry.input
class StockAdjustInput:
    """Either `delta` or `setOnHand`.

    What moved since `asOf` still counts: a count, or a 3PL's snapshot, may be older than our last sale.
    """

    sku: str
    location: str
    reason: AdjustReason
    delta: int | None = None
    set_on_hand: int | None = None
    as_of: datetime | None = None
    bin: str | None = None
    unit_cost: MoneyInput | None = None
    reference: str | None = None
    note: str | None = None


@strawberry.type
class LocationPayload(Payload):
    location: Location | None = None


@strawberry.type
class StockPayload(Payload):
    levels: list[StockLevel] = strawberry.field(default_factory=list)


@mutation(scope="stock:write")
async def location_upsert(
    ctx: Context,
    code: str,
    name: str | None = UNSET,
    kind: LocationKind | None = UNSET,
    address: AddressInput | None = UNSET,
    timezone: str | None = UNSET,
    cutoff: str | None = UNSET,
    workdays: list[Weekday] | None = UNSET,
    closed_on: list[date] | None = UNSET,
    daily_capacity: int | None = UNSET,
    priority: int | None = UNSET,
    active: bool | None = UNSET,
    stock_authority: StockAuthority | None = UNSET,
    integration: str | None = UNSET,
) -> LocationPayload:
    """Makes or changes a location; a new one serves every channel that does not name its own."""
    columns = given(
        name=name,
        kind=kind,
        timezone=timezone,
        cutoff=cutoff,
        workdays=workdays,
        closed_on=closed_on,
        daily_capacity=daily_capacity,
        priority=priority,
        active=active,
        stock_authority=stock_authority,
        integration=integration,
    )
    if address is not UNSET:
        columns["address"] = kept_address(address)
    return LocationPayload(location=Ref(Location, await transact(ctx, _upserted, code, columns)))


@mutation(scope="stock:write")
async def stock_adjust(ctx: Context, adjustments: list[StockAdjustInput], idempotency_key: str) -> StockPayload:
    """Receipts, corrections, counts, damage and write-offs: all of them, or none."""
    wanted = [_adjustment(one, place) for place, one in enumerate(adjustments)]
    return _payload(await transact_once(ctx, idempotency_key, _adjusted, wanted))


@mutation(scope="stock:write")
async def stock_set_safety(ctx: Context, sku: str, location: str, safety: int | None = None) -> StockPayload:
    """Keeps units unsold; null lets demand and lead time set it."""
    return _payload([await transact(ctx, _kept_back, sku, location, safety)])


@mutation(scope="stock:write")
async def stock_transfer(
    ctx: Context,
    sku: str,
    from_: Annotated[str, strawberry.argument(name="from")],
    to: str,
    quantity: int,
    idempotency_key: str,
) -> StockPayload:
    """Moves units from one own location to another, at once; their cost stays as it is."""
    return _payload(await transact_once(ctx, idempotency_key, _transferred, sku, from_, to, quantity))


def _payload(levels: Sequence[int]) -> StockPayload:
    return StockPayload(levels=Refs(StockLevel, levels))


def _adjustment(one: StockAdjustInput, place: int) -> flows.Adjustment:
    cost = None
    if one.unit_cost is not None:
        cost = CoreMoney(*money(one.unit_cost, "adjustments", str(place), "unitCost"))
    return flows.Adjustment(
        sku=one.sku,
        location=one.location,
        reason=MovementReason(one.reason.value),
        delta=one.delta,
        set_on_hand=one.set_on_hand,
        as_of=one.as_of,
        bin=one.bin,
        unit_cost=cost,
        reference=one.reference,
        note=one.note,
    )


def _upserted(session: Session, code: str, columns: Mapping[str, Any]) -> int:
    return catalog_flows.upsert_location(session, code, columns).id


def _adjusted(session: Session, adjustments: Sequence[flows.Adjustment]) -> list[int]:
    return [level.id for level in flows.adjust(session, adjustments)]


def _kept_back(session: Session, sku: str, location: str, safety: int | None) -> int:
    return flows.set_safety(session, sku, location, safety).id


def _transferred(session: Session, sku: str, source: str, target: str, quantity: int) -> list[int]:
    return [level.id for level in flows.transfer(session, sku, source, target, quantity)]
