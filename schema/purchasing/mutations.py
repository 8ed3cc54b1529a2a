"""Buying: suppliers, offers and purchase orders."""

from datetime import datetime
from decimal import Decimal

import strawberry
from strawberry import UNSET

from core.flows import purchase as flows
from crossdock import Money as CoreMoney
from schema.acting import transact, transact_once
from schema.context import Context
from schema.engine import Ref, mutation
from schema.errors import Payload
from schema.ids import PurchaseOrderId
from schema.inputs import given, money
from schema.purchasing.types import PurchaseOrder, Supplier
from schema.scalars import MoneyInput

SCOPE = "purchasing:write"


@strawberry.input
class PurchaseLineInput:
    sku: str
    quantity: int
    unit_cost: Decimal


@strawberry.input
class PurchaseReceiptInput:
    sku: str
    quantity: int
    unit_cost: Decimal | None = None


@strawberry.type
class SupplierPayload(Payload):
    supplier: Supplier | None = None


@strawberry.type
class PurchaseOrderPayload(Payload):
    purchase_order: PurchaseOrder | None = None


@mutation(scope=SCOPE)
async def supplier_upsert(
    ctx: Context,
    key: str,
    name: str | None = UNSET,
    email: str | None = UNSET,
    integration: str | None = UNSET,
    priority: int | None = UNSET,
    lead_time_days: int | None = UNSET,
    currency: str | None = UNSET,
    active: bool | None = UNSET,
) -> SupplierPayload:
    """Makes or changes a supplier; what is not given stays."""
    changes = given(
        name=name,
        email=email,
        integration=integration,
        priority=priority,
        lead_time_days=lead_time_days,
        currency=currency,
        active=active,
    )
    return SupplierPayload(supplier=Ref(Supplier, await transact(ctx, flows.supplier_upsert, key, changes)))


@mutation(scope=SCOPE)
async def supplier_offer_set(
    ctx: Context,
    supplier: str,
    sku: str,
    cost: MoneyInput,
    supplier_sku: str | None = UNSET,
    stock: int | None = UNSET,
    min_quantity: int | None = UNSET,
    lead_time_days: int | None = UNSET,
) -> SupplierPayload:
    """What a supplier asks for an item, and how many it says it has."""
    changes = given(supplier_sku=supplier_sku, stock=stock, min_quantity=min_quantity, lead_time_days=lead_time_days)
    amount = CoreMoney(*money(cost, "cost"))
    return SupplierPayload(supplier=Ref(Supplier, await transact(ctx, flows.offer_set, supplier, sku, amount, changes)))


@mutation(scope=SCOPE)
async def purchase_order_create(
    ctx: Context,
    supplier: str,
    location: str,
    lines: list[PurchaseLineInput],
    idempotency_key: str,
    expected_at: datetime | None = None,
    note: str | None = None,
) -> PurchaseOrderPayload:
    """A draft: goods to be ordered from one supplier for one location."""
    made = await transact_once(
        ctx, idempotency_key, flows.create, supplier, location, _wanted(lines), expected_at=expected_at, note=note
    )
    return _payload(made)


@mutation(scope=SCOPE)
async def purchase_order_edit(
    ctx: Context,
    id: PurchaseOrderId,
    expected_version: int,
    lines: list[PurchaseLineInput] | None = None,
    expected_at: datetime | None = UNSET,
    note: str | None = UNSET,
) -> PurchaseOrderPayload:
    """Changes a purchase order before it is sent; `lines` replaces all of them."""
    wanted = _wanted(lines) if lines is not None else None
    changes = given(expected_at=expected_at, note=note)
    await transact(ctx, flows.edit, id, expected_version=expected_version, lines=wanted, changes=changes)
    return _payload(id)


@mutation(scope=SCOPE)
async def purchase_order_approve(ctx: Context, id: PurchaseOrderId) -> PurchaseOrderPayload:
    """Lets it be sent."""
    return _payload(await transact(ctx, flows.approve, id))


@mutation(scope=SCOPE)
async def purchase_order_send(ctx: Context, id: PurchaseOrderId) -> PurchaseOrderPayload:
    """Sends it, with its paper among the documents; what it brings counts as incoming."""
    return _payload(await transact(ctx, flows.send, id))


@mutation(scope=SCOPE)
async def purchase_order_receive(
    ctx: Context, id: PurchaseOrderId, lines: list[PurchaseReceiptInput], idempotency_key: str
) -> PurchaseOrderPayload:
    """Takes goods in at their cost; backorders that can be served now are, the first in line first."""
    received = [flows.Received(sku=one.sku, quantity=one.quantity, unit_cost=one.unit_cost) for one in lines]
    return _payload(await transact_once(ctx, idempotency_key, flows.receive, id, received))


@mutation(scope=SCOPE)
async def purchase_order_close(ctx: Context, id: PurchaseOrderId, reason: str | None = None) -> PurchaseOrderPayload:
    """No more will come: what is short goes back to its demand."""
    return _payload(await transact(ctx, flows.close, id, reason=reason))


@mutation(scope=SCOPE)
async def purchase_order_cancel(ctx: Context, id: PurchaseOrderId, reason: str) -> PurchaseOrderPayload:
    """Nothing will come."""
    return _payload(await transact(ctx, flows.cancel, id, reason=reason))


def _wanted(lines: list[PurchaseLineInput]) -> list[flows.Wanted]:
    return [flows.Wanted(sku=one.sku, quantity=one.quantity, unit_cost=one.unit_cost) for one in lines]


def _payload(purchase_order_id: int) -> PurchaseOrderPayload:
    return PurchaseOrderPayload(purchase_order=Ref(PurchaseOrder, purchase_order_id))
