"""Answering for work, and doing it: accept, reject, pick and pack."""

from datetime import datetime

import strawberry

from core.flows import fulfil as flows
from core.ids import number_of
from core.shipments.models import PackageKind
from schema.acting import perform, transact, transact_once
from schema.context import Context
from schema.engine import Ref, mutation
from schema.errors import Payload
from schema.fulfillment.types import FulfillmentOrder
from schema.ids import FulfillmentOrderId
from schema.inputs import LineQuantity, line_quantities
from schema.shipments.payloads import ShipmentPayload
from schema.shipments.types import Shipment

SCOPE = "fulfillment:write"


@strawberry.input
class PickLineInput:
    line_id: strawberry.ID
    quantity: int
    barcode: str | None = strawberry.field(default=None, description="As scanned; another item's is refused.")


@strawberry.input
class PackageInput:
    weight_grams: int
    kind: PackageKind | None = PackageKind.PARCEL
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    lines: list[LineQuantity] | None = None


@strawberry.type
class FulfillmentPayload(Payload):
    fulfillment_order: FulfillmentOrder | None = None


@mutation(scope=SCOPE)
async def fulfillment_submit(ctx: Context, id: FulfillmentOrderId) -> FulfillmentPayload:
    """Hands the work over to whoever should do it, at most once."""
    await perform(ctx, flows.submit_now, id)
    return _payload(id)


@mutation(scope=SCOPE)
async def fulfillment_accept(
    ctx: Context,
    id: FulfillmentOrderId,
    lines: list[LineQuantity] | None = None,
    external_id: str | None = None,
    ship_by: datetime | None = None,
    idempotency_key: str | None = None,
) -> FulfillmentPayload:
    """A fact: what comes late or twice never fails, it changes nothing or opens a case."""
    await transact_once(
        ctx,
        idempotency_key,
        flows.accept,
        id,
        lines=line_quantities(lines, "lines"),
        external_id=external_id,
        ship_by=ship_by,
    )
    return _payload(id)


@mutation(scope=SCOPE)
async def fulfillment_reject(
    ctx: Context,
    id: FulfillmentOrderId,
    reason: str,
    lines: list[LineQuantity] | None = None,
    substitute_sku: str | None = None,
    idempotency_key: str | None = None,
) -> FulfillmentPayload:
    """A fact: the units are routed anew, or wait for a person where a substitute is offered."""
    await transact_once(
        ctx,
        idempotency_key,
        flows.reject,
        id,
        lines=line_quantities(lines, "lines"),
        reason=reason,
        substitute_sku=substitute_sku,
    )
    return _payload(id)


@mutation(scope=SCOPE)
async def fulfillment_cancel(ctx: Context, id: FulfillmentOrderId, reason: str) -> FulfillmentPayload:
    """Asks for it back; `fulfillmentAnswerCancel` is the other side's answer."""
    await transact(ctx, flows.cancel, id, reason=reason)
    return _payload(id)


@mutation(scope=SCOPE)
async def fulfillment_answer_cancel(
    ctx: Context, id: FulfillmentOrderId, accepted: bool, reason: str | None = None
) -> FulfillmentPayload:
    """What the other side says to being asked for it back."""
    await transact(ctx, flows.answer_cancel, id, accepted=accepted, reason=reason)
    return _payload(id)


@mutation(scope=SCOPE)
async def fulfillment_pick(
    ctx: Context,
    id: FulfillmentOrderId,
    lines: list[PickLineInput],
    idempotency_key: str,
    short: list[LineQuantity] | None = None,
) -> FulfillmentPayload:
    """Starts the work and counts what was picked. What is `short` is routed anew."""
    picked = [
        flows.Picked(number_of("orl", one.line_id, path=("lines", str(place), "lineId")), one.quantity, one.barcode)
        for place, one in enumerate(lines)
    ]
    await transact_once(ctx, idempotency_key, flows.pick, id, picked, short=line_quantities(short, "short"))
    return _payload(id)


@mutation(scope=SCOPE)
async def fulfillment_pack(
    ctx: Context, id: FulfillmentOrderId, packages: list[PackageInput], idempotency_key: str
) -> ShipmentPayload:
    """Puts units into packages: a shipment that has not left yet."""
    packed = [
        flows.Packed(
            weight_grams=package.weight_grams,
            kind=package.kind or PackageKind.PARCEL,
            length_mm=package.length_mm,
            width_mm=package.width_mm,
            height_mm=package.height_mm,
            lines=line_quantities(package.lines, "packages", str(place), "lines"),
        )
        for place, package in enumerate(packages)
    ]
    shipment = await transact_once(ctx, idempotency_key, flows.pack, id, packed)
    return ShipmentPayload(shipment=Ref(Shipment, shipment))


def _payload(work_id: int) -> FulfillmentPayload:
    return FulfillmentPayload(fulfillment_order=Ref(FulfillmentOrder, work_id))
